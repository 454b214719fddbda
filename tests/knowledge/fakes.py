"""An encoder without a model: texts that share characters are alike."""

import zlib

import numpy as np


class CharacterEncoder:
    version = "characters-1"

    def __init__(self):
        self.encoded: list[str] = []

    def questions(self, texts):
        self.encoded += texts
        return np.stack([self._vector(text) for text in texts]) if texts else np.zeros((0, 64), np.float32)

    def passages(self, texts):
        return self.questions(texts)

    def _vector(self, text: str):
        vector = np.full(64, 1e-3, np.float32)
        for character in text:
            vector[zlib.crc32(character.encode()) % 64] += 1
        return vector / np.linalg.norm(vector)
