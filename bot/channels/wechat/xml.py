"""XML in, only through defusedxml, DTDs and entities forbidden; and out, text in CDATA split at ``]]>``."""

import re
from collections.abc import Mapping
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from bot.channels.wechat.errors import Refused

# Real posts have fewer than twenty elements, two levels deep.
_MOST_ELEMENTS = 200
# What XML 1.0 cannot carry, not even escaped.
_NO_XML = re.compile(r"[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def read(body: bytes) -> dict[str, str]:
    """The texts of a flat ``<xml>`` document by element name; of nested elements the inner ones by theirs.

    Raises ``Refused`` for anything else, above all for documents with a DTD.
    """
    try:
        root = fromstring(body, forbid_dtd=True, forbid_entities=True, forbid_external=True)
    except DefusedXmlException:
        raise Refused("bad_request", "The XML declares a document type.") from None
    except (ParseError, ValueError, LookupError):
        raise Refused("bad_request", "The body is not XML.") from None
    if root.tag != "xml":
        raise Refused("bad_request", "The XML is not a message of WeChat.")
    return _texts(root)


def _texts(root: Element) -> dict[str, str]:
    found: dict[str, str] = {}
    for count, element in enumerate(root.iter()):
        if count > _MOST_ELEMENTS:
            raise Refused("bad_request", "The XML has too many elements.")
        if element is not root and len(element) == 0:
            found.setdefault(str(element.tag), element.text or "")
    return found


def cdata(text: str) -> str:
    """``text`` as CDATA that reads back as the same text; what XML cannot carry is left out."""
    inner = _NO_XML.sub("", text).replace("]]>", "]]]]><![CDATA[>")
    return f"<![CDATA[{inner}]]>"


def write(values: Mapping[str, str | int]) -> str:
    """A flat ``<xml>`` document; whole numbers stand bare, everything else in CDATA."""
    parts = (
        f"<{name}>{each if isinstance(each, int) else cdata(each)}</{name}>" for name, each in values.items()
    )
    return f"<xml>{''.join(parts)}</xml>"


def text_reply(*, to: str, sender: str, created_at: int, text: str) -> str:
    """A passive text reply (被动回复); ``created_at`` in whole seconds."""
    return write(
        {
            "ToUserName": to,
            "FromUserName": sender,
            "CreateTime": created_at,
            "MsgType": "text",
            "Content": text,
        }
    )


def envelope(*, encrypted: str, signature: str, timestamp: int, nonce: str) -> str:
    """An encrypted passive reply."""
    return write({"Encrypt": encrypted, "MsgSignature": signature, "TimeStamp": timestamp, "Nonce": nonce})
