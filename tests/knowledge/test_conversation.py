import pytest

from bot.knowledge.conversation import Topic, elsewhere, leans
from bot.knowledge.parts import Cut, clauses_of, cuts, strength
from bot.knowledge.places import matter_outside, named_outside
from bot.knowledge.ranked import Ranked


@pytest.mark.parametrize(
    ("text", "score", "follows"),
    [
        ("那要多久", 0.3, True),
        ("青浦那边呢", 0.4, True),
        ("补多少", 0.2, True),
        ("这个谁负责", 0.5, True),
        ("歇业备案怎么办理", 0.95, False),
        ("嘉定新城办执照要不要去区里的大厅排队，能不能就近办掉", 0.3, False),
    ],
)
def test_message_leans_on_the_one_before_when_it_says_little_itself(text, score, follows):
    assert leans(text, score) is follows


@pytest.mark.parametrize(
    ("text", "score", "topic", "follows"),
    [
        ("办完要等几天", 0.3, Topic.SAME, True),
        ("红烧肉怎么烧才不腻", 0.02, Topic.NONE, False),
        ("这个周末天气怎么样", 0.02, Topic.NONE, False),
        ("公章丢了怎么补", 0.01, Topic.OTHER, False),
        ("那税务还要单独去说么", 0.2, Topic.OTHER, True),
        ("政府欠钱不还呢", 0.75, Topic.UNKNOWN, False),
        ("那静安呢", 1.0, Topic.UNKNOWN, True),
        ("再问一下，宽带被独家包了合理吗", 0.4, Topic.UNKNOWN, False),
        ("换个问题，电费怎么算", 0.1, Topic.UNKNOWN, False),
    ],
)
def test_classifier_decides_what_leans_when_words_and_score_do_not(text, score, topic, follows):
    assert leans(text, score, topic) is follows


DISTRICTS = {"jd": "jiading", "qp": "qingpu"}
RANKED = [Ranked("jd", "点", 0.9), Ranked("qp", "点", 0.4)]


def test_elsewhere_puts_the_named_districts_measures_first():
    assert [found.id for found in elsewhere(RANKED, {"qingpu"}, DISTRICTS)] == ["qp", "jd"]


def test_elsewhere_changes_nothing_when_no_district_is_named():
    assert elsewhere(RANKED, set(), DISTRICTS) == RANKED


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("转口生意这边认吗，账户被冻了又该找谁", ("转口生意这边认吗", "账户被冻了又该找谁")),
        ("租房补贴有没有 创业大赛怎么报", ("租房补贴有没有", "创业大赛怎么报")),
        (
            "Can I pause my firm? and also where do I repair my credit?",
            ("Can I pause my firm", "where do I repair my credit?"),
        ),
        ("外国人许可怎么办顺便问问生鲜快不快", ("外国人许可怎么办", "顺便问问生鲜快不快")),
        ("租房补贴咋领和工作许可咋办", ("租房补贴咋领", "工作许可咋办")),
        ("我想知道专利怎么质押以及海外被告怎么办", ("我想知道专利怎么质押", "海外被告怎么办")),
        ("①歇业怎么备案②职业打假怎么应对", ("歇业怎么备案", "职业打假怎么应对")),
        ("1、宽带被物业垄断 2、镇里欠钱不还", ("宽带被物业垄断", "镇里欠钱不还")),
        ("Q1 how do I pause? Q2 who repairs credit?", ("how do I pause", "who repairs credit?")),
        ("歇业怎么备案\n\n检查码是什么", ("歇业怎么备案", "检查码是什么")),
        ("孩子上学的事，还有租房补贴", ("孩子上学的事", "还有租房补贴")),
        ("公司名字总通不过，注册地址也没有，怎么搞", ("公司名字总通不过", "注册地址也没有，怎么搞")),
        ("批次贷和创业大赛分别找谁", ("批次贷找谁", "创业大赛找谁")),
        ("发票额度咋提 / 先裁定咋申请", ("发票额度咋提", "先裁定咋申请")),
        ("国企欠款不给+打假的天天来，两个都咋整", ("国企欠款不给", "打假的天天来，两个都咋整")),
        ("造谣的怎么治，然后信用怎么修复", ("造谣的怎么治", "然后信用怎么修复")),
        ("合同和发票怎么开", None),
        ("增值税/所得税要交多少", None),
        ("改革怎么跟踪，会不会开完会就算了", ("改革怎么跟踪", "会不会开完会就算了")),
        ("担保费率1.5)是多少", None),
        ("我开了家小店，下个月想重新装修一下，要报批吗", None),
    ],
)
def test_cuts_find_where_another_question_begins(text, pieces):
    found = [(cut.first, cut.second) for cut in cuts(text)]
    assert found == ([pieces] if pieces else [])


def test_cut_is_marked_when_words_announce_another_question():
    assert [cut.marked for cut in cuts("担保费率是多少，另外信用怎么修复")] == [True]


def two(first, second, marked=False):
    return strength(Cut("甲", "乙", marked), [Ranked(*first)], [Ranked(*second)])


def test_strength_is_positive_when_both_pieces_are_clear_questions_of_their_own():
    assert two(("a", "p", 0.8), ("b", "q", 0.7)) > 0


def test_strength_is_zero_when_both_pieces_ask_the_same():
    assert two(("a", "p", 0.9), ("a", "p", 0.9)) == 0


def test_strength_is_not_positive_when_a_piece_is_only_background():
    assert two(("a", "p", 0.8), ("b", "q", 0.05)) <= 0


def test_strength_asks_for_less_when_the_second_question_is_announced():
    assert two(("a", "p", 0.8), ("b", "q", 0.1)) <= 0 < two(("a", "p", 0.8), ("b", "q", 0.1), marked=True)


def test_clauses_leave_out_scraps():
    assert list(clauses_of("青浦，做冷链物流的，40人，想换大冷库")) == ["做冷链物流的", "想换大冷库"]


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("武汉营业执照怎么注销", "far"),
        ("昆山那边办个证", "neighbours"),
        ("在安徽做过项目，来上海算吗", None),
        ("歇业备案", None),
        ("南京西路开店,有什么诚信评比", None),
    ],
)
def test_place_outside_is_named_unless_shanghai_is_too(text, where):
    assert named_outside(text) == where


@pytest.mark.parametrize(
    ("text", "outside"),
    [
        ("无锡歇业备案怎么办", True),
        ("合肥人才购房补贴", True),
        ("浙江的专精特新怎么申报", True),
        ("宁波跨境电商1210", True),
        ("北京专精特新补贴", True),
        ("昆山的厂想申请人才公寓", True),
        ("杭州西湖区开店一件事", True),
        ("深圳呢", True),
        ("电子道路运输证在江苏查车认吗", False),
        ("想去昆山办事又不想跑,有没有远程的窗口", False),
        ("浙江的执法证在这边有没有效", False),
        ("苏州的客户欠货款,贷款还不上怎么办", False),
        ("台湾同胞来公司上班要办啥证", False),
        ("长三角跨省迁移,苏州的执照怎么换", False),
        ("除了昆山太仓,还能连哪些城市", False),
    ],
)
def test_matter_is_outside_when_an_office_there_decides_it(text, outside):
    assert matter_outside(text) is outside
