"""Tells a reaction to a reply by its words, where the matter it names makes it look like a question."""

import re

_ASKS = re.compile(
    r"[?？]|吗|呢|么|嘛|怎|哪|多少|多久|几|谁|什么|啥|咋|如何|伐|[能会可有是要行让](?:不|没)[能会可有是要行让]"
    r"|\b(?:how|what|who|where|when|which|can|could|should)\b",
    re.IGNORECASE,
)
_DENY = re.compile(
    r"^(?:不对|不是(?:这|我|的|啊|呀|,|，|$)|错了|搞错|弄错|答非所问|没用|没有用|没啥用|不管用|不沾边|跑题|答偏|没解决"
    r"|还是不|还没|没帮|不满意|没有[,，]|没[,，]|驴唇|牛头不对|怎么又是|又是这"
    r"|no\b|nope|wrong|not (?:what|it|helpful|really|quite))"
    r"|(?:没|不)(?:说|讲|答|问)到点|文不对题|答偏|敷衍我|看不懂|听不懂|没看懂|没听懂|不是我(?:要|问|想)",
    re.IGNORECASE,
)
_AFFIRM = re.compile(
    r"^(?:好的|好嘞|好滴|好哒|好[,，]|行[,，啊吧的]|行行|可以可以|可以[,，]|懂了|懂啦|明白|清楚|晓得|知道了|谢|多谢|感谢|有用|有帮助"
    r"|解决|搞定|就是这|没错|对[的,，]|对对|牛|厉害|赞|蛮好|太好了|已经(?:看到|找到|办好|弄好)|问到了|没别的事|没事了|没问题了|终于|总算"
    r"|ok\b|okay|thanks|thank you|thx|got it|great|perfect|that(?:'s| is) (?:it|right|what)|yes|yep|cheers)",
    re.IGNORECASE,
)


def reaction(text: str) -> str | None:
    """``affirm`` or ``deny`` when a normalised text, said after a reply, plainly is one; None otherwise."""
    if _ASKS.search(text):
        return "deny" if re.match(r"怎么又是|又是这", text) else None
    if _DENY.search(text):
        return "deny"
    return "affirm" if _AFFIRM.search(text) else None
