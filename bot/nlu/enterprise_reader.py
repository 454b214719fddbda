"""Puts on the message what it says of an enterprise, and tells a description of one from a question."""

from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.constants import INTENT_MESSAGE_PREFIX
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message

from bot.knowledge.enterprise import Facts, asks_what_fits, clearly_describes, describes, read_facts
from bot.nlu.intent_classifier import VotingIntentClassifier
from bot.nlu.intents import (
    CHECKLIST,
    COMPLAINT,
    DESCRIBES,
    HUMAN,
    SENSITIVE,
    Intent,
    chance_of,
    ranking_of,
    set_ranking,
    without,
)  # fmt: skip

ENTERPRISE = "enterprise"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=False)
class EnterpriseReader(GraphComponent):
    """Sets ``enterprise``, the facts as JSON, and corrects the intent ``describe_enterprise`` both ways.

    Words alone and the classifier alone are each wrong too often: both have to say something for it, unless
    the words are as plain as 「看看符合哪些」 beside facts of an enterprise.
    Settings: ``least``, the probability the classifier has to give when the words say that it is a
    description; ``kept``, intents that are never taken for one.
    """

    def __init__(self, config: dict[str, Any]):
        self._least: float = config["least"]
        self._kept: set[str] = set(config["kept"])

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """The settings' defaults."""
        return {"least": 0.05, "kept": [HUMAN, COMPLAINT, SENSITIVE, CHECKLIST]}

    @classmethod
    def required_components(cls) -> list[type]:
        """What must come before it in the pipeline."""
        return [VotingIntentClassifier]

    @classmethod
    def create(cls, config: dict[str, Any], model_storage: ModelStorage, resource: Resource,
               execution_context: ExecutionContext) -> "EnterpriseReader":  # fmt: skip
        """A new component with these settings."""
        return cls(config)

    def process(self, messages: list[Message]) -> list[Message]:
        """Read the messages that come in; a button's command says nothing of an enterprise."""
        for message in messages:
            text = message.get(TEXT) or ""
            if text.startswith(INTENT_MESSAGE_PREFIX):
                continue
            facts = read_facts(text)
            message.set(ENTERPRISE, facts.as_json(), add_to_output=True)
            ranking = self._corrected(text, facts, ranking_of(message))
            if ranking:
                set_ranking(message, ranking)
        return messages

    def _corrected(self, text: str, facts: Facts, ranking: list[Intent]) -> list[Intent]:
        if not ranking or ranking[0]["name"] in self._kept:
            return ranking
        chance, others = chance_of(DESCRIBES, ranking), without(DESCRIBES, ranking)
        likely = clearly_describes(text, facts) or (describes(text, facts) and chance >= self._least)
        asked = ranking[0]["name"] == DESCRIBES and (asks_what_fits(text) or facts.kinds() >= 3)
        if likely or asked:
            return [{"name": DESCRIBES, "confidence": chance}, *others]
        return others if ranking[0]["name"] == DESCRIBES and others else ranking
