from pathlib import Path

import pytest

from bot.knowledge import KnowledgeError, load_knowledge
from bot.knowledge.checklists import Step, belonging, load_checklists, named
from tests.knowledge.conftest import SMALL

ROOT = Path(__file__).resolve().parents[2]
FOLDER = SMALL.parent / "checklists"
GOOD = (FOLDER / "demo.yml").read_text("utf-8")


@pytest.fixture
def checklists(kb):
    return load_checklists(FOLDER, kb)


def test_checklist_has_its_steps_in_order(checklists):
    found = checklists["demo_close"]
    assert [step.point for step in found.steps] == ["网上登记", "歇业备案", "首贷贴息"]
    assert (found.title, found.title_en) == ("停业一件事", "Pausing a business")


def test_checklist_is_found_by_its_words(checklists, kb):
    assert named(checklists, "带我一步步办歇業", kb).id == "demo_close"
    assert named(checklists, "带我一步步办", kb) is None


@pytest.mark.parametrize(
    ("text", "checklist"),
    [
        ("我想开个奶茶店，手把手教我走一遍流程", "open_shop"),
        ("想在青浦开一家小贸易公司，带我一步步办", "open_company_qingpu"),
        ("设立一家科技公司，步骤表来一份", "open_company_qingpu"),
        ("Walk me through opening a tiny coffee shop", "open_shop"),
        ("一步一步带我开火锅店", "open_shop"),
        ("手把手教我成立公司", "open_company_qingpu"),
        ("walk me through how to register my company", "open_company_qingpu"),
        ("打算把公司开在青浦，第一步第二步分别干什么", "open_company_qingpu"),
        ("一步步教我办理营业执照", "open_company_qingpu"),
        ("带我办一家贸易公司，一步步来", "open_company_qingpu"),
        ("一步步带我办理公司注销", None),
        ("手把手教我办理公司社保开户", None),
        ("带我一步步办公司变更", None),
        ("一步步教我办理营业执照注销", None),
        ("一步步教我开发票给公司", None),
        ("我们公司开在嘉定，手把手教我申请补贴", None),
        ("restart company operations step by step", None),
        ("拿个证去什么地方，一步步教我", None),
        ("开了十年的店，一步步怎么关", None),
        ("opening a bank account for the shop", None),
        ("想开个会，公司的店员都来，一步步教我", None),
    ],
)
def test_checklist_is_found_when_the_kind_is_said_between_its_words(text, checklist):
    kb = load_knowledge(ROOT / "data" / "measures")
    found = named(load_checklists(ROOT / "data" / "checklists", kb), text, kb, "qingpu")
    assert (found.id if found else None) == checklist


def test_checklist_belongs_to_its_points_only(checklists):
    assert belonging(checklists, "demo-01", "歇业备案").id == "demo_close"
    assert belonging(checklists, "demo-02", "担保费率") is None
    assert belonging(checklists, "demo-02", None) is None
    assert Step("demo-02", "首贷贴息") in checklists["demo_close"].steps


@pytest.mark.parametrize(
    ("old", "new", "line", "word"),
    [
        ("entry: demo-02", "entry: gone-02", 8, "no measure `gone-02`"),
        ("point: 歇业备案", "point: 没有", 7, "has no point `没有`"),
        ("words: [停业, 歇业]\n", "", 1, "field `words` is missing"),
        ("title_en: Pausing a business\n", "", 1, "field `title_en` is missing"),
        (
            "  - {entry: demo-01, point: 歇业备案}\n  - {entry: demo-02, point: 首贷贴息}\n",
            "",
            6,
            "at least 2",
        ),
    ],
)
def test_loading_names_file_and_line_when_a_checklist_is_wrong(tmp_path, kb, old, new, line, word):
    assert old in GOOD
    (tmp_path / "demo.yml").write_text(GOOD.replace(old, new, 1), "utf-8")
    with pytest.raises(KnowledgeError) as caught:
        load_checklists(tmp_path, kb)
    assert [(problem.line, word in problem.message) for problem in caught.value.problems] == [(line, True)]


def test_published_checklists_stand_in_the_knowledge_base():
    kb = load_knowledge(ROOT / "data" / "measures")
    load_checklists(ROOT / "data" / "checklists", kb)
