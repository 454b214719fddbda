"""Tells an explicit request for a person of the service, whatever else the message is about.

A request is a verb, somebody of the service, and the end of the clause or what one does with a person
(叫个人来跟我讲). The same words in the middle of a sentence mostly tell of something else
(他们找的人来检查), so they only make a request likely, and the classifier decides.
"""

import re
from enum import StrEnum

from bot.knowledge.callbacks import callback_wish
from bot.knowledge.text import letters


class Asked(StrEnum):
    """How a text asks for a person: beyond doubt, or by doubtful words; or it says that it wants none.

    Asking whether one has to go to one is refused likewise.
    """

    SURELY = "surely"
    PERHAPS = "perhaps"
    REFUSED = "refused"


# Not a person: what labour costs, artificial intelligence, checks by hand, a trade or a post of that name.
_PERSON = (
    r"(?:人工(?!费|智能|成本|审|核|录|操作|工资|作业|湖|繁|降|草)|真人|大?活人|帮办员|帮办专员"
    r"|接线员|坐席|(?:人工)?客服(?!外包|人员|岗|公司|中心))"
)
# Of the service only when one is to be put through to them, or when they are 「你们」 theirs.
_STAFF = r"(?:工作人员|专员|专人|窗口的人|懂行的人?|老师|经办人|经办的|值班的?(?:人员?)?|同事)"
_CHIEF = r"(?:领导|主管|经理|主任|负责的?人|负责的|头儿|科长|管事的|拍板的|做主的|当班的|经办人|工作人员)"
_AMOUNT = r"(?:一?下|到|上|给我|给|我|们|你|的|个|一个|位|一位|名)*"
_OF = r"(?:[^,。.?!\s]{1,7}的)?"
# What may stand between the request and the end of its clause.
_END = (
    r"(?:服务|客服|坐席|处理|解决|一下|下|看看?|来|去|吧|啊|呀|呢|了|嘛|吗|么|啦|噻|不|伐|好不?好?"
    r"|行不?行?|可以|能|也"
    r"|谢谢你?们?|谢了|多谢|麻烦|快点?|急|清楚|(?:跟|和|同|给|帮|替|回|联系|打给)(?:我们?|俺|咱)|电话"
    r"|[对交]接|接待|咨询|问问?|聊聊?|说说?|讲讲?|谈谈?|唠唠?|沟通|通话|对话|答复?|回复?|接|听|处|话|两句"
    r"|几句|一"
    r"|please|now|thanks|thank you|\s)*(?=$|[,，。.!！?？;；~])"
)
# What may stand before 「来个人」, so that it is said to the service and not told of others.
_START = (
    r"(?:^|[,，。.!！?？;；]|[吗吧了啊呢]|快|赶紧|马上|给我|帮我|麻烦|请|求求|能不能|可不可以|能|可以"
    r"|我?要|我?想|想要|直接"
    r"|还是|干脆|不行就?|侬|俺|你们?|再|就|那)"
)
_NOBODY = r"(?<![\d十百千万几多两数余])"  # 「十来人」 is a number of people
_OFFICES = "税务|环保|消防|市监|市场监管|人社|社保|城管|工商|海关|银行|科委|经委|街道|镇里|区里"
_TALK = r"(?:问|咨询|聊|讲|谈|说|唠|沟通|对话|通话)"
_SURELY = (
    # A verb and somebody of the service.
    rf"(?:转接|转|接|换|叫|找|要|联系|呼叫|喊|[搵揾]|寻|请){_AMOUNT}{_OF}{_PERSON}{_END}",
    rf"(?:转接|转|接|叫|找|喊)(?:给|到|一下)?{_AMOUNT}{_OF}{_STAFF}{_END}",
    rf"换(?:一?[个位]){_STAFF}{_END}",
    rf"(?:转接|转|接|换|叫|找|喊|让)(?:一下|给我|给)?你们的?[^,。!?]{{0,4}}{_CHIEF}[^,。!?]{{0,6}}(?=$"
    rf"|[,。!?])",
    rf"[把叫让]{_CHIEF}(?:给我)?(?:叫来|叫过来|出来|接电话|听电话|来(?=$|[,。!?吧]))",
    r"[叫让喊](?:你们)?[^,。!?]{0,4}的人(?:给我)?(?:滚)?出来",
    rf"转{_CHIEF}{_END}",
    rf"[转接]{_AMOUNT}[^,。!?]{{0,5}}的?帮办{_END}",
    # A verb and anybody.
    rf"{_START}{_NOBODY}(?:[换叫找喊寻搵揾](?:一?[个位]|只)?|[来派整](?:一?[个位]|只)|给我)(?:活|真"
    rf"|大活)?人{_END}",
    rf"(?:^|[,。!?]|快)来人{_END}",
    rf"{_START}[来换叫找喊给](?:我)?(?:一?[个位])?(?:会说人?话|活|会喘气|能喘气|懂行|明白|管事|能?拍板"
    rf"|能?做主)的?人?{_END}",
    rf"(?:让|叫|换|找)(?:一?[个位])?(?:明白人|老师傅|懂行的人?){_END}",
    rf"(?:给我|帮我|快)(?:接|找|叫|换)(?:一?[个位])?懂[^,。]{{0,4}}的人?{_END}",
    rf"(?:找|叫|换|寻|派)(?:一?[个位])?(?:懂[^,。]{{0,4}}的)?人(?:来)?{_TALK}{_END}",
    rf"(?:我|就|只|能|可以|想|要)(?:跟|和|同|与)(?:真的?|活的?|一?个)?人(?:工)?{_TALK}{_END}",
    r"(?:让|叫|换|派|找)人来(?:解决|处理|答|回|跟我|帮我|给我)",
    r"(?:^|[,。!?行快])(?:我)?要人(?:来(?:帮|教|弄|办|搞|看|处理|解决)[^,。!?]{0,4})?(?=$|[,。!?])",
    rf"(?:让|叫|请|喊|派|换|找|接){_AMOUNT}(?![来去了])[^,。?!来]{{1,8}}(?:的人|的同志|老师傅|做主的"
    rf"|懂行的|明白人|会说人话的"
    r"|负责的|的领导|的专员|的老师)(?:来)?(?:(?:跟|和|给|帮|回|联系)我|说(?=$|[,。!?])|讲(?=$|[,。!?])|聊)",
    rf"让(?:{_OFFICES})的(?:人|同志)?来{_END}",
    # To be put through, or to be called back, by whomever it is.
    rf"(?:^|[,。!?]|帮[我忙]|给我|麻烦)(?:帮[我忙]|给我)?转(?:接)?一?下{_END}",
    r"把我转(?:到|给|去|接)",
    rf"(?:叫|找|喊|请){_AMOUNT}(?:后台|值班|你们)的?(?:老师|同志|师傅|人)",
    rf"{_START}(?:安排|请|让|叫|派|找)[^,。?!]{{0,6}}(?:回电|回个?电话|打个?电话(?:过来|给我)){_END}",
    rf"(?:^|[,。!?]|请|麻烦|能不能|可以)(?:给我|帮我)?(?:回电|回个?电话|打个?电话(?:过来|给我)){_END}",
    # A telephone number or a line of the service.
    r"(?:^|[,。!?]|给我?个?|留个)(?:你们的?)?(?:人工|客服|值班|你们的?|服务)电话(?:号码)?(?:是)?(?:多少"
    r"|几号|给我|给一个|呢|有吗|报一下|$|\?)",
    rf"(?:麻烦|请|帮我|给我|能|可以)(?:给我|帮我)?(?:接通|转到|转接到?|视频连线"
    rf"|连线)[^,。哪]{{0,8}}(?:窗口|客服|科室|专席|热线|帮办的同志){_END}",
    # Pinyin.
    r"\b(?:yao|xiang)\s?(?:zhao|jiao)\s?(?:ge\s?)?(?:zhen\s?)?ren(?:\s?gong)?\W*$|\bzhuan\s?ren\s?gong\b",
    # No machine.
    r"(?:不想|别|不要|不跟|懒得)[跟和同让]?机器(?:人|说|讲|聊|谈|回|答|扯|糊弄|敷衍|对话|沟通|(?=$|[,。!?]))",
    # English.
    r"\b(?:can|could|may|have|let|get|ask)\s+(?:someone|somebody|anyone|a person|your staff"
    r"|an? staff(?: member)?)\s+"
    r"(?:\w+\s+)?(?:call|contact|phone|ring|reach|talk|speak)",
    r"\b(?:talk|speak|chat)\s+(?:to|with)\s+(?:an?\s+|some\s*)?(?:real\s+|live\s+)?"
    r"(?:human|person|one|body|agent|representative|staff|officer)",
    r"\b(?:get|connect|transfer)\s+me\s+(?:to\s+|with\s+)?(?:an?\s+)?(?:real\s+|live\s+)?"
    r"(?:human|person|agent|staff|someone|representative)",
    r"\b(?:want|need|get)\s+(?:me\s+)?(?:an?\s+)?(?:real\s+|live\s+)?(?:human|person|agent)(?:\s+agent)?"
    r"(?:\s+(?:now|please|here))?\W*$",
)
_PERHAPS = (
    r"(?:到底|究竟)有没有人(?:管事|理我|应我|回我)",
    rf"(?:转接|转|接|换|叫|找|要|联系|呼叫){_AMOUNT}{_PERSON}",
    rf"(?:转接|转|接|换|叫|找){_AMOUNT}{_STAFF}(?=来|问|帮|跟我|和我|给我|答|聊|$|[,。!?])",
    r"(?:找|叫|换)(?:一?[个位])?人(?:来)?(?:问|咨询|聊|讲讲|谈谈|说说|跟我|和我|给我打|联系我|回我|接|答)",
    rf"(?:让|叫|请|喊|派|换|找|接){_AMOUNT}(?![来去了])[^,。?!]{{1,8}}(?:的人|的同志|老师傅|做主的|懂行的"
    rf"|明白人"
    r"|会说人话的|负责的|的领导|的专员|的老师)(?=来|跟|和我|给我|帮|出来|说|讲|聊|吧|行不|好伐|可以吗|$"
    r"|[,。!])"
    r"(?!来[查检验罚])",
    rf"让(?:{_OFFICES})的(?:人|同志)?来(?![查检验罚])",
    rf"{_NOBODY}(?:(?:来|换|叫|找|喊)(?:一?个)?|派一?个)(?:活|真|大活)?人(?=$|[,。!?]|吧|来|行不|好伐|啊)",
    r"(?:客服|人工|联系|咨询|值班|你们的?|服务)电话(?:号码)?(?:是)?(?:多少|几号|给我|给一个|呢|有吗|报一下"
    r"|$|[?？])",
    r"打(?:给|电话给)?你们[^。]{0,6}号码|你们[^,，。]{0,6}号码(?:是)?多少",
    r"(?:视频|语音|电话)(?:连线|通话|沟通|联系)[^,，。]{0,6}(?:帮办|专员|同志|老师|人员|真人|窗口)",
    r"(?:接通|连线|转到|转接到)[^,，。哪]{0,8}(?:窗口|客服|科室|专席|热线)",
    r"(?:机器人?|电脑|程序)(?:听不懂|答不了|搞不懂|敷衍|糊弄)",
    r"(?:别|不要|不跟)[跟和同让]机器",
)
_NEGATION = re.compile(
    r"(?:不用|不必|先不|暂时不|暂不|不打算|不急着|不需|不需要|无需|没必要|别|甭|不想"
    r"|(?<!要)不要|不是要|不是想|do not|don't|no need to|not)"
    r"(?:再|给我|帮我|直接|去|急着|\s|want to|need to)*$",
    re.IGNORECASE,
)
# How one does, where, others: a question about persons, perhaps not of the service.
_QUESTIONED = re.compile(
    r"(?:需要|需不需要|是不是得|用不用|怎么|怎样|如何|哪里|哪儿|去哪|上哪|为什么|什么时候|他们|有人)(?:去|能|才能|先|再)*$"
)
# Whether one has to: no request, however much it looks like one (需要找工作人员盖章吗).
_MUST = re.compile(r"(?:需要|要不要|需不需要|是不是要|是否|必须|得|(?<![我想就还])要)(?:去|先|再)*$")
_WHETHER = re.compile(r"^[^,。!?]*[吗么](?:[,。!?]|$)")
_NO_MORE = re.compile(r"不(?:用|想|必)?(?:找|转)人工?了")
_ADDRESS = re.compile(r"\b(?:https?://|www\.)\S+", re.IGNORECASE)
_ANYBODY = re.compile(r"有没?有?人(?:在)?(?:没有|吗|么|伐|不|啊)?[?？!！]*$")
_CALL = 9  # letters of a message that only calls for somebody
# Nothing but a name of the service's people, in the last clause: 「说了半天没用,人工!」
_ALONE = re.compile(
    r"(?:^|[,，。.!！?？;；])\s*(?:那|算了|还是|直接|就|请|麻烦|快点?|赶紧|喂|帮我|给我|我?要|有没有|有"
    r"|没有|no\s)*"
    rf"(?:(?:{_PERSON}|专员|经办人|值班的)+(?:客服|服务|通道|妹妹|妹子|小姐姐|姐姐|小哥|大哥|同志|老师|亲|在线|在不在|在吗?|吗|么|呢|吧|啊|有吗|好吗"
    rf"|谢谢|谢了|多谢|快点?|急"
    r"|please|\d|\s)*"
    r"|(?:an?\s)?(?:real |live )?(?:human|agent|person|operator|representative"
    r"|supervisor)(?: agent)?(?:,?\s*(?:please|now))*)"
    r"[,，。.!！?？~\s]*$",
    re.IGNORECASE,
)


def _any_of(patterns: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile("|".join(patterns), re.IGNORECASE)


_SURELY_ASKS, _PERHAPS_ASKS = _any_of(_SURELY), _any_of(_PERHAPS)


def asks_for_person(text: str) -> Asked | None:
    """How a normalised text asks for a person of the service; None when it does not speak of one."""
    text = _ADDRESS.sub(" ", text)  # what a web address contains, nobody said
    if (len(letters(text)) <= _CALL and _ANYBODY.search(text)) or _ALONE.search(text) or callback_wish(text):
        return Asked.SURELY
    found = {_asked(text, match, Asked.SURELY) for match in _SURELY_ASKS.finditer(text)}
    found |= {_asked(text, match, Asked.PERHAPS) for match in _PERHAPS_ASKS.finditer(text)}
    found |= {Asked.REFUSED} if _NO_MORE.search(text) else set()
    return next((asked for asked in Asked if asked in found), None)


def _asked(text: str, match: re.Match[str], asked: Asked) -> Asked:
    """What the words of a match amount to among what stands around them."""
    before = text[: match.start()]
    if _NEGATION.search(before) or (_MUST.search(before) and _WHETHER.search(text[match.start() :])):
        return Asked.REFUSED
    return Asked.PERHAPS if _QUESTIONED.search(before) else asked
