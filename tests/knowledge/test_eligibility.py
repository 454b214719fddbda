from dataclasses import replace
from pathlib import Path

import pytest

from bot.knowledge import KnowledgeBase, load_knowledge
from bot.knowledge.eligibility import MOST_FITS, Reason, assess
from bot.knowledge.enterprise import Facts, read_facts
from bot.knowledge.ranked import Ranked
from tests.knowledge.conftest import SMALL


@pytest.fixture(scope="module")
def mixed():
    return load_knowledge(SMALL.parent / "districts")


@pytest.fixture(scope="module")
def published():
    return load_knowledge(Path(__file__).resolve().parents[2] / "data" / "measures")


def ids(fits):
    return [fit.id for fit in fits]


def test_measures_fit_by_need_and_each_need_is_met_before_one_is_met_again(mixed):
    facts = read_facts("嘉定的厂，想拿专利换贷款，再招一批技工")
    assert ids(assess(mixed, facts, []).fits)[:2] == ["mix-jobs", "mix-patent"]


def test_own_district_comes_first_but_others_count(mixed):
    assessed = assess(mixed, read_facts("青浦小企业要贷款"), [])
    assert ids(assessed.fits) == ["mix-loan", "mix-patent"]
    assert [(reason.kind, reason.code) for reason in assessed.fits[0].why] == [
        ("needs", "loan"), ("sizes", "small"), ("district", "qingpu")
    ]  # fmt: skip


def test_measure_may_fit_when_the_size_it_asks_for_is_not_known(mixed):
    assessed = assess(mixed, read_facts("我们要贷款"), [])
    assert [(fit.id, fit.missing) for fit in assessed.may_fit] == [("mix-loan", ("sizes",))]
    assert assessed.asks[:2] == ("district", "sizes")


@pytest.mark.parametrize(("size", "fits"), [("large", True), ("individual", True), ("medium", True)])
def test_neighbouring_size_is_not_refused(mixed, size, fits):
    facts = Facts(needs={"loan": ""}, sizes={size: ""})
    assert ("mix-loan" in ids(assess(mixed, facts, []).fits)) is fits


def test_measure_for_another_industry_does_not_fit(mixed):
    facts = read_facts("做软件的，想换大办公室")
    assessed = assess(mixed, facts, [])
    assert "mix-cold" not in ids(assessed.fits) + ids(assessed.may_fit)


def test_search_speaks_for_a_measure_whose_need_was_not_said(mixed):
    found = [Ranked("mix-jobs", "招聘会", 0.7)]
    assessed = assess(mixed, read_facts("青浦的厂"), [found])
    assert assessed.fits[0].id == "mix-jobs"
    assert [reason.kind for reason in assessed.fits[0].why] == ["content"]
    assert assessed.asks[0] == "needs"


@pytest.mark.parametrize(("score", "reason"), [(0.7, "content"), (0.3, "near")])
def test_reason_is_what_search_found_though_the_district_is_shared(mixed, score, reason):
    found = [Ranked("mix-jobs", "招聘会", score)]
    fit = assess(mixed, read_facts("嘉定的厂"), [found]).fits[0]
    assert [(each.kind, each.code) for each in fit.why] == [(reason, ""), ("district", "jiading")]


def test_measure_with_the_need_comes_before_one_that_search_found_hardly(mixed):
    found = [Ranked("mix-jobs", "招聘会", 0.45)]
    facts = replace(read_facts("嘉定的公司，想要冷库"), industries={"logistics": ""})
    assert ids(assess(mixed, facts, [found]).fits) == ["mix-cold", "mix-jobs"]


def test_report_of_figures_fits_nobody_however_well_it_was_found(mixed):
    jobs = mixed.get("mix-jobs")
    report = replace(jobs, conditions=jobs.conditions.changed({"needs": ("data", "hiring")}), points=())
    found = [Ranked("mix-jobs", "", 0.9)]
    assessed = assess(KnowledgeBase((report,), "x"), read_facts("想招人，要数据"), [found])
    assert (assessed.fits, assessed.may_fit) == ((), ())


def test_cold_store_wanted_in_qingpu_is_answered_with_premises_and_that_as_the_reason(published):
    facts = read_facts("青浦，做冷链的，40 人，想换大冷库")
    # What search is likely to add: something of the district that is about something else.
    fits = assess(published, facts, [[Ranked("qp2025-38", "", 0.3)]]).fits
    assert fits[0].id == "qp2025-33"
    assert [fit.why[0] for fit in fits] == [Reason("needs", "premises")] * len(fits)
    assert {published.measures[fit.id].district for fit in fits} == {"qingpu"}
    assert "qp2025-38" not in ids(fits)


def test_search_in_several_clauses_adds_up(mixed):
    weak = [Ranked("mix-jobs", "招聘会", 0.15), Ranked("mix-loan", "批次担保", 0.12)]
    strong = [Ranked("mix-jobs", "招聘会", 0.15)]
    assert ids(assess(mixed, Facts(sizes={"small": ""}), [weak, strong]).fits) == ["mix-jobs"]


def test_point_is_the_one_search_found_else_the_one_that_meets_most_needs(mixed):
    facts = read_facts("拟上市公司，海外被告专利侵权")
    assert assess(mixed, facts, []).fits[0].point == "海外维权"
    found = [Ranked("mix-patent", "质押融资", 0.8)]
    assert assess(mixed, facts, [found]).fits[0].point == "质押融资"


def test_nothing_fits_when_nothing_is_known(mixed):
    assessed = assess(mixed, Facts(), [])
    assert (assessed.fits, assessed.may_fit, assessed.asks[0]) == ((), (), "needs")


def test_measures_without_conditions_fit_by_search_alone(kb):
    found = [Ranked("demo-02", "担保费率", 0.9)]
    assert ids(assess(kb, read_facts("想贷款"), [found]).fits) == ["demo-02"]


def test_scores_fall_and_are_at_most_five(mixed):
    everything = [Ranked(entry, "", 0.5) for entry in mixed.measures]
    fits = assess(mixed, read_facts("想贷款"), [everything]).fits
    assert len(fits) <= MOST_FITS
    assert all(0 < fit.score < 1 for fit in fits)


def test_size_far_from_the_one_asked_for_is_refused(mixed):
    measure = mixed.get("mix-loan")
    small = replace(measure, conditions=measure.conditions.changed({"sizes": ("small",)}), points=())
    assessed = assess(KnowledgeBase((small,), "x"), Facts(needs={"loan": ""}, sizes={"large": ""}), [])
    assert (assessed.fits, assessed.may_fit) == ((), ())
