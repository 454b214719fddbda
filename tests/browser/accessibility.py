"""What axe-core finds on a page."""

from functools import cache

from playwright.sync_api import Page

from bot.cli.environments import ROOT

_RUN = """async () => (await axe.run(document, {resultTypes: ['violations']})).violations.map(
  (it) => ({impact: it.impact, id: it.id, where: it.nodes.map((node) => node.html).slice(0, 3)}))"""


@cache
def _axe() -> str:
    return (ROOT / "web/node_modules/axe-core/axe.min.js").read_text()


def serious_faults(page: Page) -> list[dict[str, object]]:
    """Faults of impact serious or critical, with where they are."""
    page.evaluate(_axe())
    found: list[dict[str, object]] = page.evaluate(_RUN)
    return [fault for fault in found if fault["impact"] in ("serious", "critical")]
