import json
from pathlib import Path

import pytest

from bot.knowledge import load_knowledge
from bot.knowledge.alarms import alarm
from bot.knowledge.text import normalise

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("不想活了", "life"),
        ("公司倒了，我要跳楼", "life"),
        ("I want to kill myself", "life"),
        ("工人被机器夹了手，快来人", "emergency"),
        ("仓库现在着火了！", "emergency"),
        ("someone is trapped in the lift", "emergency"),
        ("再不给办我炸了你们大厅", "threat"),
        ("拿刀来找你们", "threat"),
        ("区里那个科长收了我两万块红包才给办", "accused"),
        ("我要举报税务局干部受贿", "accused"),
        ("窗口的人暗示我要给好处费", "accused"),
        ("an inspector asked us for cash", "accused"),
        ("债主要杀了我", "threat"),
        ("有人拿刀堵在我店门口", "threat"),
        ("我厂里现在着火了怎么办", "emergency"),
        ("煤气漏气了怎么办", "emergency"),
        ("检查的科长暗示要烟酒", "accused"),
        ("市场监管的人收了钱才盖章", "accused"),
        ("城管收了我两千块红包还要来罚", "accused"),
        ("被城管打了", "accused"),
        ("我要向纪委举报你们主任", "accused"),
    ],
)
def test_alarm_is_heard(text, kind):
    assert alarm(text) == kind


@pytest.mark.parametrize(
    "text",
    [
        "生意活不下去了怎么办",
        "隔壁车间着火，街道一句话整个园区全停工",
        "职业打假人举报我怎么办",
        "干部老往企业跑会不会吃拿卡要",
        "安排一位工作人员打我手机",
        "贷款收多少好处",
        "员工受伤算工伤吗",
        "急死了，快点",
        "隔壁车间着火了，我们被要求关门凭什么",
        "仓库起火了以后保险单据找谁开",
        "员工触电身亡怎么报工伤",
        "他掉下来的招牌砸到车",
        "烧了他们的货怎么赔",
        "税务员找我要钱补税",
        "领导要我们拿好处费",
        "被工作人员打了电话催缴",
        "窗口的人收了钱没给发票",
    ],
)
def test_alarm_is_not_raised_by_what_only_sounds_so(text):
    assert alarm(text) is None


def test_alarm_is_raised_by_no_example_question():
    questions = [
        question for measure in load_knowledge(ROOT / "data" / "measures").measures.values()
        for point in measure.points for question in point.questions
    ]  # fmt: skip
    lines = (ROOT / "tests" / "understanding" / "dev.jsonl").read_text("utf-8").splitlines()
    questions += [json.loads(line)["text"] for line in lines]
    assert [text for text in questions if alarm(normalise(text))] == []
