"""What was said can be fetched; nothing else can, and nobody can have anything said."""

import wave
from io import BytesIO

import pytest
from limits import RateLimitItemPerMinute
from starlette.testclient import TestClient

from kiosk import voice
from kiosk.voice import address_of, spoken
from portal.doors import doors
from portal.lobby import voice_file
from tests.portal.conftest import CLIENT, Choose

WRONG = (
    "/voice/" + "0" * 32 + ".wav",
    "/voice/" + "0" * 31 + ".wav",
    "/voice/" + "0" * 32 + ".mp3",
    "/voice/",
    "/voice",
    "/voice/x.wav",
    "/voice/..%2fsecret",
    "/voice/%2e%2e/secret",
    "/voice/..%5csecret",
    "/voice//etc/passwd",
    "/voice/%2fetc%2fpasswd",
    "/voice/secret%00.wav",
    "/voice/a%0ab.wav",
    "/voice/%ff.wav",
    "/voice/?words=hello&language=pt",
    "/voice/hello/pt.wav",
    "/voice/" + "a" * 3000,
)


@pytest.fixture
def client(choose: Choose) -> TestClient:
    return TestClient(doors, base_url="http://testserver", client=CLIENT)


@pytest.fixture
def address(client: TestClient) -> str:
    return address_of(str(spoken("B 047", "pt")))


def test_what_was_said_is_a_sound_that_is_kept_for_ever(client: TestClient, address: str):
    answer = client.get(address)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "audio/wav"
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    with wave.open(BytesIO(answer.content)) as sound:
        assert sound.getnframes() > 10_000
    part = client.get(address, headers={"range": "bytes=0-3"})  # some players ask for nothing else
    assert (part.status_code, part.content) == (206, b"RIFF")
    assert client.head(address).headers["content-length"] == str(len(answer.content))


@pytest.mark.parametrize("wrong", WRONG)
def test_whatever_else_is_asked_for_has_one_and_the_same_answer(client: TestClient, address: str, wrong: str):
    voice.settings().data.joinpath("secret").write_text("x")
    answer = client.get(f"http://testserver{wrong}")
    absent = client.get("/voice/" + "f" * 32 + ".wav")
    assert (answer.status_code, answer.content, dict(answer.headers)) == (404, b"Not Found", dict(absent.headers))


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_nobody_can_have_anything_said(client: TestClient, address: str, method: str):
    before = sorted(voice._folder().iterdir())
    for wrong in (*WRONG, address):
        assert client.request(method, f"http://testserver{wrong}", content="words=hello").status_code == 405
    assert sorted(voice._folder().iterdir()) == before
    assert client.get(address).status_code == 200


def test_one_network_can_not_ask_for_ever(client: TestClient, address: str, choose: Choose, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(voice_file, "LISTENING", RateLimitItemPerMinute(2, namespace="listening"))
    assert [client.get(address).status_code for _ in range(4)] == [200] * 4  # control
    choose(limits="on")
    assert [client.get(address).status_code for _ in range(4)] == [200, 200, 429, 429]
    assert int(client.get(address).headers["retry-after"]) > 0
