"""A town that several processes serve, as docs/scale-out.md describes: two for the pages and REST, one worker, PostgreSQL, Redis,
and a reverse proxy in front.
"""

from __future__ import annotations

import ssl
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from tests.neighbours import Redis, behind
from tests.serving import House, free_port, until

PROXY, STRANGER = "127.0.0.1", "127.0.0.6"  # all of 127.0.0.0/8 is this machine
PAGES = ("portal", "serve", "--no-worker")
ESTABLISHED = "01"  # proc(5), as in include/net/tcp_states.h


@dataclass
class Several:
    """`address` is the proxy's; `houses` are the web processes, each with the one that keeps it."""

    folder: Path
    port: int
    redis: Redis
    wishes: dict[str, str]
    houses: list[House] = field(default_factory=list)

    @property
    def address(self) -> str:
        return f"https://localhost:{self.port}"

    @property
    def ports(self) -> list[int]:
        return [house.port for house in self.houses]

    @contextmanager
    def behind(self, proxy: str) -> Iterator[None]:
        with behind(proxy, self.folder, self.port, self.ports):
            yield

    def through_the_proxy(self, visitor: str) -> httpx.Client:
        """Somebody who asks from that address, as everybody does."""
        return _client(f"{self.address}/api/v1", visitor)

    def past_the_proxy(self, visitor: str = STRANGER) -> list[httpx.Client]:
        """Somebody who asks each process itself."""
        return [_client(f"http://127.0.0.1:{port}/api/v1", visitor) for port in self.ports]

    def holder(self) -> House:
        """Who has the only page's websocket."""
        until(lambda: sum(map(connections, self.ports)) == 1, "one websocket is open, and nothing else")
        return next(house for house in self.houses if connections(house.port))

    def all_serve(self) -> None:
        """Wait until they do; one that gave up is started again, as systemd would."""
        for house in self.houses:
            if house.has_ended:
                house.__enter__()
            until(lambda port=house.port: _is_alive(port), f"the process on port {house.port} serves again")


@contextmanager
def several(folder: Path, database: str, **wishes: str) -> Iterator[Several]:
    """The demo town served so; whoever uses it says who stands in front (`behind`)."""
    redis, port = Redis(folder), free_port()
    address = f"https://localhost:{port}"
    common = {"database_url": database, "redis_url": redis.url, "public_url": address, "trusted_proxies": PROXY, **wishes}
    town = Several(folder, port, redis, common, [House(folder, PAGES, **common) for _ in range(2)])
    town.houses[0].load_demo_and_build()
    with ExitStack() as opened:
        redis.start()
        opened.callback(redis.kill)
        opened.enter_context(worker(town.houses[0]))
        for house in town.houses:
            opened.enter_context(house)
        yield town


@contextmanager
def worker(house: House) -> Iterator[None]:
    """`python -m portal worker` with the settings of that house."""
    with (house.log.parent / "worker.log").open("a") as out:
        process = subprocess.Popen([sys.executable, "-m", "portal", "worker"], env=house.environment, stdout=out, stderr=out)
    try:
        yield
    finally:
        process.terminate()
        process.wait(30)


def connections(port: int) -> int:
    """How many are open to this port of 127.0.0.1, counted at its end."""
    lines = Path("/proc/net/tcp").read_text().splitlines()[1:]
    return sum(line.split()[1].endswith(f":{port:04X}") and line.split()[3] == ESTABLISHED for line in lines)


def _is_alive(port: int) -> bool:
    try:
        return httpx.get(f"http://127.0.0.1:{port}/healthz", timeout=2).is_success
    except httpx.TransportError:
        return False


def _client(base: str, visitor: str) -> httpx.Client:
    anybody = ssl.create_default_context()
    anybody.check_hostname, anybody.verify_mode = False, ssl.CERT_NONE
    return httpx.Client(base_url=base, transport=httpx.HTTPTransport(verify=anybody, local_address=visitor), timeout=15)
