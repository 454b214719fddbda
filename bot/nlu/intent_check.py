"""Corrects the classifier where a wrong guess costs most: requests for a person, and unsure reactions."""

import unicodedata
from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.constants import DEFAULT_NLU_FALLBACK_INTENT_NAME
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message

from bot.nlu import requests
from bot.knowledge.sources import source_digest
from bot.nlu.intent_classifier import LinearIntentClassifier
from bot.nlu.requests import asks_for_person

HUMAN = "request_human"
Intent = dict[str, Any]


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=False)
class IntentCheck(GraphComponent):
    """Setting: ``least``, intent -> the probability below which it counts as not understood."""

    def __init__(self, config: dict[str, Any]):
        self._least: dict[str, float] = config["least"]

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """The settings' defaults."""
        return {"least": {}}

    @classmethod
    def required_components(cls) -> list[type]:
        """What must come before it in the pipeline."""
        return [LinearIntentClassifier]

    @classmethod
    def create(cls, config: dict[str, Any], model_storage: ModelStorage, resource: Resource,
               execution_context: ExecutionContext) -> "IntentCheck":  # fmt: skip
        """A new component with these settings."""
        return cls(config)

    @classmethod
    def fingerprint_addon(cls, config: dict[str, Any]) -> str | None:
        """The source of the check."""
        return source_digest(requests)

    def process(self, messages: list[Message]) -> list[Message]:
        """Correct intent and ranking of messages that come in."""
        for message in messages:
            ranking = self._corrected(message.get(TEXT) or "", message.get("intent_ranking") or [])
            if ranking:
                message.set("intent", ranking[0], add_to_output=True)
                message.set("intent_ranking", ranking, add_to_output=True)
        return messages

    def _corrected(self, text: str, ranking: list[Intent]) -> list[Intent]:
        if ranking and not any(map(_says_something, text)):
            return [_not_understood(ranking[0]), *ranking]
        asks = asks_for_person(text)
        others = [intent for intent in ranking if intent["name"] != HUMAN]
        if asks:
            return [{"name": HUMAN, "confidence": 1.0}, *others]
        if asks is False:
            ranking = others
        best = ranking[0] if ranking else None
        if best and best["confidence"] < self._least.get(best["name"], 0.0):
            return [_not_understood(best), *ranking]
        return ranking


def _not_understood(intent: Intent) -> Intent:
    return {**intent, "name": DEFAULT_NLU_FALLBACK_INTENT_NAME}


def _says_something(character: str) -> bool:
    """Letters, digits and pictures do; punctuation alone is noise."""
    return character.isalnum() or unicodedata.category(character) == "So"
