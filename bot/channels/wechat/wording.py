"""What a visitor's short words mean in WeChat, where there are no buttons. Pure."""

import re
import unicodedata
import zlib
from dataclasses import dataclass

# Ways to ask for a person and nothing else; a question that merely contains the word is a question.
_POLITE = r"(?:请|麻烦|帮我|帮忙|给我|我要|我想|想要|能不能|可以|直接|快|赶紧|马上|现在|要|想)*"
_VERB = r"(?:转接|转到|转|接通|接|找|换|叫|联系|呼叫|要|和|跟|与|问)?"
_SORT = r"(?:一下|一个|个|下|到)?"
_PERSON = r"(?:人工|真人|活人|大活人|帮办员|客服|工作人员|人工客服|人工服务|人工帮办|在线客服|人工坐席|专员)"
_REST = (
    r"(?:服务|客服|帮办|坐席|聊聊|聊|说话|说|沟通|谈谈|处理|解答|吧|呢|吗|啊|呀|了|谢谢|行吗|好吗|可以吗)*"
)
_ASKS = re.compile(f"{_POLITE}{_VERB}{_SORT}{_PERSON}{_REST}")
_ASKS_EN = re.compile(
    r"(?:please )?(?:(?:i )?(?:want|need) |talk to |speak to |speak with |get me )?"
    r"(?:to (?:talk|speak) (?:to|with) )?(?:an? )?"
    r"(?:human|real person|person|helper|operator|agent)(?: please)?"
)
# Ways to leave the queue and nothing else.
_LEAVES = re.compile(
    r"(?:我|那|算了|那就|先|就|好|嗯)*(?:不[想再用]{0,2}等|不[想再用]{0,2}排[队隊]?|取消排[队隊]|退出排[队隊]|取消等待|不[用要]人工)"
    r"(?:了|啦|谢谢|謝謝|算了|下去)*"
)
_LEAVES_EN = re.compile(
    r"(?:i )?(?:stop waiting|leave the queue|cancel(?: the)? queue|do not wait)(?: please)?"
)
_NUMBER = re.compile(
    r"(?:选择?|第|回复)?\s*([0-9]{1,2}|[一二三四五六七八九十])\s*(?:个|项|条|号|分|星)?[.。、)）!！]?"
)
_CHINESE = {sign: place for place, sign in enumerate("一二三四五六七八九十", start=1)}
# The signs of a code that is typed off a screen: none that looks like another.
CODE_SIGNS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
CODE_LENGTH = 8
_CODE = re.compile(rf"([{CODE_SIGNS}]{{4}})([-\u2010-\u2015\s]?)([{CODE_SIGNS}]{{4}})")
_PUNCTUATION = re.compile(r"[\s,，.。!！?？~～、;；:：'\"“”‘’()（）]+")


def asks_for_person(text: str) -> bool:
    """Whether ``text`` is nothing but a wish to talk to a person, in any usual wording."""
    plain = unicodedata.normalize("NFKC", text).strip().lower()
    joined = _PUNCTUATION.sub("", plain)
    spaced = _PUNCTUATION.sub(" ", plain).strip()
    return len(plain) <= 30 and bool(_ASKS.fullmatch(joined) or _ASKS_EN.fullmatch(spaced))


def leaves_queue(text: str) -> bool:
    """Whether ``text`` is nothing but a wish to wait for a person no longer."""
    plain = unicodedata.normalize("NFKC", text).strip().lower()
    joined, spaced = _PUNCTUATION.sub("", plain), _PUNCTUATION.sub(" ", plain).strip()
    asks = "?" in plain  # 不用排队？
    return len(plain) <= 20 and not asks and bool(_LEAVES.fullmatch(joined) or _LEAVES_EN.fullmatch(spaced))


def chosen_number(text: str, highest: int) -> int | None:
    """The number from 1 to ``highest`` that ``text`` chooses, if it says nothing else."""
    plain = unicodedata.normalize("NFKC", text).strip()
    found = _NUMBER.fullmatch(plain)
    if found is None:
        return None
    number = _CHINESE.get(found[1]) or int(found[1])
    return number if 1 <= number <= highest else None


def link_code(text: str) -> tuple[str, bool] | None:
    """The code that ``text`` is, and whether it is written as one; None when it can be none.

    Eight letters and digits may also be a word or a number of the visitor's own.
    """
    found = _CODE.fullmatch(unicodedata.normalize("NFKC", text).strip().upper())
    return (found[1] + found[3], found[2] != "") if found else None


def shown_code(code: str) -> str:
    """A code as it is shown, in two halves."""
    return f"{code[:4]}-{code[4:]}"


@dataclass(frozen=True)
class Tapped:
    """What a tap in a rating's menu (菜单消息) says: ``stars`` for what ``seq`` asked in a conversation."""

    number: int
    seq: int
    stars: int


def conversation_number(conversation_id: str) -> int:
    """Six digits that tell the few conversations of one visitor apart."""
    return 100_000 + zlib.crc32(conversation_id.encode()) % 900_000


def rating_id(conversation_id: str, seq: int, stars: int) -> str:
    """The id of an item of a rating's menu: digits only, naming the closing it rates."""
    return f"{conversation_number(conversation_id)}{seq}{stars}"


def rated_by(menu_id: str) -> Tapped | None:
    """What is behind the id of a menu message."""
    if not (menu_id.isascii() and menu_id.isdigit() and 8 <= len(menu_id) <= 18):
        return None
    tapped = Tapped(int(menu_id[:6]), int(menu_id[6:-1]), int(menu_id[-1]))
    return tapped if tapped.seq and 1 <= tapped.stars <= 5 else None


def settled(stars: int) -> bool:
    """What a rating says of the matter: the words beside 3, 4 and 5 are "settled", see the locales."""
    return stars >= 3
