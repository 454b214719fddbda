"""Which detail a question asks for that its answer does not give: how much, how long, which papers, where.

A pure function of the words of both, so that an answer can say what it lacks instead of passing over it.
Nearly every answer says that something is not written: only what it names there itself is not said again.
"""

import re

# What is asked for, by the question's words (normalised, lower case).
_ASKED = {
    "amount": r"多少钱|多少费|费用(?:是)?多少|怎么收费|收费标准|收多少|收几个点|几个点|给多少|补多少"
              r"|奖多少|贴多少|补贴多少"
              r"|奖励多少|能(?:贷|借|拿|领|补|退)(?:到)?多少|最多(?:能)?(?:贷|拿|补|领)|最高(?:能)?(?:贷"
              r"|拿|补|领)|额度(?:是|有|给|能到|最高|大概)*(?:多少|多大|多高|几)|(?:多少|多大|多高)的?额度"
              r"|利率(?:是)?多少|利息(?:是)?多少|费率(?:是)?多少|how much(?! (?:time|longer))"
              r"|what(?:'s| is) the (?:cost|fee|price|rate|interest)"
              r"|maximum amount",
    "duration": r"多久(?![^,，。]{0,6}一[次回趟版期])|(?<![那这第隔前了过])几天|多少天|多长时间"
                r"|几个工作日|多少个?工作日|多少时间|要等(?:几|多)|几个月(?:能|可以|下来)"
                r"|什么时候(?:能)?(?:下来|拿到|办好|办完)"
                r"|how long|how much time|how many (?:days|weeks|months)",
    "papers": r"(?:什么|哪些|啥|几样|几份|哪几样)(?:材料|资料|文件|证件|表格|表)|(?:材料|资料)(?:要|有"
              r"|需要|清单)?(?:哪些|什么|啥)"
              r"|带(?:什么|啥|哪些)|准备(?:什么|啥|哪些)|(?:which|what) (?:papers|documents|paperwork"
              r"|materials|forms)",
    "phone": r"(?<!打)电话(?:号码)?(?:是)?(?:多少|几|给|呢|[?？]|$)|电话号|联系电话|联系方式|打(?:什么|哪个"
             r"|几)(?:电话|号)|号码(?:是)?多少"
             r"|phone number|what number|contact number",
    "address": r"地址(?:是|在|呢)?(?:哪|什么|多少|[?？]|$)|哪条路|几号楼|几楼"
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
    "address": r"[路街道]\s*\d+|\d+\s*[号弄]",
}  # fmt: skip
# What a sentence names that says that something is not written (「要哪些材料、几天批好，这份文件没有写」).
_NAMED = {
    "amount": r"多少(?!个?(?:工作日|天|日|小时|月|年|家|户|人|名|次))|钱|费|金额|额度|利率|利息|标准|价"
              r"|租金|比例|怎么算|几个点|力度",
    "duration": r"几天|天数|[几多]久(?![^,，。、]{0,6}一次)|多长|时间|时限|期限|期间|工作日|周期|什么时候"
                r"|何时|多少(?:个?工作日|天|小时|个?月)|几个?(?:月|小时)|几年|快慢|多快",
    "papers": r"材料|资料|图纸|表格|什么表|哪些表|证件|手续|清单|带什么|哪些证",
    "phone": r"电话|号码|联系方式|怎么联系",
    "address": r"地址|在哪|哪里|哪儿|哪些地方|位置|地点|哪条路|设在",
}  # fmt: skip
_UNWRITTEN = re.compile(
    r"[^。;；]*(?:没有?(?:再|另|具体)?(?:写|说|列|公布|规定|提|给出|讲|公开|标)|未(?:写|列|说|提))[^。;；]*"
)

ASKED = {detail: re.compile(pattern) for detail, pattern in _ASKED.items()}
GIVEN = {detail: re.compile(pattern) for detail, pattern in _GIVEN.items()}
NAMED = {detail: re.compile(pattern) for detail, pattern in _NAMED.items()}


def lacking(question: str, answer: str) -> list[str]:
    """The details (keys of ``ASKED``) that a normalised question asks for and a Chinese answer lacks.

    Not those of which the answer says itself that they are not written.
    """
    said, unwritten = question.lower(), "。".join(_UNWRITTEN.findall(answer))
    written = _UNWRITTEN.sub("", answer).lower()
    return [
        detail for detail, asked in ASKED.items()
        if asked.search(said) and not GIVEN[detail].search(written) and not NAMED[detail].search(unwritten)
    ]  # fmt: skip
