"""Routes that aren't pages."""

import pytest
from starlette.applications import Starlette
from starlette.routing import Route
from starlette.testclient import TestClient

from portal.doors import to_the_page


@pytest.mark.parametrize(
    ("asked", "page"),
    [
        ("/index.html", "/"),
        ("/pt/index.html", "/pt/"),
        ("/pt/book/index.html", "/pt/book/"),
        ("//evil.example/index.html", "/evil.example/"),
    ],
)
def test_the_file_of_a_page_leads_to_the_page_and_never_to_another_site(asked: str, page: str):
    client = TestClient(Starlette(routes=[Route("/{page:path}index.html", to_the_page)]), base_url="http://testserver")
    answer = client.get(f"http://testserver{asked}", follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (308, page)
