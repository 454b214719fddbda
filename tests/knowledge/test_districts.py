import pytest

from bot.knowledge.districts import first_named, named_in, without_names


@pytest.mark.parametrize(
    ("text", "district"),
    [
        ("西岑的厂房怎么租", "qingpu"),
        ("蟠龙天地开店", "qingpu"),
        ("我在盈浦,店在商榻", "qingpu"),
        ("国家会展中心旁边", "qingpu"),
        ("菊园的公司", "jiading"),
        ("黄渡和封浜都有店", "jiading"),
        ("华新水泥的货款要不回来", None),
        ("白鹤牌商标怎么注册", None),
        ("海鲜真新鲜,怎么通关", None),
    ],
)
def test_district_is_told_by_its_towns_unless_the_name_is_also_another_word(text, district):
    assert named_in(text) == ({district} if district else set())


def test_first_named_district_counts_when_there_are_several():
    assert first_named("青浦新城的店,想搬到嘉定") == "qingpu"
    assert first_named("没说在哪") is None


def test_names_are_taken_out_when_the_district_changes():
    assert without_names("西岑那边怎么办") == "那边怎么办"
