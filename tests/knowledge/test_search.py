import dataclasses

import numpy as np
import pytest

from bot.knowledge import KnowledgeBase, open_searcher
from bot.knowledge.arrays import save_arrays
from bot.knowledge.encoder import CachedEncoder
from bot.knowledge.index import Index
from bot.knowledge.ranked import Ranked
from bot.knowledge.search import prefer
from tests.knowledge.conftest import OTHERS
from tests.knowledge.fakes import CharacterEncoder


@pytest.mark.parametrize(
    ("question", "entry", "point"),
    [
        ("公司先不干了，不想注销怎么办", "demo-01", "歇业备案"),
        ("擔保費率現在是多少", "demo-02", "担保费率"),
        ("围墙外的电缆要我们出钱吗", "demo-03", "红线外零负担"),
    ],
)
def test_search_finds_measure_and_point(searcher, question, entry, point):
    hits = searcher.search(question)
    assert (hits[0].id, hits[0].point) == (entry, point)
    assert hits[0].answer == searcher.kb.answer(entry, point)
    assert hits[0].citation.entry == entry
    assert hits[0].score > 0.5


def test_search_scores_fall_and_stay_between_zero_and_one(searcher):
    scores = [hit.score for hit in searcher.search("贷款担保怎么弄")]
    assert scores == sorted(scores, reverse=True)
    assert all(0 <= score <= 1 for score in scores)


def test_search_is_unsure_when_the_question_is_about_something_else(searcher):
    assert searcher.search("今天天气怎么样啊")[0].score < 0.3


@pytest.mark.parametrize("text", ["", "  ", "。。。！", "👍"])
def test_search_finds_nothing_when_there_is_no_letter(searcher, text):
    assert searcher.search(text) == []


def test_search_gives_each_measure_once_up_to_the_limit(searcher):
    ids = [hit.id for hit in searcher.search("贷款", limit=2)]
    assert len(ids) == len(set(ids)) == 2


def test_hit_as_json_has_the_promised_fields(searcher):
    value = searcher.search("歇业备案去哪里办")[0].as_json()
    assert set(value) == {"id", "point", "title", "answer", "score", "citation"}
    assert set(value["citation"]) == {"document", "number", "section", "date", "entry"}


def test_index_is_the_same_when_it_is_built_again(kb, tmp_path):
    built = []
    for name in ("first", "second"):
        searcher = open_searcher(kb, tmp_path / name, OTHERS, CharacterEncoder())
        file = next((tmp_path / name).glob("index*"))
        with np.load(file, allow_pickle=False) as stored:
            built.append({part: stored[part] for part in stored.files})
        assert searcher.search("贷款")
    first, second = built
    assert first.keys() == second.keys()
    assert not [part for part in first if not np.array_equal(first[part], second[part])]


def _two_districts(kb: KnowledgeBase) -> KnowledgeBase:
    first, second, third = kb.measures.values()
    moved = dataclasses.replace(second, district="qingpu")
    return KnowledgeBase((first, moved, third), "two")


def test_prefer_puts_the_districts_own_first_among_near_equals(kb):
    ranked = [Ranked("demo-01", "歇业备案", 0.6), Ranked("demo-02", "担保费率", 0.5)]
    assert [found.id for found in prefer(_two_districts(kb), ranked, "qingpu")] == ["demo-02", "demo-01"]
    assert prefer(_two_districts(kb), ranked, None) == ranked


def test_prefer_keeps_another_districts_measure_first_when_it_is_far_better(kb):
    ranked = [Ranked("demo-01", "歇业备案", 0.95), Ranked("demo-02", "担保费率", 0.1)]
    assert prefer(_two_districts(kb), ranked, "qingpu")[0].id == "demo-01"


def test_prefer_drops_what_the_knowledge_base_no_longer_holds(kb):
    assert prefer(kb, [Ranked("gone-01", "x", 0.9)], None) == []


def test_searcher_reuses_its_index_when_nothing_changed(kb, tmp_path):
    open_searcher(kb, tmp_path, OTHERS, CharacterEncoder())
    second = CharacterEncoder()
    open_searcher(kb, tmp_path, OTHERS, second)
    assert second.encoded == []


@pytest.mark.parametrize("change", ["knowledge", "others", "encoder"])
def test_searcher_builds_anew_when_its_sources_change(kb, tmp_path, change):
    open_searcher(kb, tmp_path, OTHERS, CharacterEncoder())
    before = Index.load(tmp_path / "index.npz").fingerprint
    encoder = CharacterEncoder()
    if change == "encoder":
        encoder.version = "characters-2"
    other_kb = KnowledgeBase(tuple(kb.measures.values()), "other") if change == "knowledge" else kb
    open_searcher(other_kb, tmp_path, ("什么", *OTHERS) if change == "others" else OTHERS, encoder)
    assert Index.load(tmp_path / "index.npz").fingerprint != before


def test_searcher_builds_anew_when_the_cache_is_damaged(kb, tmp_path):
    (tmp_path / "index.npz").write_bytes(b"PK\x03\x04 nonsense")
    (tmp_path / "vectors.npz").write_bytes(b"nonsense")
    assert open_searcher(kb, tmp_path, OTHERS, CharacterEncoder()).search("歇业备案")[0].id == "demo-01"


def test_index_ranks_the_same_when_saved_and_loaded(kb, tmp_path, encoder):
    searcher = open_searcher(kb, tmp_path, OTHERS, encoder)
    again = open_searcher(kb, tmp_path, OTHERS, encoder)
    assert searcher.search("水电怎么报装") == again.search("水电怎么报装")


def test_cached_encoder_encodes_each_text_once(tmp_path):
    inner = CharacterEncoder()
    cached = CachedEncoder(inner, tmp_path / "vectors.npz")
    first = cached.questions(["甲", "乙", "甲"])
    assert inner.encoded == ["甲", "乙"]
    fresh = CharacterEncoder()
    again = CachedEncoder(fresh, tmp_path / "vectors.npz").questions(["乙", "甲"])
    assert fresh.encoded == []
    assert np.array_equal(again, first[[1, 0]])


def test_cached_encoder_keeps_questions_and_passages_apart(tmp_path):
    inner = CharacterEncoder()
    cached = CachedEncoder(inner, tmp_path / "vectors.npz")
    cached.questions(["甲"])
    cached.passages(["甲"])
    assert inner.encoded == ["甲", "甲"]


def test_saving_leaves_nothing_behind_when_it_fails(tmp_path):
    (tmp_path / "x.npz" / "in the way").mkdir(parents=True)
    with pytest.raises(OSError):
        save_arrays(tmp_path / "x.npz", {"a": np.zeros(2)})
    assert [path.name for path in tmp_path.iterdir()] == ["x.npz"]


def test_index_learns_nothing_anew_when_only_an_answer_changed(kb, tmp_path, monkeypatch):
    open_searcher(kb, tmp_path, OTHERS, CharacterEncoder())
    first, *rest = kb.measures.values()
    changed = KnowledgeBase((dataclasses.replace(first, answer="换了一种说法。"), *rest), "changed")
    monkeypatch.setattr("bot.knowledge.index.learn", lambda *_: pytest.fail("learned again"))
    assert open_searcher(changed, tmp_path, OTHERS, CharacterEncoder()).search("歇业备案")


def test_search_finds_the_same_when_the_question_is_typed_in_pinyin(searcher):
    assert searcher.search("danbao feilv 现在 duoshao")[0].id == searcher.search("担保费率现在多少")[0].id
