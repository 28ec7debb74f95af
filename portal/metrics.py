"""What the installation says of itself at /metrics, in Prometheus' text format: how much, how fast, how late; never who.

What the database knows is read from it when somebody asks. Only what it can't know is counted by the processes (counting.py):
requests, and times that were kept or refused; those begin again at zero when `serve` does. No label holds what anybody sent.
"""

from __future__ import annotations

import asyncio
import hmac
import os
import platform
import time
import tomllib
from collections.abc import Iterable, Iterator
from functools import cache
from ipaddress import ip_address
from pathlib import Path

from prometheus_client import CollectorRegistry, Counter, Histogram
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily, InfoMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector
from sqlalchemy.exc import SQLAlchemyError
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Mount
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from booking.errors import SlotTaken
from booking.figures import Figures, figures
from booking.holds import HELD
from booking.settings import is_loopback, settings
from booking.store import Store
from portal.counting import VARIABLE, first_process
from portal.headers import is_built
from portal.logs import keyed
from portal.patience import Look

METHODS = ("GET", "HEAD", "POST", "OPTIONS")
FILES = ("assets", "fonts", "icons", "_event")
SHOWN_BY_PROXIES = ("forwarded", "via", "x-real-ip")
BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
PROJECT = Path(__file__).parent.parent / "pyproject.toml"
GONE = 499  # as nginx calls it: whoever asked didn't wait

COUNTED = CollectorRegistry()
REQUESTS = Counter("atrio_requests", "Requests answered.", ("method", "route", "status"), registry=COUNTED)
SECONDS = Histogram("atrio_request_seconds", "How long answers took.", ("route",), buckets=BUCKETS, registry=COUNTED)
HOLDS = Counter("atrio_holds", "Times kept for somebody who fills in the form.", registry=COUNTED)
REFUSALS = Counter("atrio_refusals", "What was refused, by its public code.", ("code",), registry=COUNTED)
REFUSALS.labels(SlotTaken.code)
log = keyed("atrio.web")
look = Look(figures)


async def metrics(request: Request) -> Response:
    """For this machine, or with ATRIO_METRICS_TOKEN; for anybody else there is nothing here."""
    if not (_has_token(request) or _is_this_machine(request)):
        return PlainTextResponse("Not Found", 404)
    try:
        known = await look.answer()
    except (SQLAlchemyError, TimeoutError):
        known = None
    return Response(await asyncio.to_thread(exposition, known), media_type=CONTENT_TYPE_LATEST)


def exposition(known: Figures | None) -> bytes:
    """All figures; those of the database only when they are `known`."""
    return b"".join(generate_latest(registry) for registry in (_counted(), _Standing(known)))


def listen(store: Store) -> None:
    """From here on count what happens to this process's holds."""
    store.listeners.append(_heard)


class Measured:
    """ASGI middleware that counts and times HTTP requests, and notes those that broke."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        begun, status = time.perf_counter(), 500

        async def send_and_note(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self.app(scope, receive, send_and_note)
        except asyncio.CancelledError:
            status = GONE
            raise
        finally:
            _count(scope, status, time.perf_counter() - begun)


def _count(scope: Scope, status: int, seconds: float) -> None:
    method = scope["method"] if scope["method"] in METHODS else "other"
    route = route_of(scope)
    REQUESTS.labels(method, route, str(status)).inc()
    SECONDS.labels(route).observe(seconds)
    if status == 500:
        log.error("A request broke", method=method, route=route, status=status, ms=round(seconds * 1000))


def route_of(scope: Scope) -> str:
    """The pattern that was served, such as "/api/v1/appointments/{reference}"; never what somebody wrote in its place."""
    route = scope.get("route")
    pattern = getattr(route, "path", "")
    if pattern and isinstance(route, Mount):
        return f"{pattern}/..."
    if pattern:
        return scope.get("root_path", "") + pattern
    return _page(scope["path"].strip("/"))


def _page(path: str) -> str:
    first, *rest = path.split("/")
    if first in FILES:
        return f"/{first}/..."
    if not path or not is_built(path):
        return "(other)"
    return "/".join(("/{language}", *(("services", "{service}") if rest[:1] == ["services"] and rest[1:] else rest)))


def _heard(what: str) -> None:
    if what == HELD:
        HOLDS.inc()
    else:
        REFUSALS.labels(what).inc()


def _counted() -> Collector:
    """What all processes counted together."""
    if VARIABLE not in os.environ:
        return COUNTED
    together = CollectorRegistry()
    MultiProcessCollector(together)
    return together


class _Standing(Collector):
    """How things stand now."""

    def __init__(self, known: Figures | None) -> None:
        self._known = known

    def collect(self) -> Iterable[Metric]:
        yield InfoMetricFamily(
            "atrio_build", "Which program this is.", {"version": _version(), "python": platform.python_version()}
        )
        yield GaugeMetricFamily("atrio_database_up", "1 while the database answers.", int(self._known is not None))
        if (resident := _resident_bytes(first_process())) is not None:
            yield GaugeMetricFamily("atrio_memory_bytes", "Memory of `serve` and every process it started.", resident)
        if self._known:
            yield from _of_the_book(self._known)


def _of_the_book(known: Figures) -> Iterator[Metric]:
    changes = CounterMetricFamily("atrio_appointment_changes", "Appointments booked, moved, cancelled.", labels=("what",))
    for what in sorted({"booked", "moved", "cancelled", *known.changes}):
        changes.add_metric((what,), known.changes.get(what, 0))
    yield changes
    appointments = GaugeMetricFamily("atrio_appointments", "Appointments by state.", labels=("state",))
    for state in sorted({"booked", "cancelled", *known.appointments}):
        appointments.add_metric((state,), known.appointments.get(state, 0))
    yield appointments
    yield from _of_letters(known)
    never = float("inf")
    seen = never if known.worker_seen is None else known.worker_seen
    yield GaugeMetricFamily("atrio_worker_last_seen_seconds", "How long ago a worker said that it lives.", seen)


def _of_letters(known: Figures) -> Iterator[Metric]:
    letters = GaugeMetricFamily("atrio_letters", "Letters by what became of them.", labels=("state", "channel"))
    for state in ("due", "later", "delivered", "parked"):
        for channel in ("email", "sms"):
            letters.add_metric((state, channel), known.letters.get((state, channel), 0))
    yield letters
    oldest = known.oldest_due or 0
    yield GaugeMetricFamily("atrio_letter_oldest_due_seconds", "For how long the longest has been due.", oldest)


def _has_token(request: Request) -> bool:
    expected = settings().metrics_token
    scheme, _, given = request.headers.get("authorization", "").partition(" ")
    fits = hmac.compare_digest(given.strip().encode(), expected.encode())
    return bool(expected) and scheme.lower() == "bearer" and fits


def _is_this_machine(request: Request) -> bool:
    """Asked from here, of us by a name of this machine, and not through a proxy, which would be here and ask for a stranger."""
    through_a_proxy = any(name in SHOWN_BY_PROXIES or name.startswith("x-forwarded") for name in request.headers)
    return not through_a_proxy and _is_loopback(request) and is_loopback(request.url.hostname or "")


def _is_loopback(request: Request) -> bool:
    try:
        peer = ip_address(request.client.host if request.client else "")
    except ValueError:
        return False
    return (getattr(peer, "ipv4_mapped", None) or peer).is_loopback


@cache
def _version() -> str:
    return tomllib.loads(PROJECT.read_text())["project"]["version"]


def _resident_bytes(first: int) -> int | None:
    """What a process and its descendants have in memory; what they share counts for each. Only Linux tells."""
    if not Path("/proc/self/statm").exists():
        return None
    pages = sum(int(_read(f"/proc/{process}/statm").split()[1]) for process in _family(first))
    return pages * os.sysconf("SC_PAGE_SIZE")


def _family(process: int) -> Iterator[int]:
    yield process
    for task in Path(f"/proc/{process}/task").glob("*"):
        for child in _read(str(task / "children"), "").split():
            yield from _family(int(child))


def _read(file: str, otherwise: str = "0 0") -> str:
    """What /proc says of a process, which may end that moment."""
    try:
        return Path(file).read_text()
    except (FileNotFoundError, ProcessLookupError):
        return otherwise
