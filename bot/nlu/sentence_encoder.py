"""Puts each text's sentence embedding on the message, for the classifier and the retriever."""

from pathlib import Path
from typing import Any

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import FEATURE_TYPE_SENTENCE, TEXT
from rasa.shared.nlu.training_data.features import Features
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.knowledge import encoder as encoder_module
from bot.knowledge.encoder import CachedEncoder, Encoder, Vectors, default_encoder, shared_encoder
from bot.knowledge.sources import source_digest


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=False)
class SentenceEncoder(GraphComponent):
    """One dense sentence feature a text. Setting: ``cache``, where vectors of training texts are kept."""

    def __init__(self, cache: Path, name: str, encoder: Encoder | None = None):
        self._cache, self._name = cache, name
        self._encoder = encoder or shared_encoder()

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """The settings' defaults."""
        return {"cache": "models/cache"}

    @classmethod
    def create(cls, config: dict[str, Any], model_storage: ModelStorage, resource: Resource,
               execution_context: ExecutionContext) -> "SentenceEncoder":  # fmt: skip
        """A new component with these settings; the model is loaded at the first text."""
        return cls(Path(config["cache"]), execution_context.node_name)

    @classmethod
    def fingerprint_addon(cls, config: dict[str, Any]) -> str | None:
        """The encoder's version and source: other vectors, other models."""
        return default_encoder().version + source_digest(encoder_module)

    def process(self, messages: list[Message]) -> list[Message]:
        """Encode messages that come in."""
        for message in messages:
            self._attach([message], self._encoder)
        return messages

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Encode the training examples, through the cache."""
        encoder = CachedEncoder(self._encoder, self._cache / "vectors.npz")
        self._attach(training_data.training_examples, encoder)
        return training_data

    def _attach(self, messages: list[Message], encoder: Encoder) -> None:
        written = [message for message in messages if message.get(TEXT)]
        if not written:
            return
        vectors = encoder.questions([message.get(TEXT) for message in written])
        for message, vector in zip(written, vectors, strict=True):
            message.add_features(Features(vector[None, :], FEATURE_TYPE_SENTENCE, TEXT, self._name))


def vector_of(message: Message) -> Vectors | None:
    """The sentence embedding ``SentenceEncoder`` put on the message; None for a message without text."""
    _, features = message.get_dense_features(TEXT, [])
    return None if features is None else np.asarray(features.features[0], np.float32)
