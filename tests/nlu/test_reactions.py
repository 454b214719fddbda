import json
from pathlib import Path

import pytest
import yaml

from bot.knowledge import load_knowledge
from bot.knowledge.text import normalise
from bot.nlu.reactions import reaction

ROOT = Path(__file__).resolve().parents[2]


def examples(file, intents=None):
    """The example messages of an NLU file, of all its intents or of these."""
    blocks = yaml.safe_load((ROOT / "data" / "nlu" / file).read_text("utf-8"))["nlu"]
    said = [block["examples"] for block in blocks if intents is None or block["intent"] in intents]
    return [line[2:] for lines in said for line in lines.splitlines() if line.startswith("- ")]


@pytest.mark.parametrize(
    "text",
    [
        "不是这个",
        "说的啥玩意",
        "讲的什么东西啊",
        "你这是在说什么呀",
        "你这说的跟我问的是一码事吗",
        "和我要的有半毛钱关系吗",
        "我问的是这个吗？",
        "谁问你这个了",
        "这也算回答吗",
        "你看懂我的问题了吗",
        "这谁看得懂啊",
        "哪跟哪啊",
        "一点用都没有",
        "半点用处也没有",
        "屁用没有",
        "顶啥用啊",
        "还是不行",
        "这不对吧",
        "还是不知道去哪办",
        "完全没回答我的问题",
        "压根不是一回事",
        "说了等于没说",
        "白问了",
        "怎么又是这一套",
        "鸡同鸭讲",
        "別打太極",
        "跟我没关系",
        "都不是",
        "差评",
        "that's not what I asked",
        "not what I meant",
        "this is irrelevant",
        "what are you talking about",
        "it doesn't help me",
        "still not clear",
        "nah",
        "bu dui",
    ],
)
def test_denial_is_heard_however_it_is_put(text):
    assert reaction(normalise(text)) == "deny"


@pytest.mark.parametrize(
    "text",
    ["好的", "嗯嗯，懂了", "妥了", "这下清爽了", "原来如此", "原来是这样啊", "正解", "对，就是它",
     "阿拉晓得了", "搞定，辛苦", "好用", "差不多吧", "問題解決了", "👍", "ok la, thx", "makes sense now",
     "exactly what I needed", "hao de", "嗯，知道怎么弄了", "明白去哪办了，谢谢", "记下了", "存好了"],
)  # fmt: skip
def test_yes_is_heard_however_it_is_put(text):
    assert reaction(normalise(text)) == "affirm"


@pytest.mark.parametrize(
    "text",
    ["谢谢", "多谢多谢", "谢谢侬哦", "感谢耐心解答", "辛苦了", "谢啦，回头见", "再见", "拜拜",
     "谢谢阿姐", "谢谢老师，那我先下了", "thanks mate",
     "thank you so much", "thanks for your help", "谢谢🙏", "bye", "謝謝", "感激不尽！"],
)  # fmt: skip
def test_politeness_alone_does_not_say_that_it_helped(text):
    assert reaction(normalise(text)) is None


@pytest.mark.parametrize(
    "text",
    ["懂了，谢谢", "谢谢，总算找到门路", "好的，多谢", "嗯嗯，就这样吧，谢谢", "搞定，拜拜",
     "thanks, got it"],
)  # fmt: skip
def test_thanks_beside_a_yes_leave_it_a_yes(text):
    assert reaction(normalise(text)) == "affirm"


@pytest.mark.parametrize(
    "text",
    ["不行吗", "有什么用", "不能网上办吗", "说的是什么政策", "还没开业的能申请吗", "还没开业，先办证",
     "没用完的发票", "现在", "看不懂判决书，有画图讲的没有", "解决住宿", "牛肉进口", "你好",
     "在不", "不对外营业的食堂", "那外地的呢",
     "不是本区的企业行不行", "不，我问的是租房补贴怎么领", "what if it is not mine",
     "no office, may I use a shared one", "right to work in Shanghai", "公司", ""],
)  # fmt: skip
def test_question_or_new_matter_is_no_reaction(text):
    assert reaction(normalise(text)) is None


def test_no_example_question_is_taken_for_a_reaction():
    measures = load_knowledge(ROOT / "data" / "measures").measures.values()
    asked = [q for measure in measures for point in measure.points for q in point.questions]
    asked += [*examples("uncovered.yml"), *examples("topics.yml")]
    assert len(asked) > 10_000
    assert [text for text in asked if reaction(normalise(text))] == []


@pytest.mark.parametrize(("intent", "least"), [("deny", 0.75), ("affirm", 0.7)])
def test_most_example_reactions_are_heard_by_words_and_none_the_other_way(intent, least):
    said = [text for file in ("reactions.yml", "reactions_wide.yml") for text in examples(file, [intent])]
    heard = [reaction(normalise(text)) for text in said]
    assert set(heard) <= {intent, None}
    assert heard.count(intent) >= least * len(said)


def test_no_follow_up_of_the_development_set_is_taken_for_a_reaction():
    rows = map(json.loads, (ROOT / "tests/understanding/dev.jsonl").read_text("utf-8").splitlines())
    asked = [row["text"] for row in rows if row["kind"] in ("measure", "noisy", "followup", "multi")]
    assert len(asked) > 400
    assert [text for text in asked if reaction(normalise(text))] == []


@pytest.mark.parametrize(
    "text",
    ["谢谢，没用", "谢谢，不是这个", "谢谢回复，但是没解决", "thanks but no", "谢谢侬，不过搿个勿是我要额",
     "thanks for nothing, your service is terrible"],
)  # fmt: skip
def test_polite_no_is_a_no(text):
    assert reaction(normalise(text)) == "deny"


@pytest.mark.parametrize("said", ["真的是", "不", "没白", "说的什么", "还是不知道怎么"])
def test_endless_message_is_read_in_one_go(said):
    # With backtracking, the time would double with each word, and this would not end.
    assert reaction(said * 400 + "x") is None


@pytest.mark.parametrize("said", ["谢", "多谢啦", "感谢耐心解答"])
def test_endless_thanks_are_read_in_one_go(said):
    assert reaction(said * 400 + "吗") is None
