"""``GET /metrics``: the service as monitoring sees it, in Prometheus's text format.

Counts and seconds only, nothing of any visitor or member of staff. Anyone who reaches the address may read
it, so a reverse proxy keeps it inside (``docs/operations.md``); the stores are read at most every two seconds
however often it is asked for. The format: https://prometheus.io/docs/instrumenting/exposition_formats/
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from sanic import HTTPResponse
from sanic.response import text as text_response

from bot.channels.wechat import storage as wechat
from bot.helpdesk.errors import Unavailable
from bot.helpdesk.live import utcnow
from bot.helpdesk.rules.ladder import CAUSES
from bot.helpdesk.storage import gauges
from bot.web import Call, Parts, Route

_CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_OUTBOX = [(target, status) for target in ("assistant", "wechat") for status in ("pending", "parked")]


@dataclass(frozen=True)
class Metric:
    """A name, what it means, and its values by label values."""

    name: str
    kind: str
    help: str
    labels: tuple[str, ...] = ()
    values: Mapping[tuple[str, ...], float] = field(default_factory=dict)

    def lines(self) -> Iterable[str]:
        """As the format wants it."""
        yield f"# HELP {self.name} {self.help}"
        yield f"# TYPE {self.name} {self.kind}"
        for values, number in self.values.items():
            pairs = [f'{name}="{_escaped(value)}"' for name, value in zip(self.labels, values, strict=True)]
            yield f"{self.name}{'{' + ','.join(pairs) + '}' if pairs else ''} {number:.10g}"


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")


def _one(name: str, kind: str, meaning: str, value: float) -> Metric:
    return Metric(name, kind, meaning, (), {(): value})


def of_stores(found: gauges.Gauges, alarms: Mapping[str, int]) -> list[Metric]:
    """What PostgreSQL tells; the same on every server."""
    breaches = {(cause,): float(found.breaches.get(cause, 0)) for cause in CAUSES}
    outbox = {key: float(found.outbox.get(key, 0)) for key in dict.fromkeys([*_OUTBOX, *found.outbox])}
    return [
        _one("bangban_help_requests_waiting", "gauge", "Help requests nobody holds.", found.waiting),
        _one(
            "bangban_help_requests_oldest_wait_seconds",
            "gauge",
            "How long the oldest of them has waited, in office hours.",
            found.oldest_seconds,
        ),
        _one("bangban_help_requests_held", "gauge", "Help requests that a helper holds.", found.held),
        Metric("bangban_help_breaches_total", "counter", "Broken promises by cause.", ("cause",), breaches),
        Metric(
            "bangban_outbox_messages",
            "gauge",
            "Messages that wait to leave (pending) or could not (parked), by where they go.",
            ("target", "status"),
            outbox,
        ),
        Metric(
            "bangban_wechat_alarms",
            "gauge",
            "What a person must see to with the WeChat account: how often, by error.",
            ("code",),
            {(code,): float(count) for code, count in alarms.items()},
        ),
    ]


def of_process(*, leads: bool, in_use: int, size: int, database: bool) -> list[Metric]:
    """What this server knows of itself."""
    pool = {("in_use",): float(in_use), ("size",): float(size)}
    return [
        _one("bangban_dispatcher_leads", "gauge", "1 on the one server that dispatches.", leads),
        _one("bangban_database_up", "gauge", "Whether PostgreSQL answered just now.", database),
        Metric(
            "bangban_database_connections", "gauge", "The server's pool of connections.", ("state",), pool
        ),
    ]


def written(metrics: Iterable[Metric]) -> str:
    """The text."""
    return "".join(f"{line}\n" for metric in metrics for line in metric.lines())


async def read_stores(parts: Parts) -> list[Metric] | None:
    """None when PostgreSQL does not answer."""
    try:
        async with parts.database.transaction() as connection:
            found = await gauges.read(connection, utcnow())
            alarms = {code: count for code, _, count in await wechat.alarms(connection)}
    except Unavailable:
        return None
    return of_stores(found, alarms)


async def metrics(call: Call) -> HTTPResponse:
    """Answers 200 also while PostgreSQL is away: that is what it then tells."""
    ctx = call.request.app.ctx
    stores = await ctx.stores_metrics()
    in_use, size = call.parts.database.connections()
    own = of_process(
        leads=ctx.running.dispatcher.leads, in_use=in_use, size=size, database=stores is not None
    )
    return text_response(written([*own, *(stores or [])]), content_type=_CONTENT_TYPE)


ROUTES = (Route("GET", "/metrics", "public", metrics, "Figures for monitoring"),)
