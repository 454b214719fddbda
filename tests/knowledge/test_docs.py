import re
from pathlib import Path

from actions.decision import ANSWER, DENIAL_PATIENCE, MOST_ASKED, OFFER, UNSURE_PATIENCE
from bot.knowledge.search import ELSEWHERE
from bot.knowledge.topics import TOPICS

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "knowledge.md").read_text("utf-8")

EXAMPLES = re.findall(r"```yaml\n(.*?)```", PAGE, re.S)


def test_page_lists_every_topic_with_its_department():
    rows = re.findall(r"^\| ([a-z]+) \| (\S+) \| (\S+) \|$", PAGE, re.M)
    assert rows == [(topic.code, topic.name, topic.department) for topic in TOPICS.values()]


def test_page_names_the_thresholds_in_use():
    assert f"{ANSWER} 起" in PAGE and f"{OFFER} 起" in PAGE
    assert ELSEWHERE == 0.35 and "打三五折" in PAGE


def test_example_of_the_page_is_accepted(tmp_path):
    from bot.knowledge import load_knowledge

    example = EXAMPLES[0]
    (tmp_path / "jd2023.yml").write_text(example, "utf-8")
    assert load_knowledge(tmp_path).get("jd2023-07").points[0].title == "歇业备案"


def test_checklist_of_the_page_is_accepted(tmp_path):
    from bot.knowledge import load_knowledge
    from bot.knowledge.checklists import load_checklists

    (tmp_path / "open_shop.yml").write_text(EXAMPLES[1], "utf-8")
    assert len(load_checklists(tmp_path, load_knowledge(ROOT / "data" / "measures"))["open_shop"].steps) == 2


def test_page_of_kinds_names_every_kind_and_the_limits_in_use():
    page = (ROOT / "docs" / "understanding.md").read_text("utf-8")
    kinds = {"answer", "choices", "not_covered", "handoff", "form", "out_of_scope", "chitchat", "closing"}
    assert kinds <= set(re.findall(r"`(\w+)`", page))
    assert (
        f"连着 {UNSURE_PATIENCE} 次" in page
        and f"最多问 {MOST_ASKED} 样" in page
        and f"第 {DENIAL_PATIENCE} 次" in page
    )
