from pathlib import Path

import pytest
from rasa.engine.graph import ExecutionContext, GraphSchema
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.resource import Resource
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.nlu.sentence_encoder import SentenceEncoder
from tests.knowledge.fakes import CharacterEncoder

SMALL = str(Path(__file__).parent.parent / "knowledge" / "fixtures" / "small")
EXAMPLES = {
    "greet": ["你好", "您好呀", "早上好", "嗨你好", "下午好"],
    "request_human": ["转人工", "我要人工", "人工客服", "帮我转人工", "叫个人工来"],
    "deny": ["没解决", "不是这个", "不对", "没用", "没有解决"],
}


@pytest.fixture
def storage(tmp_path):
    (tmp_path / "storage").mkdir()
    return LocalModelStorage(tmp_path / "storage")


@pytest.fixture
def run():
    """A component's ``create`` or ``load`` with its defaults and these settings."""

    def call(cls, storage, constructor="create", **settings):
        context = ExecutionContext(GraphSchema({}), node_name=cls.__name__)
        config = {**getattr(cls, "get_default_config", dict)(), **settings}
        return getattr(cls, constructor)(config, storage, Resource(cls.__name__), context)

    return call


@pytest.fixture
def encoder(tmp_path):
    return SentenceEncoder(tmp_path / "cache", "SentenceEncoder", CharacterEncoder())


@pytest.fixture
def examples():
    messages = [Message({TEXT: text, INTENT: intent}) for intent, texts in EXAMPLES.items() for text in texts]
    return TrainingData(messages)
