"""Who is asking, as far as a network can tell: never a person, only where the request came from."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address

from starlette.types import Scope

from booking.settings import Network, settings

Address = IPv4Address | IPv6Address
# What one household or office is given; single addresses in it are free to take.
IPV6_PREFIX = 64
NOWHERE = "nowhere"


def network_of(scope: Scope) -> str:
    """The client's IPv4 address, or the /64 of its IPv6 address; one name for all whose address isn't known."""
    address = client_address(scope)
    if isinstance(address, IPv6Address):
        return str(IPv6Network((int(address), IPV6_PREFIX), strict=False))
    return str(address) if address else NOWHERE


def spender(scope: Scope) -> str:
    """Whose budget it comes out of: the network's, or "" for nobody's."""
    return "" if is_exempt(scope) else network_of(scope)


def is_exempt(scope: Scope) -> bool:
    """Does it come from the town's own lines (ATRIO_EXEMPT_NETWORKS)? A whole lobby has one address there, and so has the desk."""
    address = client_address(scope)
    return address is not None and _is_among(address, settings().exempt)


def client_address(scope: Scope) -> Address | None:
    """The peer, or whoever the trusted proxies say they speak for: in X-Forwarded-For, the rightmost that isn't one of them.

    What stands further left was written by the client itself, and may be anything.
    """
    peer = scope.get("client")
    address, trusted = _parsed(peer[0]) if peer else None, settings().proxies
    for claimed in _forwarded(scope):
        if address is None or not _is_among(address, trusted) or not (heard := _parsed(claimed)):
            break
        address = heard
    return address


def _forwarded(scope: Scope) -> Iterator[str]:
    values = [value.decode("latin-1") for name, value in scope["headers"] if name == b"x-forwarded-for"]
    return reversed(",".join(values).split(",")) if values else iter(())


def _is_among(address: Address, networks: Sequence[Network]) -> bool:
    return any(address in network for network in networks)


@lru_cache(maxsize=1024)
def _parsed(written: str) -> Address | None:
    """IPv4 written as IPv6 is IPv4. Some proxies add the port."""
    bare = written.strip()
    if bare.startswith("["):
        bare = bare[1:].partition("]")[0]
    elif bare.count(":") == 1:
        bare = bare.partition(":")[0]
    try:
        address = ip_address(bare.partition("%")[0])
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address
