"""What axe-core finds on a page that stands still."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

from playwright.sync_api import Page

from bot.cli.environments import ROOT

_RUN = """async () => (await axe.run(document, {resultTypes: ['violations']})).violations.map(
  (it) => ({impact: it.impact, id: it.id, where: it.nodes.map((node) => node.html).slice(0, 3)}))"""

#: Nothing fades in or out any more. Vue's classes are there from the moment something is to come or go, also
#: while its animation has not begun; what swings without end moves icons and hides no text.
_STILL = """() => !document.querySelector('[class*="-enter-active"], [class*="-leave-active"]')
  && document.getAnimations().every(
    (it) => it.playState !== 'running' || it.effect.getComputedTiming().endTime === Infinity)"""


@cache
def _axe() -> str:
    return (ROOT / "web/node_modules/axe-core/axe.min.js").read_text()


@contextmanager
def _without_motion(page: Page) -> Iterator[None]:
    """A page on which whatever begins to move while it is looked at is there, or gone, at once."""
    page.emulate_media(reduced_motion="reduce")
    try:
        page.wait_for_function(_STILL)
        yield
    finally:
        page.emulate_media(reduced_motion="null")


def serious_faults(page: Page) -> list[dict[str, object]]:
    """Faults of impact serious or critical, with where they are, once the page has come to rest."""
    page.evaluate(_axe())
    with _without_motion(page):
        found: list[dict[str, object]] = page.evaluate(_RUN)
    return [fault for fault in found if fault["impact"] in ("serious", "critical")]
