"""Puts the likeliest measures on the message: ``measures``, a list of ``{"id", "point", "score"}``."""

from pathlib import Path
from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.knowledge import index, load_knowledge, ranker, text, words
from bot.knowledge.encoder import CachedEncoder, E5Encoder
from bot.knowledge.index import Index, build_index
from bot.knowledge.search import index_fingerprint
from bot.knowledge.sources import source_digest
from bot.nlu.knowledge_examples import FROM_KNOWLEDGE
from bot.nlu.sentence_encoder import SentenceEncoder, vector_of

MEASURES = "measures"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=True)
class MeasureRetriever(GraphComponent):
    """Learns from the knowledge base, and from all other training examples that they are answered by nothing.

    Settings: ``knowledge``, the folder of measures; ``cache``, where vectors are kept; ``limit``, how many
    measures a message gets.
    """

    def __init__(self, config: dict[str, Any], model_storage: ModelStorage, resource: Resource):
        self._config, self._model_storage, self._resource = config, model_storage, resource
        self._index: Index | None = None

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """The settings' defaults."""
        return {"knowledge": "data/measures", "cache": "models/cache", "limit": 10}

    @classmethod
    def required_components(cls) -> list[type]:
        """What must come before it in the pipeline."""
        return [SentenceEncoder]

    @classmethod
    def create(cls, config: dict[str, Any], model_storage: ModelStorage, resource: Resource,
               execution_context: ExecutionContext) -> "MeasureRetriever":  # fmt: skip
        """An untrained component."""
        return cls(config, model_storage, resource)

    @classmethod
    def load(cls, config: dict[str, Any], model_storage: ModelStorage, resource: Resource,
             execution_context: ExecutionContext, **kwargs: Any) -> "MeasureRetriever":  # fmt: skip
        """The component with the index saved by ``train``."""
        component = cls(config, model_storage, resource)
        with model_storage.read_from(resource) as folder:
            component._index = Index.load(folder / "index.npz")
        return component

    @classmethod
    def fingerprint_addon(cls, config: dict[str, Any]) -> str | None:
        """Changes with the knowledge base, the encoder, and the way an index is built."""
        kb = load_knowledge(Path({**cls.get_default_config(), **config}["knowledge"]))
        return index_fingerprint(kb, E5Encoder(), ()) + source_digest(index, ranker, words, text)

    def train(self, training_data: TrainingData) -> Resource:
        """Build the index and save it in the model."""
        kb = load_knowledge(Path(self._config["knowledge"]))
        encoder = CachedEncoder(E5Encoder(), Path(self._config["cache"]) / "vectors.npz")
        others = [
            message.get(TEXT) for message in training_data.intent_examples
            if message.get(TEXT) and not message.get(FROM_KNOWLEDGE)
        ]  # fmt: skip
        learned = build_index(kb, encoder, others, index_fingerprint(kb, encoder, others))
        with self._model_storage.write_to(self._resource) as folder:
            learned.save(folder / "index.npz")
        return self._resource

    def process(self, messages: list[Message]) -> list[Message]:
        """Set ``measures`` of messages that come in, best first; empty for a message without letters."""
        for message in messages:
            message.set(MEASURES, self._rank(message), add_to_output=True)
        return messages

    def _rank(self, message: Message) -> list[dict[str, Any]]:
        vector, said = vector_of(message), message.get(TEXT) or ""
        if vector is None or self._index is None or not any(map(str.isalnum, said)):
            return []
        ranked = self._index.rank(said, vector, self._config["limit"])
        return [{"id": found.id, "point": found.point, "score": round(found.score, 4)} for found in ranked]
