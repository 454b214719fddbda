"""For whom a measure is meant and for which need: the vocabulary, and what an entry says with it.

The codes stand in the data files, the names are what a visitor reads (Chinese, English).
"""

from dataclasses import dataclass, fields, replace

NEEDS: dict[str, tuple[str, str]] = {
    "open": ("开办登记", "opening a company"),
    "address": ("住所登记", "a registered address"),
    "move": ("变更迁移", "changes and moving"),
    "pause": ("歇业", "pausing business"),
    "exit": ("注销", "closing down"),
    "bankruptcy": ("破产", "bankruptcy"),
    "licence": ("证照许可", "licences and permits"),
    "loan": ("贷款", "a loan"),
    "guarantee": ("融资担保", "a loan guarantee"),
    "equity": ("股权融资", "equity investment"),
    "listing": ("上市", "going public"),
    "tax": ("办税缴费", "taxes and fees"),
    "refund": ("退税", "a tax refund"),
    "subsidy": ("补贴奖励", "subsidies"),
    "premises": ("找场地", "premises"),
    "land": ("拿地", "land"),
    "construction": ("工程审批验收", "construction approval"),
    "utilities": ("水电气网", "utilities"),
    "hiring": ("招工用工", "hiring"),
    "skills": ("技能培训", "training staff"),
    "talent": ("人才引进", "attracting talent"),
    "housing": ("人才住房", "housing for staff"),
    "startup": ("创业支持", "starting up"),
    "ip": ("知识产权", "intellectual property"),
    "rnd": ("研发和成果转化", "research and development"),
    "trade": ("进出口通关", "customs and trade"),
    "cross_border": ("跨境电商", "cross-border e-commerce"),
    "foreign": ("外资和涉外服务", "foreign investment"),
    "overseas": ("出海", "going abroad"),
    "inspection": ("检查执法", "inspections"),
    "lenient": ("轻微免罚", "leniency for slight faults"),
    "credit": ("信用修复和报告", "credit repair and reports"),
    "compliance": ("合规指导", "compliance advice"),
    "dispute": ("纠纷调解", "settling disputes"),
    "arrears": ("被拖欠账款", "overdue payments"),
    "complaint": ("反映诉求", "raising a concern"),
    "abuse": ("职业举报和网络谣言", "malicious claims and rumours"),
    "legal": ("法律服务", "legal services"),
    "procurement": ("招投标和政府采购", "public procurement"),
    "competition": ("公平竞争", "fair competition"),
    "green": ("环评排污", "environmental approval"),
    "transport": ("道路运输", "road transport"),
    "cross_region": ("长三角跨省办", "matters across provinces"),
    "service": ("专人帮办", "help with procedures"),
    "contact": ("政企沟通", "talking to government"),
    "data": ("情况数据", "facts and figures"),
}
INDUSTRIES: dict[str, tuple[str, str]] = {
    "manufacturing": ("制造业", "manufacturing"),
    "auto": ("汽车产业", "the car industry"),
    "chips": ("集成电路", "chips"),
    "biomedicine": ("生物医药", "biomedicine"),
    "software": ("软件信息", "software"),
    "ai": ("人工智能", "artificial intelligence"),
    "internet": ("互联网平台", "the internet"),
    "ecommerce": ("电商", "e-commerce"),
    "logistics": ("物流", "logistics"),
    "cold_chain": ("冷链", "cold chain"),
    "catering": ("餐饮食品", "food and catering"),
    "retail": ("零售门店", "retail"),
    "foreign_trade": ("外贸", "foreign trade"),
    "construction": ("建筑工程", "construction"),
    "property": ("物业楼宇园区", "property"),
    "finance": ("金融", "finance"),
    "culture": ("文化创意", "culture"),
    "agriculture": ("农业", "agriculture"),
    "energy": ("能源", "energy"),
    "aviation": ("航空航天", "aviation"),
    "exhibition": ("会展", "exhibitions"),
    "medical": ("医疗健康", "health care"),
    "education": ("教育培训", "education"),
    "transport": ("交通运输", "transport"),
}
SIZES: dict[str, tuple[str, str]] = {
    "individual": ("个体工商户", "a sole trader"),
    "micro": ("微型企业", "a micro business"),
    "small": ("小型企业", "a small business"),
    "medium": ("中型企业", "a medium-sized business"),
    "large": ("大型企业", "a large business"),
}
STAGES: dict[str, tuple[str, str]] = {
    "planning": ("筹备中", "still planning"),
    "startup": ("初创期", "just started"),
    "growing": ("经营发展中", "in business"),
    "moving": ("搬迁变更中", "moving"),
    "closing": ("准备退出", "closing"),
}
TRAITS: dict[str, tuple[str, str]] = {
    "hightech": ("高新技术企业", "a high-tech enterprise"),
    "specialised": ("专精特新企业", "a specialised (zhuanjingtexin) enterprise"),
    "listing_candidate": ("拟上市企业", "preparing to go public"),
    "foreign_invested": ("外资企业", "foreign-invested"),
    "private": ("民营企业", "a private enterprise"),
    "key": ("重点企业", "a key enterprise"),
    "exporter": ("出口企业", "an exporter"),
}
VOCABULARY: dict[str, dict[str, tuple[str, str]]] = {
    "needs": NEEDS, "industries": INDUSTRIES, "sizes": SIZES, "stages": STAGES, "traits": TRAITS,
}  # fmt: skip


@dataclass(frozen=True)
class Conditions:
    """What an entry is for. An empty kind sets no condition; ``other`` are further ones, in Chinese."""

    needs: tuple[str, ...] = ()
    industries: tuple[str, ...] = ()
    sizes: tuple[str, ...] = ()
    stages: tuple[str, ...] = ()
    traits: tuple[str, ...] = ()
    other: tuple[str, ...] = ()

    def changed(self, said: dict[str, tuple[str, ...]]) -> "Conditions":
        """These conditions with the kinds in ``said`` instead."""
        return replace(self, **said)


UNCONDITIONAL = Conditions()
KINDS = tuple(field.name for field in fields(Conditions))


def name_of(kind: str, code: str, english: bool = False) -> str:
    """What a visitor reads for a code. KeyError when there is no such kind or code."""
    return VOCABULARY[kind][code][english]
