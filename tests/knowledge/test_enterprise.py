from pathlib import Path

import pytest

from bot.knowledge import load_knowledge
from bot.knowledge.conditions import VOCABULARY
from bot.knowledge.enterprise import (
    Facts,
    asks_what_fits,
    clearly_describes,
    describes,
    mentions_itself,
    number,
    read_facts,
    size_of,
)

ROOT = Path(__file__).resolve().parents[2]

MOTORS = "嘉定做新能源车电机的，两百人四十件专利，眼下想拿专利换贷款，再招一批技工，帮忙看看符合哪些"


def test_facts_are_read_with_their_words():
    facts = read_facts(MOTORS)
    assert (facts.district, facts.headcount) == ("jiading", 200)
    assert facts.industries == {"auto": "新能源车"}
    assert facts.sizes == {"small": "两百人"}
    assert set(facts.needs) >= {"loan", "ip", "hiring", "skills"}


@pytest.mark.parametrize(
    ("text", "kind", "code"),
    [
        ("做冷链的", "industries", "cold_chain"),
        ("拿过一轮风投", "stages", "growing"),
        ("想换大冷库", "needs", "premises"),
        ("我們是做半導體的", "industries", "chips"),
        ("夫妻店", "sizes", "individual"),
        ("专精特新小巨人", "traits", "specialised"),
        ("厂子电不够用", "needs", "utilities"),
        ("刚注册的公司", "stages", "startup"),
        ("客户欠我货款", "needs", "arrears"),
        ("A trucking company", "industries", "transport"),
        ("we are foreign-owned", "traits", "foreign_invested"),
        ("we need a loan", "needs", "loan"),
        ("外地司机多，想解决住宿", "needs", "housing"),
        ("个体户想转公司", "needs", "open"),
        ("想招几个博士", "needs", "talent"),
        ("干不下去了想关门", "stages", "closing"),
    ],
)
def test_fact_is_read_when_said_in_everyday_words(text, kind, code):
    assert code in read_facts(text).of(kind)


@pytest.mark.parametrize(
    ("text", "heads"),
    [
        ("四十来号人", 40), ("两百人", 200), ("一百二十号人", 120), ("员工大概35个", 35), ("40 人", 40),
        ("三十多个员工", 30), ("a team of 12 people", 12), ("1,200名职工", 1200),
        ("想招五个人", None), ("还缺二十个工人", None), ("要扩二十个人", None),
        ("引进人才", None), ("人工费", None),
    ],
)  # fmt: skip
def test_headcount_is_who_is_there_not_who_is_wanted(text, heads):
    assert read_facts(text).headcount == heads


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("四十", 40), ("两百", 200), ("一百二", 120), ("一百零二", 102), ("十五", 15), ("1,200", 1200),
        ("二", 2), ("一千五", 1500), ("人", None),
    ],
)  # fmt: skip
def test_number_is_read_from_chinese_numerals(text, value):
    assert number(text) == value


@pytest.mark.parametrize(
    ("heads", "size"), [(1, "micro"), (19, "micro"), (20, "small"), (300, "medium"), (1000, "large")]
)
def test_size_follows_the_headcount(heads, size):
    assert size_of(heads) == size


def test_district_is_the_one_named_first_by_its_longest_name():
    assert read_facts("青浦新城的店，想搬到嘉定").district == "qingpu"
    assert read_facts("我们在安亭").district == "jiading"
    assert read_facts("没说在哪").district is None


@pytest.mark.parametrize(
    "text",
    [
        MOTORS,
        "青浦，做冷链的，40 人，想换大冷库",
        "五年软件公司，拿过一轮风投，要扩招，想要利息低的贷款，符合条件的推荐几个",
        "嘉定拟上科创板的公司，海外有人告我们专利侵权，国内也想布局几件好专利",
        "We are a 35 people biotech startup in Qingpu, looking for a lab, what support can we get?",
    ],
)
def test_description_is_recognised(text):
    assert describes(text, read_facts(text))


@pytest.mark.parametrize(
    ("text", "tells"),
    [
        ("建筑公司，外地来的，嘉定做项目，想少跑几趟拿许可", True),
        ("嘉定的担保费率现在多少", False),
        ("想贷款", False),
        ("", False),
    ],
)
def test_question_mentions_the_enterprise_when_it_says_who_asks_and_what_is_wanted(text, tells):
    assert mentions_itself(text, read_facts(text)) is tells


@pytest.mark.parametrize(
    "text",
    [
        "公司先不干了但不想注销怎么办",
        "我们厂三十来号人做五金的，环评和排污要分开办吗",
        "想在北虹桥租两千平带行车的厂房，空房源上哪查",
        "担保费率现在多少",
        "四十来号人",
        "转人工",
        "",
    ],
)
def test_question_about_one_matter_is_no_description(text):
    assert not describes(text, read_facts(text))


@pytest.mark.parametrize(
    "text",
    [
        MOTORS,
        "青浦，做冷链的，40 人，想换大冷库",
        "虹口的科技公司，刚拿了天使轮，想借信用贷，看看能享受什么",
        "嘉定南翔的网店，12人，没抵押，有哪些政策",
        "小厂，做模具的，帮我看看符合哪些",
        "个体户，朱家角卖糕点的，想转公司，又想多招两个人",
        "We run a 30-person logistics company in Qingpu, what support can we get?",
    ],
)
def test_plain_description_is_told_by_its_words_alone(text):
    assert clearly_describes(text, read_facts(text))


@pytest.mark.parametrize(
    "text",
    ["想换大冷库", "青浦做冷链的", "青浦有哪些政策", "看看符合哪些", "嘉定的小公司租约到期，想迁青浦怎么办",
     "软件公司，想要二十个人"],
)  # fmt: skip
def test_less_than_that_is_not_told_by_words_alone(text):
    assert not clearly_describes(text, read_facts(text))


def test_no_example_question_is_a_description_by_its_words_alone():
    measures = load_knowledge(ROOT / "data" / "measures").measures.values()
    asked = [q for measure in measures for point in measure.points for q in point.questions]
    taken = [text for text in asked if clearly_describes(text, read_facts(text))]
    assert len(asked) > 10_000 and taken == []


def test_asking_what_fits_is_heard_without_any_facts():
    assert asks_what_fits("我们公司能享受什么政策")
    assert not asks_what_fits("歇业怎么办")


def test_later_facts_join_the_earlier_and_replace_the_size():
    facts = read_facts("青浦，做冷链的，40 人").joined(read_facts("现在两千人了，想贷款"))
    assert (facts.district, set(facts.sizes), facts.headcount) == ("qingpu", {"large"}, 2000)
    assert set(facts.industries) == {"cold_chain"} and "loan" in facts.needs


def test_facts_come_back_from_json_without_what_is_unknown():
    facts = read_facts(MOTORS)
    assert Facts.from_json(facts.as_json()) == facts
    odd = {"needs": {"magic": "x", "loan": "y"}, "district": "nowhere", "headcount": "a"}
    assert Facts.from_json(odd) == Facts(needs={"loan": "y"})
    assert Facts.from_json(None) == Facts()


def test_chosen_code_becomes_a_fact():
    assert Facts().with_code("sizes", "micro").sizes == {"micro": ""}
    assert Facts().with_code("district", "qingpu").district == "qingpu"
    with pytest.raises(KeyError):
        Facts().with_code("sizes", "huge")


def test_every_need_industry_size_stage_and_trait_has_words():
    from bot.knowledge.enterprise import _PATTERNS

    assert {kind: set(codes) for kind, codes in _PATTERNS.items()} == {
        kind: set(codes) for kind, codes in VOCABULARY.items()
    }
