"""Puts on the message which measures it asks for, in how many questions, leaning on what was said before.

* ``measures``: a list of ``{"id", "point", "score"}``, best first;
* ``parts``: the same for each of several questions, ``{"text", "measures"}``; empty when it is one question;
* ``leans_on``: the earlier message that a follow-up was read with, or None.
"""

from pathlib import Path
from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.knowledge import load_knowledge
from bot.knowledge.conversation import Topic
from bot.knowledge.encoder import CachedEncoder, default_encoder, shared_encoder
from bot.knowledge.index import Index, build_index
from bot.knowledge.others import load_others
from bot.knowledge.ranked import Ranked
from bot.knowledge.search import index_file, index_fingerprint
from bot.knowledge.understanding import Understanding, Understood
from bot.nlu.earlier import Earlier, earlier_messages
from bot.nlu.intents import DESCRIBES, FOLLOW_UP, OUT_OF_SCOPE, PLEASANTRIES, TICKET, TOPICS
from bot.nlu.sentence_encoder import SentenceEncoder, vector_of
from bot.nlu.text_normaliser import SAID

MEASURES, PARTS, LEANS_ON = "measures", "parts", "leans_on"
ASKS_ON, ANOTHER_TOPIC = 0.5, 0.8  # confidence from which the classifier decides what is a follow-up
#: Intents that are about no matter, with the confidence from which they likely are.
NO_MATTER = dict.fromkeys((OUT_OF_SCOPE, TICKET, *PLEASANTRIES), 0.6)
NO_MATTER_SURE = 0.95  # that from which they surely are


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=True)
class MeasureRetriever(GraphComponent):
    """Learns from the knowledge base, and from all other training examples that they are answered by nothing.

    Settings: ``knowledge``, the folder of measures; ``examples``, that of the other examples; ``cache``,
    where vectors are kept; ``limit``, how many
    measures a message gets.
    """

    def __init__(self, config: dict[str, Any], model_storage: ModelStorage, resource: Resource):
        self._config, self._model_storage, self._resource = config, model_storage, resource
        self._understanding: Understanding | None = None

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """The settings' defaults."""
        return {"knowledge": "data/measures", "examples": "data/nlu", "cache": "models/cache", "limit": 10}

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
            component._understanding = Understanding(Index.load(folder / "index.npz"), shared_encoder())
        return component

    @classmethod
    def fingerprint_addon(cls, config: dict[str, Any]) -> str | None:
        """Changes with the knowledge base, the encoder, and the way an index is built."""
        kb = load_knowledge(Path({**cls.get_default_config(), **config}["knowledge"]))
        return index_fingerprint(kb, default_encoder(), ())

    def train(self, training_data: TrainingData) -> Resource:
        """Build the index and save it in the model."""
        kb = load_knowledge(Path(self._config["knowledge"]))
        encoder = CachedEncoder(default_encoder(), Path(self._config["cache"]) / "vectors.npz")
        others = load_others(Path(self._config["examples"]))
        cache = Path(self._config["cache"])
        learned = build_index(kb, encoder, others, index_fingerprint(kb, encoder, others), cache)
        learned.save(index_file(cache))  # the server's own search opens at once from here
        with self._model_storage.write_to(self._resource) as folder:
            learned.save(folder / "index.npz")
        return self._resource

    def process(self, messages: list[Message], tracker: DialogueStateTracker) -> list[Message]:
        """Understand messages that come in; nothing is found in a message without letters."""
        before = earlier_messages(tracker)
        for message in messages:
            understood = self._understand(message, before, _district(message, tracker))
            message.set(MEASURES, _plain(understood.ranked), add_to_output=True)
            parts = [{"text": part.text, "measures": _plain(part.ranked)} for part in understood.parts]
            message.set(PARTS, parts, add_to_output=True)
            message.set(LEANS_ON, understood.leans_on, add_to_output=True)
        return messages

    def _understand(self, message: Message, before: list[Earlier], district: str | None) -> Understood:
        vector = vector_of(message)
        if vector is None or self._understanding is None:
            return Understood([], [], None)
        said = message.get(SAID) or message.get(TEXT) or ""
        if (message.get("intent") or {}).get("name") == DESCRIBES:
            return self._understanding.clauses(said, self._config["limit"], vector)
        topic = topic_of(message.get("intent") or {}, before[-1].intent if before else None)
        texts = [earlier.text for earlier in before]
        return self._understanding.understand(said, self._config["limit"], texts, vector, district, topic)


def topic_of(intent: dict[str, Any], before: str | None) -> Topic:
    """What the classifier makes of a message beside the one ``before``, whose intent that is."""
    name, confidence = intent.get("name") or "", float(intent.get("confidence") or 0)
    if name == FOLLOW_UP and confidence >= ASKS_ON:
        return Topic.SAME
    if name in NO_MATTER and confidence >= NO_MATTER_SURE:
        return Topic.NONE
    another = ANOTHER_TOPIC if name.startswith(TOPICS) and name != before else NO_MATTER.get(name, 2.0)
    return Topic.OTHER if confidence >= another else Topic.UNKNOWN


def _district(message: Message, tracker: DialogueStateTracker | None) -> str | None:
    """The visitor's: what the channel says, or what was said before."""
    said = (message.get("metadata") or {}).get("district")
    return said or (tracker.get_slot("district") if tracker else None)


def _plain(ranked: list[Ranked]) -> list[dict[str, Any]]:
    return [{"id": found.id, "point": found.point, "score": round(found.score, 4)} for found in ranked]
