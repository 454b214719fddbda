"""Measures: schema, loading, index and search. Knows neither Rasa nor Sanic."""

from bot.knowledge.errors import KnowledgeError, Problem
from bot.knowledge.load import load_knowledge
from bot.knowledge.others import load_others
from bot.knowledge.schema import Citation, Document, Hit, KnowledgeBase, Measure, Point
from bot.knowledge.search import Searcher, open_searcher

__all__ = [
    "Citation", "Document", "Hit", "KnowledgeBase", "KnowledgeError", "Measure", "Point", "Problem",
    "Searcher", "load_knowledge", "load_others", "open_searcher",
]  # fmt: skip
