"""Corrects the classifier where a wrong guess costs most: requests for a person, and unsure reactions."""

import unicodedata
from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.constants import DEFAULT_NLU_FALLBACK_INTENT_NAME
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message

from bot.nlu.earlier import earlier_messages
from bot.nlu.intent_classifier import VotingIntentClassifier
from bot.nlu.intents import (
    FOLLOW_UP,
    HUMAN,
    PLEASANTRIES,
    Intent,
    chance_of,
    ranking_of,
    set_ranking,
    without,
)
from bot.nlu.reactions import reaction
from bot.nlu.requests import Asked, asks_for_person

LIKELY = 0.6  # what doubtful words and the classifier together make of a request; search may know better
PARTICLES = "的地得了着过之而"  # 吗, 呢, 啊, 哦 and 嗯 alone are something that people say


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=False)
class IntentCheck(GraphComponent):
    """Settings: ``least``, intent -> the probability below which it counts as not understood; ``perhaps``,
    the probability from which doubtful words make a message a request for a person.
    """

    def __init__(self, config: dict[str, Any]):
        self._least: dict[str, float] = config["least"]
        self._perhaps: float = config["perhaps"]

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """The settings' defaults."""
        return {"least": {}, "perhaps": 0.2}

    @classmethod
    def required_components(cls) -> list[type]:
        """What must come before it in the pipeline."""
        return [VotingIntentClassifier]

    @classmethod
    def create(cls, config: dict[str, Any], model_storage: ModelStorage, resource: Resource,
               execution_context: ExecutionContext) -> "IntentCheck":  # fmt: skip
        """A new component with these settings."""
        return cls(config)

    def process(self, messages: list[Message], tracker: DialogueStateTracker) -> list[Message]:
        """Correct intent and ranking of messages that come in."""
        # After anything that was said to a question; Rasa parses without a tracker, too.
        answered = bool(tracker and (tracker.get_slot("offered") or tracker.get_slot("person_offered")))
        asked_before = bool(earlier_messages(tracker))
        for message in messages:
            text = message.get(TEXT) or ""
            ranking = ranking_of(message)
            ranking = ranking if asked_before else _without_follow_up(ranking)
            ranking = self._corrected(text, ranking, answered)
            if ranking:
                set_ranking(message, ranking)
        return messages

    def _corrected(self, text: str, ranking: list[Intent], answered: bool) -> list[Intent]:
        if ranking and not says_something(text):
            return [_not_understood(ranking[0]), *ranking]
        asked = asks_for_person(text)
        others, chance = without(HUMAN, ranking), chance_of(HUMAN, ranking)
        if asked is Asked.SURELY:
            return [{"name": HUMAN, "confidence": 1.0}, *others]
        if asked is Asked.PERHAPS and chance >= self._perhaps:
            return [{"name": HUMAN, "confidence": max(chance, LIKELY)}, *others]
        if asked is Asked.REFUSED:
            ranking = others
        reacts = reaction(text) if answered else None
        if reacts:
            return [{"name": reacts, "confidence": 1.0}, *without(reacts, ranking)]
        best = ranking[0] if ranking else None
        if best and best["name"] in PLEASANTRIES:
            together = sum(chance_of(name, ranking) for name in PLEASANTRIES)
            ranking = [best := {**best, "confidence": together}, *ranking[1:]]
        if best and best["confidence"] < self._least.get(best["name"], 0.0):
            return [_not_understood(best), *ranking]
        return ranking


def _not_understood(intent: Intent) -> Intent:
    return {**intent, "name": DEFAULT_NLU_FALLBACK_INTENT_NAME}


def says_something(text: str) -> bool:
    """Whether a text can mean anything by itself: punctuation alone, and particles alone (的), are noise."""
    telling = [each for each in text if each.isalnum() or unicodedata.category(each) == "So"]
    return any(each not in PARTICLES for each in telling)


def _without_follow_up(ranking: list[Intent]) -> list[Intent]:
    """Nothing was said yet, so nothing can be asked on: the other intents share its probability."""
    others = without(FOLLOW_UP, ranking)
    if len(others) == len(ranking) or not others:
        return ranking
    left = 1 - chance_of(FOLLOW_UP, ranking)
    return [{**intent, "confidence": intent["confidence"] / max(left, 0.01)} for intent in others]
