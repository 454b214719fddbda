"""Tells an explicit request for a person, whatever else the message is about."""

import re

from bot.knowledge.text import letters

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
    rf"|(?:让|叫|请|喊|派|换|找|接|来)(?:一?[个位]|我|你们|{_AMOUNT})?[^,，。.?？!！]{{0,8}}"
    r"(?:的人|的同志|老师傅|做主的|懂行的|明白人|会说人话的|负责的|的领导|的专员|的老师)"
    r"(?=来|跟|和我|给我|帮|出来|说|讲|聊|吧|行不|好伐|可以吗|$|[,，。!！])"
    r"|让(?:税务|环保|消防|市监|市场监管|人社|社保|城管|工商|海关|银行|科委|经委|街道|镇里|区里)的(?:人|同志)?来"
    r"|(?:(?:来|换|叫|找|喊)(?:一?个)?|派一?个)(?:活|真|大活)?人(?=$|[,，。!！?？]|吧|来|行不|好伐|啊)"
    r"|(?:客服|人工|联系|咨询|值班|你们的?|服务)电话(?:号码)?(?:是)?(?:多少|几号|给我|给一个|呢|有吗|报一下|$|[?？])"
    r"|打(?:给|电话给)?你们[^。]{0,6}号码|你们[^,，。]{0,6}号码(?:是)?多少"
    r"|(?:视频|语音|电话)(?:连线|通话|沟通|联系)[^,，。]{0,6}(?:帮办|专员|同志|老师|人员|真人|窗口)"
    r"|(?:接通|连线|转到|转接到)[^,，。]{0,8}(?:窗口|客服|科室|专席|热线)"
    r"|(?:机器人?|电脑|程序)(?:听不懂|答不了|搞不懂|敷衍|糊弄)|(?:不想|别|不要|不跟|懒得)[跟和同让]机器"
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


_ANYBODY = re.compile(r"有没?有?人(?:在)?(?:没有|吗|么|伐|不|啊)?[?？!！]*$")
_CALL = 9  # letters of a message that only calls for somebody


def asks_for_person(text: str) -> bool | None:
    """Whether a normalised text asks for a person; False when it refuses one, None when it does neither."""
    if len(letters(text)) <= _CALL and _ANYBODY.search(text):
        return True
    refused = False
    for found in _REQUEST.finditer(text):
        if not _NEGATION.search(text[: found.start()]):
            return True
        refused = True
    return False if refused else None
