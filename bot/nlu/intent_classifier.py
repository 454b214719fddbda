"""The intent of a message, by ``VotingModel``."""

from typing import Any

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.knowledge import ranker, sounds, text, votes, words
from bot.knowledge.sources import source_digest
from bot.nlu import voting_model
from bot.nlu.sentence_encoder import SentenceEncoder, vector_of
from bot.nlu.voting_model import VotingModel

RANKING_LENGTH = 5


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class VotingIntentClassifier(GraphComponent, IntentClassifier):
    """Needs ``SentenceEncoder`` before it. A message without text gets no intent, with confidence 0."""

    def __init__(self, model_storage: ModelStorage, resource: Resource):
        self._model_storage, self._resource = model_storage, resource
        self._model: VotingModel | None = None

    @classmethod
    def required_components(cls) -> list[type]:
        """What must come before it in the pipeline."""
        return [SentenceEncoder]

    @classmethod
    def create(cls, config: dict[str, Any], model_storage: ModelStorage, resource: Resource,
               execution_context: ExecutionContext) -> "VotingIntentClassifier":  # fmt: skip
        """An untrained component."""
        return cls(model_storage, resource)

    @classmethod
    def load(cls, config: dict[str, Any], model_storage: ModelStorage, resource: Resource,
             execution_context: ExecutionContext, **kwargs: Any) -> "VotingIntentClassifier":  # fmt: skip
        """The component with the model saved by ``train``."""
        component = cls(model_storage, resource)
        with model_storage.read_from(resource) as folder:
            component._model = VotingModel.load(folder / "intents.npz")
        return component

    @classmethod
    def fingerprint_addon(cls, config: dict[str, Any]) -> str | None:
        """The source of the model and of its n-grams."""
        return source_digest(voting_model, ranker, sounds, text, votes, words)

    def train(self, training_data: TrainingData) -> Resource:
        """Fit to every example with an intent, and save the model."""
        examples = [message for message in training_data.intent_examples if message.get(TEXT)]
        vectors = np.stack([vector_of(message) for message in examples])
        texts = [message.get(TEXT) for message in examples]
        model = VotingModel.train(texts, vectors, [message.get(INTENT) for message in examples])
        with self._model_storage.write_to(self._resource) as folder:
            model.save(folder / "intents.npz")
        return self._resource

    def process(self, messages: list[Message]) -> list[Message]:
        """Set the intent and the ranking of messages that come in."""
        for message in messages:
            ranking = self._rank(message)
            best = ranking[0] if ranking else {"name": None, "confidence": 0.0}
            message.set("intent", best, add_to_output=True)
            message.set("intent_ranking", ranking[:RANKING_LENGTH], add_to_output=True)
        return messages

    def _rank(self, message: Message) -> list[dict[str, Any]]:
        vector = vector_of(message)
        if vector is None or self._model is None:
            return []
        chances = self._model.predict(message.get(TEXT), vector)
        return [{"name": name, "confidence": chance} for name, chance in chances]
