"""Tells an explicit request for a person, whatever else the message is about."""

import re

# Not a person: what labour costs, artificial intelligence, checks by hand, a trade or a post of that name.
_PERSON = (
    r"(?:人工(?!费|智能|成本|审|核|录|操作|工资|作业|湖|繁|降|草)|真人|活人|帮办员|帮办专员|接线员|坐席"
    r"|(?:人工)?客服(?!外包|人员|岗|公司|中心))"
)
_STAFF = r"(?:工作人员|专员|窗口的人|懂行的人|老师)"
_AMOUNT = r"(?:一下|到|上|给我|给|我|们|你|的|个|一个|位|一位|名)*"
_REQUEST = re.compile(
    rf"(?:转接|转|接|换|叫|找|要|联系|呼叫){_AMOUNT}{_PERSON}"
    rf"|(?:转接|转|接|换|叫|找){_AMOUNT}{_STAFF}(?=来|问|帮|跟我|和我|给我|答|聊|$|[，。,.!！?？])"
    r"|(?:找|叫|换|来)(?:一?[个位])?人(?:来)?(?:问|咨询|聊|讲讲|谈谈|说说|跟我|和我|给我打|联系我|回我|接|答)"
    r"|\b(?:can|could|may|have|let|get|ask)\s+(?:someone|somebody|anyone|a person|your staff)\s+(?:\w+\s+)?"
    r"(?:call|contact|phone|ring|reach|talk|speak)"
    r"|\b(?:talk|speak|chat)\s+(?:to|with)\s+(?:an?\s+|some\s*)?(?:real\s+|live\s+)?"
    r"(?:human|person|one|body|agent|representative|staff|officer)"
    r"|\b(?:get|connect|transfer)\s+me\s+(?:to\s+)?(?:an?\s+)?(?:real\s+|live\s+)?"
    r"(?:human|person|agent|staff|someone|representative)",
    re.IGNORECASE,
)
_NEGATION = re.compile(
    r"(?:不用|不必|不需|不需要|无需|没必要|别|甭|不想|(?<!要)不要|不是要|不是想|do not|don't|no need to|not)"
    r"(?:再|给我|帮我|直接|去|急着|\s|want to|need to)*$",
    re.IGNORECASE,
)


def asks_for_person(text: str) -> bool | None:
    """Whether a normalised text asks for a person; False when it refuses one, None when it does neither."""
    refused = False
    for found in _REQUEST.finditer(text):
        if not _NEGATION.search(text[: found.start()]):
            return True
        refused = True
    return False if refused else None
