"""Which detail a question asks for that its answer does not give: how much, how long, which papers, where.

A pure function of the words of both, so that an answer can say what it lacks instead of passing over it.
"""

import re

# What is asked for, by the question's words (normalised, lower case).
_ASKED = {
    "amount": r"多少钱|多少费|费用(?:是)?多少|怎么收费|收费标准|收多少|收几个点|几个点|给多少|补多少"
              r"|奖多少|贴多少|补贴多少"
              r"|奖励多少|能(?:贷|借|拿|领|补|退)(?:到)?多少|最多(?:能)?(?:贷|拿|补|领)|最高(?:能)?(?:贷"
              r"|拿|补|领)|额度"
              r"|利率(?:是)?多少|利息(?:是)?多少|费率(?:是)?多少|how much|what(?:'s| is) the (?:cost|fee"
              r"|price|rate|interest)"
              r"|maximum amount",
    "duration": r"多久|几天|多少天|多长时间|几个工作日|多少个?工作日|多少时间|要等(?:几|多)|几个月(?:能"
                r"|可以|下来)"
                r"|什么时候(?:能)?(?:下来|拿到|办好|办完)|how long|how many (?:days|weeks|months)",
    "papers": r"(?:什么|哪些|啥|几样|几份|哪几样)(?:材料|资料|文件|证件|表格|表)|(?:材料|资料)(?:要|有"
              r"|需要|清单)?(?:哪些|什么|啥)"
              r"|带(?:什么|啥|哪些)|准备(?:什么|啥|哪些)|(?:which|what) (?:papers|documents|paperwork"
              r"|materials|forms)",
    "phone": r"电话(?:号码)?(?:是)?(?:多少|几|给|呢|[?？]|$)|电话号|联系电话|联系方式|打(?:什么|哪个"
             r"|几)(?:电话|号)|号码(?:是)?多少"
             r"|phone number|what number|contact number",
    "address": r"地址(?:是|在|呢)?(?:哪|什么|多少|[?？]|$)|在(?:什么|哪条)(?:地方|路)|几号楼|在几楼"
               r"|what(?:'s| is) the address|exact address",
}  # fmt: skip
# What an answer gives.
_NUMBER = r"[\d一二两三四五六七八九十百几半]"
_GIVEN = {
    "amount": r"\d[\d,.]*\s*(?:%|元|万|亿|块|折|倍|个点|个基点|bp)|百分之|免费|不收|不用(?:出|交|花|付)"
              r"|零(?:费用|成本|负担)|减半|全免|一半",
    "duration": rf"{_NUMBER}\s*(?:个)?(?:工作日|天|日(?!常)|小时|分钟|周|月|年|秒)|当场|当天|即时|实时"
                rf"|立等|次日|随时",
    "papers": r"材料|资料|表|证明|承诺书|申请书|身份证|执照|合同|清单|证书",
    "phone": r"\d{3,}-?\d{4,}|(?<!\d)(?:1\d{4}|96\d{3,4})(?!\d)|热线|专线",
    "address": r"路\s*\d+|\d+号|大厅|窗口|中心|服务站|指导站|工作室|园区|楼",
}  # fmt: skip
_SAYS_SO = re.compile(r"没有?(?:写|说|列|公布|规定|提到|给出)")

ASKED = {detail: re.compile(pattern) for detail, pattern in _ASKED.items()}
GIVEN = {detail: re.compile(pattern) for detail, pattern in _GIVEN.items()}


def lacking(question: str, answer: str) -> list[str]:
    """The details (keys of ``ASKED``) that a normalised question asks for and a Chinese answer lacks.

    None when the answer itself says that something is not written.
    """
    if _SAYS_SO.search(answer):
        return []
    said, given = question.lower(), answer.lower()
    return [
        detail for detail, asked in ASKED.items() if asked.search(said) and not GIVEN[detail].search(given)
    ]
