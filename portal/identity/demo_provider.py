"""An identity provider for trying it out, beside the demonstration: sign in by a click, as one of a few people who don't exist.

Never part of a real installation: `serve` starts it in demo mode only, on this machine's own address, when no provider is set.
"""

from __future__ import annotations

import os
import secrets
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager

from booking.settings import Settings, settings
from portal.parent import end_with_parent

PEOPLE = (
    ("Amina Haddad", "amina.haddad@vila-clara.example", "ar"),
    ("João Ferreira", "joao.ferreira@vila-clara.example", "pt"),
    ("Lucía Romero", "lucia.romero@vila-clara.example", "es"),
    ("Grace Mensah", "grace.mensah@vila-clara.example", "en"),
)


@contextmanager
def demo_provider_beside(chosen: Settings) -> Iterator[None]:
    """A provider lives until the block ends, and every process started in it knows where. Nothing where one is set, or it's no demo."""
    if chosen.oidc_issuer or not chosen.is_demo:
        yield
        return
    port = _free_port()
    provider = subprocess.Popen([sys.executable, "-W", "ignore", "-m", "portal.identity.demo_provider", str(port)])
    os.environ["ATRIO_OIDC_ISSUER"] = f"http://localhost:{port}"
    os.environ.setdefault("ATRIO_OIDC_CLIENT_ID", "atrio")
    os.environ.setdefault("ATRIO_OIDC_CLIENT_SECRET", secrets.token_urlsafe(24))
    settings.cache_clear()
    try:
        yield
    finally:
        provider.terminate()
        provider.wait()


def _free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _serve(port: int) -> None:
    from oidc_provider_mock import User, app
    from werkzeug.serving import WSGIRequestHandler, run_simple

    class Quiet(WSGIRequestHandler):
        def log(self, type: str, message: str, *_: object) -> None:
            """Its addresses hold codes."""

    users = [
        # Named by their names, because that is what its buttons say.
        User(sub=name, claims={"name": name, "email": email, "email_verified": True, "locale": locale, "acr": "substantial"})
        for name, email, locale in PEOPLE
    ]
    site = app(require_nonce=True, user_claims=users)
    site.debug = False
    run_simple("localhost", port, site, threaded=True, request_handler=Quiet)


if __name__ == "__main__":
    end_with_parent()
    _serve(int(sys.argv[1]))
