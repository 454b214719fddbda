"""Turns words typed in pinyin into the characters they stand for (see ``bot.knowledge.pinyin``)."""

from pathlib import Path
from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.constants import INTENT_MESSAGE_PREFIX
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.knowledge import load_knowledge, pinyin, sounds
from bot.knowledge.arrays import load_arrays, save_arrays
from bot.knowledge.index import texts_of
from bot.knowledge.pinyin import PinyinReader
from bot.knowledge.sources import source_digest


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=True)
class PinyinWords(GraphComponent):
    """Learns how the questions are written; works on texts that are mixed with pinyin, or all pinyin.

    Setting: ``knowledge``, the folder of measures.
    """

    def __init__(self, config: dict[str, Any], model_storage: ModelStorage, resource: Resource):
        self._folder = Path(config["knowledge"])
        self._model_storage, self._resource = model_storage, resource
        self._reader: PinyinReader | None = None

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """The settings' defaults."""
        return {"knowledge": "data/measures"}

    @classmethod
    def create(cls, config: dict[str, Any], model_storage: ModelStorage, resource: Resource,
               execution_context: ExecutionContext) -> "PinyinWords":  # fmt: skip
        """An untrained component."""
        return cls(config, model_storage, resource)

    @classmethod
    def load(cls, config: dict[str, Any], model_storage: ModelStorage, resource: Resource,
             execution_context: ExecutionContext, **kwargs: Any) -> "PinyinWords":  # fmt: skip
        """The component as ``train`` saved it."""
        component = cls(config, model_storage, resource)
        with model_storage.read_from(resource) as folder:
            component._reader = PinyinReader.from_arrays(load_arrays(folder / "pinyin.npz"))
        return component

    @classmethod
    def fingerprint_addon(cls, config: dict[str, Any]) -> str | None:
        """The source of the reader, and the questions it learns from."""
        kb = load_knowledge(Path({**cls.get_default_config(), **config}["knowledge"]))
        return source_digest(pinyin, sounds) + kb.questions_digest()

    def train(self, training_data: TrainingData) -> Resource:
        """Count how characters follow each other in the questions."""
        self._reader = PinyinReader.of(texts_of(load_knowledge(self._folder), ()).questions)
        with self._model_storage.write_to(self._resource) as folder:
            save_arrays(folder / "pinyin.npz", self._reader.arrays())
        return self._resource

    def process(self, messages: list[Message]) -> list[Message]:
        """Rewrite the texts of messages that come in; commands stay as they are."""
        for message in messages:
            text = message.get(TEXT)
            if self._reader and isinstance(text, str) and not text.startswith(INTENT_MESSAGE_PREFIX):
                message.set(TEXT, self._reader.read(text), add_to_output=True)
        return messages

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Rewrite the training examples likewise."""
        self.process(training_data.training_examples)
        return training_data
