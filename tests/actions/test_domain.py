"""The domain names the actions and responses that there are."""

from pathlib import Path

import yaml

from actions.inprocess import registered
from bot.knowledge.conditions import VOCABULARY
from bot.knowledge.details import ASKED

ROOT = Path(__file__).resolve().parents[2]


def test_domain_names_exactly_the_actions_there_are():
    domain = yaml.safe_load((ROOT / "domain.yml").read_text("utf-8"))
    assert set(domain["actions"]) == registered()


def responses():
    found = {}
    for file in (ROOT / "data" / "responses").glob("*.yml"):
        found.update(yaml.safe_load(file.read_text("utf-8"))["responses"])
    return found


def test_every_response_has_its_english_twin_with_the_same_buttons():
    found = responses()
    chinese = {name for name in found if not name.endswith("_en")}
    assert {f"{name}_en" for name in chinese} == set(found) - chinese
    for name in chinese:
        buttons, twin = (found[each][0].get("buttons", []) for each in (name, f"{name}_en"))
        assert [button["payload"] for button in buttons] == [button["payload"] for button in twin], name


def test_no_response_has_a_blank_line_which_channels_would_split():
    assert not [name for name, variants in responses().items() for each in variants if "\n\n" in each["text"]]


def test_no_action_says_what_has_no_response():
    import re

    source = "".join(file.read_text("utf-8") for file in (ROOT / "actions").glob("*.py"))
    said = set(re.findall(r"""\.(?:say|phrase|buttons)\(\s*["\'](\w+)""", source))
    said |= {"elsewhere", "unheld", "choices", "sorry_choices", "after_choices"}
    said |= {f"handoff_{reason}" for reason in re.findall(r'hand_over\(\w+, "(\w+)"', source)}
    said |= {"greet", "thank", "goodbye", "smalltalk", "checklist_next", "checklist_finish"}
    said |= {"checklist_back", "checklist_stuck", "resume_eligibility", "resume_checklist"}
    said |= {f"detail_{detail}" for detail in ASKED}
    said |= {"eligibility_fits", "eligibility_may_fit"}
    said |= {f"why_{kind}" for kind in (*VOCABULARY, "district", "content", "near")}
    said |= {f"ask_{kind}" for kind in (*VOCABULARY, "district")}
    said |= {f"missing_{kind}" for kind in VOCABULARY if kind != "needs"}
    assert {f"utter_{name}" for name in said} == {name for name in responses() if not name.endswith("_en")}
