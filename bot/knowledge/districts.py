"""Shanghai's districts, and the towns and parks by which people name the two that publish here."""

import re

DISTRICTS: dict[str, str] = {
    "huangpu": "黄浦区", "xuhui": "徐汇区", "changning": "长宁区", "jingan": "静安区",
    "putuo": "普陀区", "hongkou": "虹口区", "yangpu": "杨浦区", "minhang": "闵行区",
    "baoshan": "宝山区", "jiading": "嘉定区", "pudong": "浦东新区", "jinshan": "金山区",
    "songjiang": "松江区", "qingpu": "青浦区", "fengxian": "奉贤区", "chongming": "崇明区",
}  # fmt: skip

ENGLISH_NAMES: dict[str, str] = {code: code.capitalize() for code in DISTRICTS}

# Only names that nobody gives to anything else: 华新, 白鹤, 真新 and 夏阳 alone are also words and names.
PLACES: dict[str, tuple[str, ...]] = {
    "jiading": ("嘉定新城", "北虹桥", "安亭", "南翔", "马陆", "江桥", "外冈", "徐行", "华亭镇", "嘉定工业区",
                "菊园新区", "新成路街道", "真新街道", "真新新村", "嘉定镇街道", "张江嘉定园", "国际汽车城",
                "菊园", "黄渡", "封浜", "戬浜", "娄塘"),
    "qingpu": ("青浦新城", "西虹桥", "市西软件信息园", "朱家角", "徐泾", "赵巷", "华新镇", "重固", "白鹤镇",
               "练塘", "金泽", "夏阳街道", "夏阳湖", "盈浦街道", "盈浦", "香花桥", "青浦工业园区",
               "西岑", "蟠龙天地", "商榻", "凤溪", "赵屯", "蒸淀", "国家会展中心"),
}  # fmt: skip

TOWNS = frozenset(place for places in PLACES.values() for place in places)


def spellings() -> dict[str, str]:
    """Every word that names a district, with the district's code: full and short names, English, places."""
    words: dict[str, str] = {}
    for code, name in DISTRICTS.items():
        short = name.removesuffix("新区").removesuffix("区")
        words.update({name: code, short: code, f"{short}区": code, code: code, ENGLISH_NAMES[code]: code})
    for code, places in PLACES.items():
        words.update(dict.fromkeys(places, code))
    return words


_PATTERN = re.compile("|".join(map(re.escape, sorted(spellings(), key=len, reverse=True))), re.IGNORECASE)
_CODES = {word.lower(): code for word, code in spellings().items()}


def without_names(text: str) -> str:
    """A normalised text without the words that name districts."""
    return _PATTERN.sub("", text)


def first_named(text: str) -> str | None:
    """The code of the district that a normalised text names first, the longer name where several begin."""
    found = _PATTERN.search(text)
    return _CODES[found.group().lower()] if found else None


def named_in(text: str) -> frozenset[str]:
    """The codes of the districts that a normalised text names, by whatever name."""
    return frozenset(_CODES[word.lower()] for word in _PATTERN.findall(text))
