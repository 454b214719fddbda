"""Places outside Shanghai: what is asked about their offices, this service cannot answer."""

import functools
import re
from pathlib import Path

import yaml

WORDS = Path(__file__).with_name("places.yml")
_HERE = re.compile("上海|沪|长三角|跨省|跨区|异地|外省|本市|区里|我区|咱区|shanghai", re.IGNORECASE)


# What an office there decides or pays: no measure of Shanghai's districts answers that.
_MATTER = (
    "补贴|补助|奖励|扶持|优惠|政策|执照|备案|登记|注册|注销|变更|核名|年报|年审|公寓|落户|户口|申报|申请|贷款|续贷|贴息|质押"
    "|许可|排污|居住证|环评|消防|社保|医保|公积金|养老|个税|所得税|增值税|税率|发票|一件事|专精特新|高新技术|开店|开公司|建厂"
    "|检查码|租金|租厂房|摇号|报关|跨境|保税|用电|报装|人才|职称|积分|政务|大厅|窗口"
    "|subsid|licen[cs]e|permit|register|registration|tax|loan|talent"
)
# Who came from there, goes there or deals with somebody there asks of both sides.
_BETWEEN = re.compile(
    "去(?!哪)|[到从跑来搬迁寄]|跨(?!境)|买了|两[地边头]|这[边里儿]|在这|我们的|咱|跟我|和我|贴我|给我|偷|合作|互认|认不认|认吗|通用|联系"
    "|[人籍]士?(?!才|社|口|力)|同胞|员工|司机|客户|供应商|(?<!备)案|起诉|法院|被告|被查|被拦|from|between|customer|supplier",
    re.IGNORECASE,
)


@functools.cache
def _patterns() -> dict[str, re.Pattern[str]]:
    named = yaml.safe_load(WORDS.read_text("utf-8"))
    # Roads of Shanghai are called after cities: 南京西路 is no place outside.
    return {
        kind: re.compile(
            f"(?:{'|'.join(map(re.escape, names))})(?![东西南北中一二]{{0,2}}[路街])", re.IGNORECASE
        )
        for kind, names in named.items()
    }


@functools.cache
def _matter_there() -> re.Pattern[str]:
    place = "|".join(pattern.pattern for pattern in _patterns().values())
    return re.compile(
        rf"^(?:请?问一?下?|想问一?下?|我们?|公司|在|你好|手把手|一步步|[带教帮]我|走一遍|,)*(?:(?:{place}).*(?:{_MATTER})"
        rf"|那?(?:{place})(?:市|省|那边)?(?:呢|怎么样|有没有|有吗)[?？]?$)",
        re.IGNORECASE,
    )


def named_outside(text: str) -> str | None:
    """``far`` or ``neighbours`` when a text names a place outside Shanghai and nothing of Shanghai."""
    if _HERE.search(text):
        return None
    return next((kind for kind in ("far", "neighbours") if _patterns()[kind].search(text)), None)


def matter_outside(text: str) -> bool:
    """Whether a text asks for what an office of a place outside Shanghai decides, and of nothing here."""
    return not (_HERE.search(text) or _BETWEEN.search(text)) and bool(_matter_there().search(text))
