"""First in the pipeline: one spelling of every text (see ``bot.knowledge.text``)."""

from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.constants import INTENT_MESSAGE_PREFIX
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.knowledge import text
from bot.knowledge.sources import source_digest
from bot.knowledge.text import normalise

SAID = "said"  # a message's text as it was written: where it is cut into questions depends on its spaces


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=False)
class TextNormaliser(GraphComponent):
    """Replaces a message's text by its normal spelling; places of entities count in that spelling.

    Commands such as ``/choose{...}`` stay as they are: they come from buttons and carry exact titles.
    """

    @classmethod
    def create(cls, config: dict[str, Any], model_storage: ModelStorage, resource: Resource,
               execution_context: ExecutionContext) -> "TextNormaliser":  # fmt: skip
        """A new component; it has no settings."""
        return cls()

    @classmethod
    def fingerprint_addon(cls, config: dict[str, Any]) -> str | None:
        """The source of the normal spelling."""
        return source_digest(text)

    def process(self, messages: list[Message]) -> list[Message]:
        """Normalise the texts of messages that come in."""
        for message in messages:
            said = message.get(TEXT)
            if isinstance(said, str) and not said.startswith(INTENT_MESSAGE_PREFIX):
                # A full-width slash becomes a plain one, and must not become a command by that.
                plain = normalise(said).lstrip(INTENT_MESSAGE_PREFIX + " ")
                message.set(SAID, said)
                message.set(TEXT, plain, add_to_output=True)
        return messages

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Normalise the training examples."""
        self.process(training_data.training_examples)
        return training_data
