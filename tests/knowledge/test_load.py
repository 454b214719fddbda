from pathlib import Path

import pytest

from bot.knowledge import KnowledgeError, load_knowledge
from tests.knowledge.conftest import SMALL

ROOT = Path(__file__).resolve().parents[2]
QUESTIONS = "questions: [公司先不干了但不想注销怎么办, 歇业备案去哪里办, 店想停半年行不行]"
GOOD = (SMALL / "demo.yml").read_text("utf-8")


def broken(tmp_path: Path, old: str, new: str):
    assert GOOD.count(old) >= 1
    (tmp_path / "demo.yml").write_text(GOOD.replace(old, new, 1), "utf-8")
    with pytest.raises(KnowledgeError) as caught:
        load_knowledge(tmp_path)
    return caught.value.problems


def test_measure_has_all_its_parts_when_loaded(kb):
    measure = kb.get("demo-02")
    assert measure.topics == ("financing",)
    assert measure.departments == ()
    assert measure.document.date == "2024-03-01"
    assert measure.point("担保费率").figures == ("1%以下", "1.5%-3%")


def test_point_takes_main_topic_when_it_has_none(kb):
    measure = kb.get("demo-02")
    assert [point.topics for point in measure.points] == [("financing",), ("policy",)]
    assert kb.get("demo-01").points[0].topics == ("registration",)


def test_citation_names_document_section_and_date(kb):
    assert kb.citation("demo-01").as_json() == {
        "document": "示例区优化营商环境办法", "number": "示例〔2024〕1号", "section": "第1条",
        "date": "2024-03-01", "entry": "demo-01",
    }  # fmt: skip


def test_answer_is_the_measures_when_the_point_is_unknown(kb):
    assert kb.answer("demo-01", "歇业备案").startswith("暂时不经营又")
    assert kb.answer("demo-01", "没有这个") == kb.get("demo-01").answer


@pytest.mark.parametrize(
    ("old", "new", "line", "word"),
    [
        ("  number:", "  numbre:", 4, "unknown field `numbre`"),
        ("  date: 2024-03-01\n", "", 2, "field `date` is missing"),
        ("id: demo-02", "id: demo-01", 22, "already used"),
        ("id: demo-02", "id: other-02", 22, "does not belong to document `demo`"),
        ("    answer: 登记全程网上办。暂时不经营的可以歇业备案。", "    answer: ''", 14, "empty"),
        ("    answer: 登记全程网上办。暂时不经营的可以歇业备案。", "    answer:", 14, "empty"),
        ("title: 网上登记", "title: 歇业备案", 19, "two points called `歇业备案`"),
        ("[registration, licensing]", "[registration, magic]", 12, "unknown topic `magic`"),
        ("担保费率现在多少", "歇业备案 去哪里办？", 31, "also belongs to demo-01"),
        ("date: 2024-03-01", "date: 2024-13-01", 6, "written like"),
        ("district: jiading", "district: nowhere", 7, "unknown district"),
        (QUESTIONS, "questions: []", 18, "example questions"),
        ("departments: [区市场监管局]", "departments: 区市场监管局", 13, "must be a list"),
        ("  id: demo\n", "  id: demo\n  id: demo\n", 3, "there twice"),
        ("document:\n", "document: [\n", 3, "not YAML"),
    ],
)
def test_loading_names_file_line_and_remedy_when_something_is_wrong(tmp_path, old, new, line, word):
    problems = broken(tmp_path, old, new)
    assert [problem for problem in problems if word in problem.message], problems
    found = next(problem for problem in problems if word in problem.message)
    assert (Path(found.file).name, found.line) == ("demo.yml", line)


FULL = (SMALL.parent / "full" / "cases.yml").read_text("utf-8")


def full(tmp_path: Path, old: str = "", new: str = ""):
    assert old in FULL
    (tmp_path / "cases.yml").write_text(FULL.replace(old, new, 1), "utf-8")
    return load_knowledge(tmp_path)


def test_measure_has_its_own_district_when_the_document_has_none(tmp_path):
    kb = full(tmp_path)
    assert [measure.district for measure in kb.measures.values()] == ["hongkou", "putuo"]
    assert kb.citation("cases-18").document == "示例案例集"


def test_measure_takes_the_documents_district_when_it_has_none(kb):
    assert {measure.district for measure in kb.measures.values()} == {"jiading"}


def test_point_conditions_replace_the_measures_kind_by_kind(tmp_path):
    first, second = full(tmp_path).get("cases-18").points
    assert (first.conditions.needs, first.conditions.sizes) == (("loan",), ("small",))
    assert (second.conditions.needs, second.conditions.sizes) == (("equity",), ("small",))
    assert second.conditions.other == ("企业在本区",)


def test_texts_are_english_when_asked_for_and_there(tmp_path, kb):
    found = full(tmp_path)
    assert found.answer("cases-18", "小额贷款", english=True) == "Small loans are handled online."
    assert found.answer("cases-18", None, english=True) == "The district helps with loans and equity."
    assert found.title("cases-18", "小额贷款", english=True) == "Small loans"
    assert found.title("cases-18", "小额贷款") == "小额贷款"
    assert kb.answer("demo-01", "歇业备案", english=True) == kb.answer("demo-01", "歇业备案")


@pytest.mark.parametrize(
    ("old", "new", "line", "word"),
    [
        ("    answer_en: The district helps with loans and equity.\n", "", 8, "`answer_en` is missing"),
        ("        title_en: Small loans\n", "", 20, "`title_en` is missing from a point of cases-18"),
        ("needs: [loan, equity]", "needs: [loan, magic]", 17, "unknown code `magic` in needs"),
        ("needs: [equity]", "needs: []", 30, "name no need"),
        ("sizes: [small]", "size: [small]", 18, "unknown field `size` of conditions"),
        ("    district: putuo\n", "", 32, "neither cases-17 nor its document"),
        ("district: putuo", "district: nowhere", 37, "unknown district `nowhere`"),
    ],
)  # fmt: skip
def test_loading_names_file_and_line_when_what_a_calculator_needs_is_wrong(tmp_path, old, new, line, word):
    with pytest.raises(KnowledgeError) as caught:
        full(tmp_path, old, new)
    assert [(problem.line, word in problem.message) for problem in caught.value.problems] == [(line, True)]


def test_loading_reports_every_mistake_at_once(tmp_path):
    bad = GOOD.replace("  number:", "  numbre:").replace("financing]", "magic]")
    (tmp_path / "demo.yml").write_text(bad, "utf-8")
    with pytest.raises(KnowledgeError) as caught:
        load_knowledge(tmp_path)
    assert len(caught.value.problems) == 2


def test_loading_fails_when_the_folder_has_no_files(tmp_path):
    with pytest.raises(KnowledgeError, match=r"no \*\.yml file"):
        load_knowledge(tmp_path)


@pytest.mark.parametrize("text", ["", "just words", "- a\n- b"])
def test_loading_fails_when_a_file_is_no_document(tmp_path, text):
    (tmp_path / "x.yml").write_text(text)
    with pytest.raises(KnowledgeError):
        load_knowledge(tmp_path)


def test_fingerprint_changes_when_a_text_does(tmp_path, kb):
    (tmp_path / "demo.yml").write_text(GOOD.replace("去哪里办", "在哪办"), "utf-8")
    assert load_knowledge(tmp_path).fingerprint != kb.fingerprint


def test_published_measures_are_complete():
    kb = load_knowledge(ROOT / "data" / "measures")
    assert {f"jd2023-{number:02d}" for number in range(1, 25)} <= set(kb.measures)
    thin = [(m.id, p.title) for m in kb.measures.values() for p in m.points if len(p.questions) < 3]
    assert not thin
    assert all(sum(len(p.questions) for p in m.points) >= 8 for m in kb.measures.values())
