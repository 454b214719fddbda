"""Messages a person must see at once, whatever else they ask: danger to life, accused officials, threats.

A narrow word list: what merely sounds alarming (a business that 「活不下去了」, a question about reporting
rules) must not match, since everything that matches goes to a person.
"""

import re

_OFFICE = "市场监管|市监|税务|环保|消防|城管|工商|街道|安监|应急|人社|社保|镇里|区里|审批|检查|窗口"
_OFFICIAL = (
    r"(?:干部|(?:局|区|镇|科|街道|政府|部门|你们|分管)的?里?的?领导|科长|局长|所长|主任|处长|书记|镇长|公务员|工作人员"
    r"|办事员|执法(?:人员|队员?)|城管|警察|民警|税务员|专管员|你们的人|官员"
    rf"|(?:{_OFFICE}|执法)(?:局|所|站)?的?(?:人|同志)(?!员)|official|officer|inspector)"
)
_BRIBE = (
    r"(?:(?:收(?:了|过|受)?|拿(?:了|过)?|要(?:了|过|我)?|索要|索取|暗示[^,。]{0,6}|塞(?:了|过)?)[^,。]{0,8}"
    r"(?:红包|好处费|回扣|贿赂|贿|黑钱|辛苦费|茶水费|购物卡|bribe)"
    r"|暗示[^,。]{0,4}(?:要|送|塞|给|请)[^,。]{0,4}(?:烟|酒|卡|茶叶|吃饭|钱|意思)"
    r"|收(?:了|过)?(?:我的?)?钱(?:才|就)?(?:肯|给|不)?(?:办|盖|批|放))"
)
# What is past, with what follows from it: a question about insurance, fines or fault, not a cry for help.
_AFTERWARDS = (
    r"(?!.*(?:停工|停产|赔|罚|整改|保险|单据|工伤|身亡|以后|之后|凭什么"
    r"|责任|认定|去年|上次|上个月|前年|关门))"
)
_PATTERNS = {
    "life": r"(?<![a-z])(?:suicid\w*|kill myself|end my life)"
            r"|自杀|轻生|跳楼|跳河|割腕|不想活(?!动)|活着没(?:意思|意义)|(?:我|他|她|老板|员工|工人)(?:要"
            r"|想)(?:去)?死(?:了算|给)"
            r"|从[^,。]{0,4}[楼桥][^,。]{0,3}跳下|吞了(?:安眠)?药|想一死|寻短见|喝农药|同归于尽",
    "emergency": r"(?:(?:有人|工人|员工|师傅|同事|他|她|孩子)[^,。]{0,10}(?:昏倒|晕倒|晕过去|没呼吸|没气了"
                 r"|触电|被机器(?:压|夹|卷)|坠落|掉下来(?!的)|中毒|快不行|大出血|流血不止|被困)"
                 r"|(?:正在|现在|车间|仓库|店里|楼里|厂里)[^,。]{0,4}(?:着火|起火|爆炸|煤气泄漏|燃气泄漏"
                 r"|漏气)[^,。]{0,3}(?:了|呢|快|救|[!！]|$)"
                 rf"|(?:煤气|燃气|天然气|液化气)(?:正在|在)?(?:漏气|泄漏|漏)了){_AFTERWARDS}"
                 r"|救命(?!恩|稻草)|快(?:来|叫)(?:人|救护)|叫救护车|someone is (?:hurt|dying|unconscious"
                 r"|trapped|being held)|there is a fire",
    "threat": r"(?:炸|烧)(?:了|掉)(?:你们|他们|政府|大厅|办事|区政府|税务局)(?!的?(?:货|车|东西|设备|厂房))"
              r"|(?:要|想|就|去)(?:炸|烧)(?:了|掉)(?:你们|他们)"
              r"|(?:砍|捅|杀|弄死|打死)(?:了|死)?(?:你们|他们|那个|这个|他|她)"
              r"|(?:要|想|说|扬言)(?:来)?(?:砍|捅|杀|弄死|打死)(?:了|死)?我"
              r"|(?:带|拿|持)(?:着|了)?(?:把)?刀(?:去|来|找|堵|威胁|砍|要)|报复(?:社会|你们|他们)|拉横幅跳"
              r"|把(?:我们?|人)(?:关|锁|绑)(?:起来|在)|blow up (?:the|your)|i will kill",
    "accused": rf"{_OFFICIAL}[^,。]{{0,12}}{_BRIBE}|{_BRIBE}[^,。]{{0,12}}{_OFFICIAL}"
               rf"|(?:举报|实名举报|检举|告发|投诉|控告)[^,。]{{0,8}}{_OFFICIAL}[^,。]{{0,14}}(?:受贿|贪污"
               rf"|腐败|收钱|拿钱|要钱|吃拿卡要|徇私|打人|滥用职权|以权谋私)"
               rf"|{_OFFICIAL}[^,。]{{0,14}}(?:受贿|贪污|徇私|打了?(?:我|人)(?!手机|电话|的)|威胁我|敲诈我"
               rf"|以权谋私|[跟向问找]我要钱(?!补|交|缴))"
               rf"|被{_OFFICIAL}打(?:了(?!电话|招呼)|伤)"
               r"|(?:被|遭)[^,。]{0,6}(?:性骚扰|非法拘禁|殴打|绑架)|我要(?:实名)?举报[^,。]{0,12}(?:受贿|贪污|腐败"
               r"|收钱)|向纪委(?:举报|告)"
               r"|(?:official|officer|inspector)[^.,]{0,20}(?:bribe|asked (?:me|us) for (?:money|cash)"
               r"|corrupt)|report a corrupt",
}  # fmt: skip
ALARMS = {kind: re.compile(pattern) for kind, pattern in _PATTERNS.items()}


def alarm(text: str) -> str | None:
    """The first of life, emergency, threat and accused that a normalised text is about, or None."""
    plain = text.lower()
    return next((kind for kind, pattern in ALARMS.items() if pattern.search(plain)), None)
