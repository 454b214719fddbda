import json
import time
from pathlib import Path

import pytest

from bot.knowledge import load_knowledge
from bot.knowledge.callbacks import callback_wish
from bot.knowledge.text import normalise

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize(
    "text",
    [
        "能不能给我回个电话", "登记一下，让人联系我", "我现在没空，下午给我打过来", "請給我回個電話",
        "请人回电", "我想要回电！", "请回电 021-69530000", "打给我吧", "你们可以打电话过来吗", "下午打我手机",
        "让税务局的人给我回电话", "贷款的事麻烦金融办来个电话", "商标的事能不能有人打电话给我讲",
        "安排个专员联系我", "让负责变更登记的那位联系我一下吧", "约个时间，让你们同事跟我通个话",
        "我留个电话吧", "我的号码留给你，让人打过来", "可以，留我电话吧", "让专员打个电话",
        "担保费率怎么算，麻烦给我回个电话", "我打字慢，能打个电话给我伐", "唔該打個電話畀我",
        "让税务局的人打给我",
        "贷款的事，下午打给我", "贷款的事让专员打给我", "could you give me a call",
        "please call me back", "Could someone from your office call me back?", "call me after 3 pm",
        "can someone call me about guarantee fee", "please have your staff contact me",
        "I'd like a callback", "request a call back", "is anybody there who can call me back?",
        "please give me a call", "I'll leave you my number", "give us a ring tomorrow",
        "退税的事打给我", "回我个电话", "明天联系我", "麻烦联络我", "have the tax office call me",
    ],
)  # fmt: skip
def test_wish_for_a_call_is_heard(text):
    assert callback_wish(normalise(text)) is not None


@pytest.mark.parametrize(
    "text",
    [
        "Can you give me the address of the service centre?", "can you give me a list of documents",
        "Could you give us some advice on loans", "could someone give me the number of the tax office",
        "please call me Jack", "I need a phone call recording", "we cannot book a phone call",
        "银行能不能主动联系我们", "政策到期能不能联系我", "政策匹配上了能不能给我打电话",
        # The visitor wants to call, or has a number in mind.
        "你们电话多少", "人才服务中心电话", "打给你们，号码", "客服电话多少", "我还是打电话问吧，电话多少",
        "你们专员的电话给我，我自己打", "留个座机号码给我，我找经办人聊", "能不能打个电话问问",
        "网上留我的电话写错了怎么改", "what is your phone number", "can I call you",
        # Somebody else called, or did not.
        "税务局打电话给我", "有人打电话给我", "税务打电话说我异常，怎么确定是不是骗子", "他们没给我回电话",
        "请税务局的人打电话过来核实要理吗", "居民天天打电话，怎么办", "老板娘打电话给我们说要查账",
        "the tax office called me", "nobody called me back",
        # What was promised; whether and when.
        "说好两点回电，等到下班也没人打，耍我呢", "我留了电话说会回电，到现在没人打", "什么时候给我回电话",
        "你们会给我打电话吗", "12345企业专席几个小时必须回我电话", "要不要给我打电话",
        "when will you call me back",
        # None wanted; or a person now.
        "不用给我回电话了", "别给我打电话", "don't call me", "转人工，或者让人给我回个电话",
        "马上给我打电话", "叫你们主任听电话", "我打字慢死了，喊人接电话", "please call me right now",
        # Money is 「打」 too; and 找我, 给我 are said of other things.
        "补贴能不能直接打给我", "退税了，打过来吧", "给我回复", "能不能给我打折", "怎么联系你们", "转人工",
        "前面有个帮办员联系过我，麻烦再接给他", "他们说明天联系我", "明天税务局联系我", "have a call log",
        "give me a call number",
    ],
)  # fmt: skip
def test_wish_for_a_call_is_not_made_of_other_talk_of_calls(text):
    assert callback_wish(normalise(text)) is None


@pytest.mark.parametrize(
    ("text", "phone", "when"),
    [
        ("给我回个电话", None, None),
        ("请给我回电，138 0013 8000", "138 0013 8000", None),
        ("明天下午三点以后打我手机13800138000", "13800138000", "明天下午三点以后"),
        ("给我回电话，021-69530000，我上午都在", "021-69530000", "上午"),
        ("7月1日新规定怎么回事，下午给我打过来", None, "下午"),
        ("please call me back tomorrow morning", None, "tomorrow morning"),
        ("please call me on +49 30 1234567 after 3 pm", "+49 30 1234567", "after 3 pm"),
        ("工单20260105-0001，给我回个电话", None, None),
    ],
)
def test_wish_keeps_the_number_and_the_time_that_were_said(text, phone, when):
    wish = callback_wish(normalise(text))
    assert wish is not None
    assert (wish.phone, wish.when) == (phone, when)


@pytest.mark.parametrize(
    ("text", "beside", "matter"),
    [
        ("能不能给我回个电话", "", False),
        ("商标的事能不能有人打电话给我讲", "商标的事", True),
        ("消防验收的事，请人打给我", "消防验收的事,", True),
        ("担保费率怎么算，麻烦给我回个电话", "担保费率怎么算,", False),
        ("can someone call me about guarantee fee", "about guarantee fee", True),
        ("please call me about this", "about this", False),
    ],
)
def test_wish_keeps_what_else_the_message_says(text, beside, matter):
    wish = callback_wish(normalise(text))
    assert wish is not None and (wish.beside, wish.matter) == (beside, matter)


def test_wishes_are_among_the_requests_for_a_person_when_the_sets_and_examples_are_read():
    rows = [
        json.loads(line)
        for name in ("dev", "held")
        for line in (ROOT / "tests" / "understanding" / f"{name}.jsonl").read_text("utf-8").splitlines()
    ]
    found = [row["kind"] for row in rows if callback_wish(normalise(row["text"]))]
    assert len(found) >= 9 and set(found) == {"human"}
    measures = load_knowledge(ROOT / "data" / "measures").measures.values()
    questions = [q for measure in measures for point in measure.points for q in point.questions]
    assert [text for text in questions if callback_wish(normalise(text))] == []


@pytest.mark.parametrize(
    "piece", ["我想", "能不能", "让人", "明天下午3点", "给我打", "can you from ", "请你们", "一下", "的事"]
)
def test_wish_is_looked_for_quickly_when_a_message_repeats_itself(piece):
    started = time.perf_counter()
    callback_wish(piece * 700 + "打电话给我x")
    callback_wish(piece * (300 // len(piece)) + "打电话给我x")
    assert time.perf_counter() - started < 1
