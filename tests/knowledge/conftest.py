from pathlib import Path

import pytest

from bot.knowledge import load_knowledge, open_searcher
from tests.knowledge.fakes import CharacterEncoder

SMALL = Path(__file__).parent / "fixtures" / "small"
OTHERS = ("今天天气怎么样", "红烧肉怎么做", "推荐一部电影", "转人工", "谢谢", "讲个笑话", "高铁票怎么买")


@pytest.fixture(scope="session")
def kb():
    return load_knowledge(SMALL)


@pytest.fixture
def encoder():
    return CharacterEncoder()


@pytest.fixture
def searcher(kb, encoder, tmp_path):
    return open_searcher(kb, tmp_path, OTHERS, encoder)
