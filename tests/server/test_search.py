import threading

import pytest

from bot.helpdesk.errors import Unavailable
from bot.search import BackgroundSearch


class Shelf:
    def search(self, text: str, district: str | None = None, limit: int = 5) -> list:
        return [text, district, limit]


def test_search_is_unavailable_until_it_has_been_opened():
    may_open = threading.Event()

    def slowly() -> Shelf:
        may_open.wait(10)
        return Shelf()

    search = BackgroundSearch(slowly)
    search.start()
    with pytest.raises(Unavailable):
        search.search("歇业")
    may_open.set()
    assert search.settled.wait(10)
    assert search.search("歇业", "jiading", 3) == ["歇业", "jiading", 3]


def test_search_stays_unavailable_when_it_cannot_be_opened():
    def broken() -> Shelf:
        raise ValueError("measures are broken")

    search = BackgroundSearch(broken)
    search.start()
    assert search.settled.wait(10)
    with pytest.raises(Unavailable):
        search.search("歇业")
