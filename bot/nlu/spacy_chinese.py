"""Tokens and entities from the spaCy ``zh`` pipeline, which is saved inside the model."""

import json
from pathlib import Path
from typing import Any

from rasa.engine.graph import ExecutionContext
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.tokenizers.tokenizer import Token, Tokenizer
from rasa.shared.nlu.constants import ENTITIES, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from spacy.language import Language
from spacy.tokens import Doc

from bot.knowledge import districts, load_knowledge, topics
from bot.knowledge.sources import source_digest
from bot.nlu import chinese, vocabulary
from bot.nlu.chinese import load_pipeline, make_pipeline
from bot.nlu.vocabulary import entity_words


@DefaultV1Recipe.register(
    [DefaultV1Recipe.ComponentType.MESSAGE_TOKENIZER, DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR],
    is_trainable=True,
)
class SpacyChinese(Tokenizer):
    """Setting: ``knowledge``, the folder of measures, whose departments and documents become entities."""

    def __init__(self, config: dict[str, Any], model_storage: ModelStorage, resource: Resource):
        super().__init__(config)
        self._model_storage, self._resource = model_storage, resource
        self._nlp: Language | None = None

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """The settings' defaults."""
        return {"knowledge": "data/measures", "intent_tokenization_flag": False, "intent_split_symbol": "_"}

    @classmethod
    def create(cls, config: dict[str, Any], model_storage: ModelStorage, resource: Resource,
               execution_context: ExecutionContext) -> "SpacyChinese":  # fmt: skip
        """A component without a pipeline yet: ``train`` makes it."""
        return cls(config, model_storage, resource)

    @classmethod
    def load(cls, config: dict[str, Any], model_storage: ModelStorage, resource: Resource,
             execution_context: ExecutionContext, **kwargs: Any) -> "SpacyChinese":  # fmt: skip
        """The component with the pipeline saved by ``train``."""
        component = cls(config, model_storage, resource)
        with model_storage.read_from(resource) as folder:
            component._nlp = load_pipeline(folder / "zh")
        return component

    @classmethod
    def fingerprint_addon(cls, config: dict[str, Any]) -> str | None:
        """The knowledge base, whose departments and documents are entities, and the word lists."""
        kb = load_knowledge(Path({**cls.get_default_config(), **config}["knowledge"]))
        words = json.dumps(entity_words(kb), sort_keys=True, ensure_ascii=False)
        return words + source_digest(chinese, vocabulary, districts, topics)

    def train(self, training_data: TrainingData) -> Resource:
        """Make the pipeline from the word lists and the knowledge base, and save it in the model."""
        nlp = make_pipeline(entity_words(load_knowledge(Path(self._config["knowledge"]))))
        with self._model_storage.write_to(self._resource) as folder:
            nlp.to_disk(folder / "zh")
        return self._resource

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Examples as they are: what learns in this pipeline reads texts and vectors, and needs no tokens."""
        return training_data

    def process(self, messages: list[Message]) -> list[Message]:
        """Set tokens and entities of messages that come in."""
        for message in super().process(messages):
            doc = self._read(message.get(TEXT) or "")
            found = message.get(ENTITIES, []) + [_entity(span) for span in doc.ents]
            # A town stands for its district, and is also said as itself.
            found += [
                _entity(span) | {"entity": "town", "value": span.text} for span in doc.ents if _is_town(span)
            ]
            message.set(ENTITIES, found, add_to_output=True)
        return messages

    def tokenize(self, message: Message, attribute: str) -> list[Token]:
        """The jieba tokens of one text."""
        doc = self._read(message.get(attribute))
        return [Token(token.text, token.idx) for token in doc if token.text.strip()]

    def _read(self, text: str) -> Doc:
        if self._nlp is None:
            raise RuntimeError("SpacyChinese was asked for tokens before it was loaded from a trained model.")
        return self._nlp(text)


def _is_town(span: Any) -> bool:
    return span.label_ == "district" and span.text in districts.TOWNS


def _entity(span: Any) -> dict[str, Any]:
    return {
        "entity": span.label_, "value": span.ent_id_ or span.text, "start": span.start_char,
        "end": span.end_char, "extractor": "SpacyChinese",
    }  # fmt: skip
