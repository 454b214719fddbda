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
from bot.knowledge.sources import source_digest
from bot.knowledge.text import normalise
from bot.nlu.intents import TOPICS


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=False)
class KnowledgeExamples(GraphComponent):
    """Works while training only; messages pass unchanged.

    Settings: ``knowledge``, the folder of measures; ``per_point``, how many examples a point gives: the
    intent is only its topic, and more would drown the other intents.
    """

    def __init__(self, config: dict[str, Any]):
        self._folder, self._per_point = Path(config["knowledge"]), int(config["per_point"])

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """The settings' defaults."""
        return {"knowledge": "data/measures", "per_point": 3}

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
            Message({TEXT: normalise(question), INTENT: TOPICS + point.topics[0]})
            for measure in load_knowledge(self._folder).measures.values()
            for point in measure.points
            for question in _spread(point.questions, self._per_point)
        ]
        return training_data.merge(TrainingData(training_examples=examples))


def _spread(questions: tuple[str, ...], most: int) -> tuple[str, ...]:
    """At most so many, from all over the list: neighbours were written together."""
    return questions[:: max(1, len(questions) // most)][:most]
