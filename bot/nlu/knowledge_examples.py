"""Adds the knowledge base's example questions to the training data, each under the intent of its topic."""

from pathlib import Path
from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.knowledge import load_knowledge, text
from bot.knowledge.text import normalise
from bot.knowledge.sources import source_digest

FROM_KNOWLEDGE = "from_knowledge"  # set on such examples, so that the retriever can tell them from the others


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=False)
class KnowledgeExamples(GraphComponent):
    """Works while training only; messages pass unchanged. Setting: ``knowledge``, the folder of measures."""

    def __init__(self, config: dict[str, Any]):
        self._folder = Path(config["knowledge"])

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """The settings' defaults."""
        return {"knowledge": "data/measures"}

    @classmethod
    def create(cls, config: dict[str, Any], model_storage: ModelStorage, resource: Resource,
               execution_context: ExecutionContext) -> "KnowledgeExamples":  # fmt: skip
        """A new component with these settings."""
        return cls(config)

    @classmethod
    def fingerprint_addon(cls, config: dict[str, Any]) -> str | None:
        """Changes with the questions and their topics: they train anew, a corrected answer does not."""
        kb = load_knowledge(Path({**cls.get_default_config(), **config}["knowledge"]))
        return kb.questions_digest() + source_digest(text)

    def process(self, messages: list[Message]) -> list[Message]:
        """Pass messages on."""
        return messages

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Add one example a question; KnowledgeError when the measures are faulty."""
        examples = [
            Message({TEXT: normalise(question), INTENT: f"ask_{point.topics[0]}", FROM_KNOWLEDGE: True})
            for measure in load_knowledge(self._folder).measures.values()
            for point in measure.points
            for question in point.questions
        ]
        return training_data.merge(TrainingData(training_examples=examples))
