"""Pictures that people send: what they may be. Pure.

Source of kinds and size: what WeChat takes as a picture ("新增临时素材"), so that one rule holds everywhere.
"""

from bot.helpdesk.errors import Invalid, TooLarge

LARGEST_PICTURE_BYTES = 10 * 1024 * 1024
# What a file says of itself is its sender's word; its first bytes are what readers go by.
_STARTS = {
    b"\xff\xd8\xff": "image/jpeg",
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"GIF87a": "image/gif",
    b"GIF89a": "image/gif",
}


def picture_type(content: bytes) -> str:
    """The media type of a picture, by its first bytes. Raises ``TooLarge`` or ``Invalid``."""
    if len(content) > LARGEST_PICTURE_BYTES:
        raise TooLarge(f"the picture is larger than {LARGEST_PICTURE_BYTES // 1024 // 1024} MB")
    for start, kind in _STARTS.items():
        if content.startswith(start):
            return kind
    raise Invalid("the picture is neither JPEG, PNG nor GIF")
