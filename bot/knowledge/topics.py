"""The topics a question can be about, and the department whose helpers take each."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Topic:
    """A topic: its ``code`` (used in data files and intents), its name, and the department that owns it."""

    code: str
    name: str
    department: str


TOPICS: dict[str, Topic] = {
    topic.code: topic
    for topic in (
        Topic("registration", "登记注册", "市场监管局"),
        Topic("tax", "税费", "税务局"),
        Topic("licensing", "许可审批", "政务服务中心"),
        Topic("financing", "融资", "金融办"),
        Topic("inspection", "检查执法", "市场监管局"),
        Topic("talent", "人才", "人社局"),
        Topic("employment", "用工社保", "人社局"),
        Topic("utilities", "水电气网", "建管委"),
        Topic("premises", "场地建设", "规划资源局"),
        Topic("policy", "惠企政策", "经委"),
        Topic("service", "企业服务", "政务服务中心"),
        Topic("trade", "外贸通关", "商务委"),
        Topic("ip", "知识产权", "市场监管局"),
        Topic("dispute", "纠纷法务", "司法局"),
        Topic("credit", "信用", "发改委"),
        Topic("competition", "公平竞争", "市场监管局"),
        Topic("innovation", "科技创新", "科委"),
        Topic("stats", "情况数据", "发改委"),
        Topic("environment", "生态环境", "生态环境局"),
    )
}


def department_of(topic: str | None) -> str | None:
    """The department that owns ``topic``; None when there is no such topic."""
    found = TOPICS.get(topic or "")
    return found.department if found else None
