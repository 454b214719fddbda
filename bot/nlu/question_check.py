"""Takes for a question what search knows, though by itself it looks out of scope, like a complaint,
a request for a person, or a reaction.
"""

from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.constants import DEFAULT_NLU_FALLBACK_INTENT_NAME
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message

from bot.knowledge.asking import asks
from bot.nlu.intents import COMPLAINT, HUMAN, OUT_OF_SCOPE, REACTIONS, ranking_of, set_ranking
from bot.nlu.measure_retriever import LEANS_ON, MEASURES, MeasureRetriever

MISTAKEN = (OUT_OF_SCOPE, HUMAN, COMPLAINT)


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=False)
class QuestionCheck(GraphComponent):
    """A follow-up is short and says little; what visitors ask for may sound like asking for a person.

    Settings: ``least``, the score of the best measure from which a message is a question, ``leaning`` the
    same for one that leans on the message before, ``certain`` the confidence of an intent not doubted.
    The classifier is believed when it is certain, after an answer too: a joined reading owes its score to the
    message before.
    """

    def __init__(self, config: dict[str, Any]):
        self._least: float = config["least"]
        self._leaning: float = config["leaning"]
        self._certain: float = config["certain"]

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """The settings' defaults."""
        return {"least": 0.5, "leaning": 0.15, "certain": 0.95}

    @classmethod
    def required_components(cls) -> list[type]:
        """What must come before it in the pipeline."""
        return [MeasureRetriever]

    @classmethod
    def create(cls, config: dict[str, Any], model_storage: ModelStorage, resource: Resource,
               execution_context: ExecutionContext) -> "QuestionCheck":  # fmt: skip
        """A new component with these settings."""
        return cls(config)

    def process(self, messages: list[Message]) -> list[Message]:
        """Correct the intent of messages that are questions after all."""
        for message in messages:
            intent = message.get("intent") or {}
            if self._is_question(message, intent):
                corrected = {**intent, "name": DEFAULT_NLU_FALLBACK_INTENT_NAME}
                set_ranking(message, [corrected, *ranking_of(message)])
        return messages

    def _is_question(self, message: Message, intent: dict[str, Any]) -> bool:
        found, leans = message.get(MEASURES) or [], bool(message.get(LEANS_ON))
        if not found or found[0]["score"] < (self._leaning if leans else self._least):
            return False
        confidence = float(intent.get("confidence") or 0)
        if confidence >= self._certain:
            return False
        mistaken = MISTAKEN if leans else (HUMAN,)
        name = intent.get("name")
        return name in mistaken or (name in REACTIONS and asks(message.get(TEXT) or ""))
