import re
from pathlib import Path

from actions.decision import ANSWER, OFFER
from bot.knowledge.search import ELSEWHERE
from bot.knowledge.topics import TOPICS

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "knowledge.md").read_text("utf-8")


def test_page_lists_every_topic_with_its_department():
    rows = re.findall(r"^\| ([a-z]+) \| (\S+) \| (\S+) \|$", PAGE, re.M)
    assert rows == [(topic.code, topic.name, topic.department) for topic in TOPICS.values()]


def test_page_names_the_thresholds_in_use():
    assert f"{ANSWER} 起" in PAGE and f"{OFFER} 起" in PAGE
    assert ELSEWHERE == 0.6 and "打六折" in PAGE


def test_example_of_the_page_is_accepted(tmp_path):
    from bot.knowledge import load_knowledge

    example = re.search(r"```yaml\n(.*?)```", PAGE, re.S).group(1)
    (tmp_path / "jd2023.yml").write_text(example, "utf-8")
    assert load_knowledge(tmp_path).get("jd2023-07").points[0].title == "歇业备案"
