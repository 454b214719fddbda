import re
from pathlib import Path

import pytest
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.shared.nlu.constants import ENTITIES, INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.knowledge.sources import source_digest
from bot.knowledge.topics import TOPICS
from bot.nlu import measure_retriever, vocabulary, voting_model
from bot.nlu.intent_check import IntentCheck
from bot.nlu.intent_classifier import VotingIntentClassifier
from bot.nlu.knowledge_examples import KnowledgeExamples
from bot.nlu.measure_retriever import MeasureRetriever
from bot.nlu.pinyin_words import PinyinWords
from bot.nlu.sentence_encoder import SentenceEncoder, vector_of
from bot.nlu.spacy_chinese import SpacyChinese
from bot.nlu.text_normaliser import TextNormaliser
from tests.knowledge.fakes import CharacterEncoder
from tests.nlu.conftest import SMALL

ROOT = Path(__file__).resolve().parents[2]


def said(text: str) -> Message:
    return Message({TEXT: text})


def test_normaliser_gives_one_spelling(run, storage):
    [message] = run(TextNormaliser, storage).process([said("擔保費率　現在１％？")])
    assert message.get(TEXT) == "担保费率现在1%?"


def test_normaliser_leaves_commands_alone_when_a_button_was_pressed(run, storage):
    command = '/choose{"entry": "demo-01", "point": "全角（括号）"}'
    [message] = run(TextNormaliser, storage).process([said(command)])
    assert message.get(TEXT) == command


@pytest.mark.parametrize("text", ["／restart", "／／restart", "／ /restart"])
def test_normaliser_makes_no_command_when_a_slash_is_full_width(run, storage, text):
    [message] = run(TextNormaliser, storage).process([said(text)])
    assert message.get(TEXT) == "restart"


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("歇业备案 zenme ban", "怎么办"),
        ("danbao feilv多少", "担保费率"),
        ("loan", "loan"),
        ("担保费率多少", "担保费率多少"),
    ],
)
def test_pinyin_is_read_as_characters_when_a_text_is_mixed_with_it(run, storage, examples, text, read):
    run(PinyinWords, storage, knowledge=SMALL).train(examples)
    [message] = run(PinyinWords, storage, "load", knowledge=SMALL).process([said(text)])
    assert read in message.get(TEXT)


def test_pinyin_leaves_commands_alone_when_a_button_was_pressed(run, storage, examples):
    run(PinyinWords, storage, knowledge=SMALL).train(examples)
    [message] = run(PinyinWords, storage, "load", knowledge=SMALL).process([said("/choose danbao")])
    assert message.get(TEXT) == "/choose danbao"


def checked(run, storage, text, *ranking):
    message = said(text)
    message.set("intent_ranking", [{"name": name, "confidence": chance} for name, chance in ranking])
    least = {"affirm": 0.6}
    return run(IntentCheck, storage, least=least).process([message], None)[0].get(INTENT)


@pytest.mark.parametrize(("chance", "intent"), [(0.59, "nlu_fallback"), (0.6, "affirm")])
def test_check_does_not_believe_a_reaction_when_it_is_unsure(run, storage, chance, intent):
    assert checked(run, storage, "1", ("affirm", chance))["name"] == intent


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("...", "nlu_fallback"),
        ("的", "nlu_fallback"),
        ("的了。", "nlu_fallback"),
        ("👍", "affirm"),
        ("1", "affirm"),
        ("嗯", "affirm"),
        ("好的", "affirm"),
    ],
)
def test_check_understands_nothing_when_there_is_only_punctuation_or_a_particle(run, storage, text, intent):
    assert checked(run, storage, text, ("affirm", 0.9))["name"] == intent


def test_check_finds_the_request_when_a_topic_is_likelier(run, storage):
    found = checked(run, storage, "歇业备案,转人工", ("ask_registration", 0.9), ("request_human", 0.1))
    assert found == {"name": "request_human", "confidence": 1.0}


def test_check_takes_the_topic_when_a_person_is_refused(run, storage):
    ranking = (("request_human", 0.6), ("ask_financing", 0.4))
    assert checked(run, storage, "不用找人工,我就想知道担保费率", *ranking)["name"] == "ask_financing"


@pytest.mark.parametrize(("chance", "intent"), [(0.1, "ask_policy"), (0.3, "request_human")])
def test_check_asks_the_classifier_when_the_words_for_a_person_are_doubtful(run, storage, chance, intent):
    ranking = (("ask_policy", 0.5), ("request_human", chance))
    found = checked(run, storage, "网上找人工帮办说多久会回", *ranking)
    assert found["name"] == intent
    assert found["confidence"] < 1


def test_source_digest_differs_when_the_modules_do():
    assert source_digest(voting_model) != source_digest(voting_model, vocabulary) != source_digest(vocabulary)


def test_knowledge_examples_are_added_under_their_points_topic(run, storage, examples):
    component = run(KnowledgeExamples, storage, knowledge=SMALL)
    result = component.process_training_data(examples)
    added = {m.get(TEXT): m.get(INTENT) for m in result.training_examples}
    assert added["担保费率现在多少"] == "ask_financing"
    assert added["首贷户贴息怎么领"] == "ask_policy"
    assert len(result.training_examples) - 15 == len(added) - 15 <= 18


def test_knowledge_fingerprint_changes_with_the_folder(tmp_path):
    (tmp_path / "demo.yml").write_text((Path(SMALL) / "demo.yml").read_text("utf-8") + "\n# later\n", "utf-8")
    for component in (MeasureRetriever,):
        first = component.fingerprint_addon({"knowledge": SMALL})
        assert first == component.fingerprint_addon({"knowledge": SMALL})
        assert first != component.fingerprint_addon({"knowledge": str(tmp_path)})


@pytest.fixture
def chinese(run, storage, examples):
    run(SpacyChinese, storage, knowledge=SMALL).train(examples)
    return run(SpacyChinese, storage, "load", knowledge=SMALL)


@pytest.mark.parametrize(
    ("text", "entity", "value"),
    [
        ("我公司在南翔想注册", "district", "jiading"),
        ("青浦区有没有补贴", "district", "qingpu"),
        ("Jiading tax office", "district", "jiading"),
        ("增值税怎么报", "tax", "增值税"),
        ("食品经营许可证丢了", "licence", "食品经营许可证"),
        ("市场监管局来检查", "department", "市场监管局"),
        ("我们是个体户", "size", "individual"),
        ("下月两百万元贷款到期", "amount", "两百万元"),
        ("担保费率1.5%-3%太高", "percentage", "1.5%-3%"),
        ("2023年5月1日成立的", "date", "2023年5月1日"),
        ("我们厂一共200人", "headcount", "200人"),
        ("我公司在南翔想注册", "town", "南翔"),
        ("做冷链的要办什么", "industry", "cold_chain"),
    ],
)
def test_entities_are_found_with_their_values(chinese, text, entity, value):
    [message] = chinese.process([said(text)])
    found = {item["entity"]: item for item in message.get(ENTITIES)}
    assert found[entity]["value"] == value
    assert 0 <= found[entity]["start"] < found[entity]["end"] <= len(text)


def test_tokens_cover_the_text_and_keep_known_words_whole(chinese):
    [message] = chinese.process([said("食品经营许可证丢了 怎么办")])
    tokens = message.get("text_tokens")
    assert "".join(token.text for token in tokens) == "食品经营许可证丢了怎么办"
    assert "食品经营许可证" in [token.text for token in tokens]


@pytest.mark.parametrize("text", ["", " ", "👍", "。。。"])
def test_entities_are_none_when_there_are_no_words(chinese, text):
    [message] = chinese.process([said(text)])
    assert message.get(ENTITIES) == []


def test_encoder_puts_one_vector_on_a_message(encoder):
    [message] = encoder.process([said("你好")])
    assert vector_of(message).shape == (64,)


def test_encoder_puts_nothing_on_an_empty_message(encoder):
    [message] = encoder.process([said("")])
    assert vector_of(message) is None


def test_encoder_does_not_encode_training_texts_twice(tmp_path, examples):
    SentenceEncoder(tmp_path, "first", CharacterEncoder()).process_training_data(examples)
    again = CharacterEncoder()
    SentenceEncoder(tmp_path, "second", again).process_training_data(examples)
    assert again.encoded == []


@pytest.fixture
def classifier(run, storage, examples, encoder):
    run(VotingIntentClassifier, storage).train(encoder.process_training_data(examples))
    return run(VotingIntentClassifier, storage, "load")


@pytest.mark.parametrize(
    ("text", "intent"), [("你好啊", "greet"), ("快给我转人工", "request_human"), ("还是没解决", "deny")]
)
def test_classifier_tells_the_intent(classifier, encoder, text, intent):
    [message] = classifier.process(encoder.process([said(text)]))
    assert message.get("intent")["name"] == intent
    ranking = message.get("intent_ranking")
    assert sum(item["confidence"] for item in ranking) == pytest.approx(1)
    assert all(type(item["confidence"]) is float for item in ranking)


def test_classifier_gives_no_intent_when_there_is_no_text(classifier, encoder):
    [message] = classifier.process(encoder.process([said("")]))
    assert message.get("intent") == {"name": None, "confidence": 0.0}


def test_classifier_is_the_same_when_trained_again(run, tmp_path, examples, encoder, classifier):
    from rasa.engine.storage.local_model_storage import LocalModelStorage

    (tmp_path / "other").mkdir()
    other = LocalModelStorage(tmp_path / "other")
    run(VotingIntentClassifier, other).train(examples)  # encoded for the first one already
    again = run(VotingIntentClassifier, other, "load")
    [first], [second] = (each.process(encoder.process([said("转个人吧")])) for each in (classifier, again))
    assert first.get("intent") == second.get("intent")


@pytest.fixture
def retriever(run, storage, examples, encoder, tmp_path, monkeypatch):
    monkeypatch.setattr(measure_retriever, "default_encoder", CharacterEncoder)
    settings = {"knowledge": SMALL, "cache": str(tmp_path / "cache")}
    run(MeasureRetriever, storage, **settings).train(encoder.process_training_data(examples))
    return run(MeasureRetriever, storage, "load", **settings)


def test_retriever_puts_measures_on_the_message_as_plain_json(retriever, encoder):
    [message] = retriever.process(encoder.process([said("公司先不干了但不想注销怎么办")]), None)
    best = message.get("measures")[0]
    assert (best["id"], best["point"]) == ("demo-01", "歇业备案")
    assert type(best["score"]) is float and best["score"] > 0.5
    assert "measures" in message.as_dict(only_output_properties=True)


def test_retriever_is_unsure_when_other_examples_are_nearer(retriever, encoder):
    [message] = retriever.process(encoder.process([said("帮我转人工")]), None)
    assert message.get("measures")[0]["score"] < 0.3


@pytest.mark.parametrize("text", ["", "！！！"])
def test_retriever_finds_nothing_when_there_is_no_letter(retriever, encoder, text):
    [message] = retriever.process(encoder.process([said(text)]), None)
    assert message.get("measures") == []


def test_component_names_are_not_used_by_rasa_itself():
    registered = DefaultV1Recipe._registered_components
    for cls in (TextNormaliser, KnowledgeExamples, SpacyChinese, SentenceEncoder, VotingIntentClassifier,
                MeasureRetriever):  # fmt: skip
        assert registered[cls.__name__].clazz is cls


def test_every_topic_has_an_intent_a_rule_and_examples():
    import yaml

    domain = yaml.safe_load((ROOT / "domain.yml").read_text("utf-8"))
    intents = {name for entry in domain["intents"] for name in entry}
    rules = yaml.safe_load((ROOT / "data" / "rules" / "answering.yml").read_text("utf-8"))["rules"]
    ruled = {step["intent"] for rule in rules for step in rule["steps"] if "intent" in step}
    nlu = yaml.safe_load((ROOT / "data" / "nlu" / "topics.yml").read_text("utf-8"))["nlu"]
    counted = {entry["intent"]: len(re.findall("^- ", entry["examples"], re.M)) for entry in nlu}
    for topic in TOPICS:
        assert f"ask_{topic}" in intents & ruled
        assert counted[f"ask_{topic}"] >= 12


def test_no_example_stands_under_two_intents():
    import yaml

    owners: dict[str, str] = {}
    for file in (ROOT / "data" / "nlu").glob("*.yml"):
        for entry in yaml.safe_load(file.read_text("utf-8"))["nlu"]:
            for line in re.findall("^- (.*)$", entry["examples"], re.M):
                assert owners.setdefault(line, entry["intent"]) == entry["intent"], line
    assert len(owners) > 1000


def test_training_data_of_knowledge_is_empty_when_there_is_no_other(run, storage):
    component = run(KnowledgeExamples, storage, knowledge=SMALL)
    assert len(component.process_training_data(TrainingData()).training_examples) == 18
