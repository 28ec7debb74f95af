"""Headers that pages carry, whatever a request says of the host it asks."""

from starlette.applications import Starlette
from starlette.responses import RedirectResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from portal.headers import Headers
from tests.portal.conftest import Choose


def location(target: str, host: str = "evil.example") -> str:
    app = Starlette(routes=[Route("/", lambda _request: RedirectResponse(target))])
    return TestClient(Headers(app)).get("/", headers={"host": host}, follow_redirects=False).headers["location"]


def test_a_redirect_within_the_site_names_the_path_alone():
    assert location("http://evil.example/en/book/") == "/en/book/"
    assert location("https://evil.example//elsewhere.example/") == "/elsewhere.example/"
    assert location("/pt/") == "/pt/"


def test_a_redirect_to_somebody_else_stays_as_it_is():
    assert location("https://id.example.org/authorize?x=1") == "https://id.example.org/authorize?x=1"


def test_over_tls_a_browser_is_told_to_come_no_other_way(choose: Choose):
    app = TestClient(Headers(Starlette(routes=[Route("/", lambda _request: RedirectResponse("/pt/"))])))
    assert "strict-transport-security" not in app.get("/", follow_redirects=False).headers
    choose(public_url="https://portal.example.org", demo="0", limits="on")
    assert app.get("/", follow_redirects=False).headers["strict-transport-security"] == "max-age=31536000"
