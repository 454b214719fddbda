import pytest

from bot.knowledge.details import lacking


@pytest.mark.parametrize(
    ("question", "answer", "expected"),
    [
        ("办下来要多久", "区里会尽快办。", ["duration"]),
        ("办下来要多久", "5个工作日内办好。", []),
        ("办下来要多久", "当场就办好。", []),
        ("补贴多少钱", "首次贷款的企业有补贴。", ["amount"]),
        ("补贴多少钱", "补1%。", []),
        ("要收多少费用，收费标准", "不收钱，免费。", []),
        ("要什么材料", "可以网上办。", ["papers"]),
        ("要什么材料，几天办完", "可以网上办。", ["duration", "papers"]),
        ("联系电话多少", "找服务专员。", ["phone"]),
        ("联系电话多少", "打12345。", []),
        ("要什么材料", "可以网上办，文件没有写要什么材料。", []),
        ("歇业怎么办", "网上办。", []),
        ("How long does it take?", "可以网上办。", ["duration"]),
        ("which documents do I need", "可以网上办。", ["papers"]),
    ],
)
def test_answer_lacks_the_detail_when_asked_for_and_not_given(question, answer, expected):
    assert lacking(question, answer) == expected
