"""Words and patterns the entity ruler knows. Departments and documents grow with the knowledge base."""

import re

from bot.knowledge import KnowledgeBase
from bot.knowledge.districts import spellings
from bot.knowledge.enterprise import HEADS, industry_words
from bot.knowledge.topics import TOPICS

TAXES = ("增值税", "企业所得税", "个人所得税", "个税", "印花税", "房产税", "土地使用税", "契税", "关税",
         "消费税", "城建税", "教育费附加", "土地增值税", "车船税", "环保税", "残保金", "附加税")  # fmt: skip

LICENCES = ("营业执照", "食品经营许可证", "食品生产许可证", "排污许可证", "施工许可证", "卫生许可证",
            "道路运输许可证", "酒类商品经营许可证", "酒类许可", "烟草证", "建设工程规划许可证", "不动产证",
            "劳务派遣许可证", "人力资源服务许可证", "危险化学品经营许可证", "医疗器械经营许可证",
            "出版物经营许可证", "网络文化经营许可证", "ICP许可证", "安全生产许可证", "工作许可证", "居住证",
            "开户许可证", "消防验收", "环评", "身份码", "电子营业执照", "电子证照")  # fmt: skip

DEPARTMENTS = ("市场监管局", "工商局", "税务局", "人社局", "社保中心", "公积金中心", "医保局", "发改委",
               "经委", "商务委", "科委", "金融办", "规划资源局", "规土局", "建管委", "住建委", "环保局",
               "生态环境局", "水务局", "应急局", "消防支队", "消防", "城管", "公安局", "派出所", "司法局",
               "法院", "检察院", "海关", "外汇局", "人民银行", "知识产权局", "交通委", "卫健委", "文旅局",
               "统计局", "财政局", "民政局", "农业农村委", "行政服务中心", "政务服务中心", "12345",
               "供电公司", "自来水公司", "燃气公司")  # fmt: skip

SIZES = {
    "个体工商户": "individual", "个体户": "individual", "个体": "individual",
    "小微企业": "small", "小微": "small", "微型企业": "small", "小企业": "small", "中小企业": "medium",
    "中小微企业": "medium", "中型企业": "medium", "规上企业": "large", "大型企业": "large", "大企业": "large",
    "初创企业": "startup", "初创公司": "startup", "专精特新": "specialised", "高新技术企业": "hightech",
    "高企": "hightech",
}  # fmt: skip

_MONEY = "元|块钱|块|美元|欧元|港币|人民币"
_NUMBER = r"(?:\d[\d,]*(?:\.\d+)?|[一二两三四五六七八九十百千零]+)"
PATTERNS: dict[str, re.Pattern[str]] = {
    "percentage": re.compile(rf"百分之{_NUMBER}|\d+(?:\.\d+)?%(?:[-~到至]\d+(?:\.\d+)?%)?"),
    "amount": re.compile(rf"{_NUMBER}\s*[百千]?[万亿]?(?:{_MONEY})|{_NUMBER}\s*[百千]?[万亿](?!人|平)"),
    "date": re.compile(r"\d{4}年(?:\d{1,2}月)?(?:\d{1,2}[日号])?|\d{1,2}月\d{1,2}[日号]|"
                       r"\d{4}-\d{1,2}-\d{1,2}|"
                       r"今天|明天|昨天|上个月|下个月|这个月|上周|下周|去年|今年|明年|年底|月底"),
    "headcount": HEADS,
}  # fmt: skip


def entity_words(kb: KnowledgeBase) -> dict[str, dict[str, str]]:
    """Entity type -> word -> value: districts, industries as codes, sizes as classes, others as they are."""
    departments = {*DEPARTMENTS, *(topic.department for topic in TOPICS.values())}
    departments.update(name for measure in kb.measures.values() for name in measure.departments)
    return {
        "district": spellings(),
        "department": {word: word for word in departments},
        "tax": {word: word for word in TAXES},
        "licence": {word: word for word in LICENCES},
        "size": dict(SIZES),
        "industry": industry_words(),
        "document": {measure.document.title: measure.document.id for measure in kb.measures.values()},
    }
