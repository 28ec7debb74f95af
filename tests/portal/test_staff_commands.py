"""What whoever runs the installation does for staff: invite, reset, and tokens for programs."""

import re
from collections.abc import Iterator

import pytest

from booking.store import Store, let_go, read, write
from kiosk.device import device_with
from portal.__main__ import main
from portal.identity.api_tokens import staff_with
from portal.identity.sessions import Person, begin, who_is
from portal.identity.staff_access import InvitationOver, invited
from portal.page_state import now
from tests.booking.towns import found, person
from tests.conftest import SECRET
from tests.portal.conftest import Choose

EMAIL = "rosa@example.org"


@pytest.fixture
def town(store: Store, choose: Choose, database_url: str) -> Iterator[Store]:
    choose(database_url=database_url, secret=SECRET.decode())
    let_go()
    found(store, staff=(person("rosa", (), ()),))
    yield store
    let_go()


def said(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    assert main(words) == 0
    return capsys.readouterr().out


def test_an_invitation_is_a_link_whose_secret_no_server_is_sent(town: Store, capsys: pytest.CaptureFixture[str]):
    link, *_ = said(capsys, "staff", "invite", "--as", "Rosa@example.org").splitlines()
    found = re.fullmatch(r"http://localhost:\d+/pt/desk/set-up/#\.([\w-]{43})", link)
    assert found
    assert read(town, invited, now(), found[1]).slug == "rosa"


def test_a_reset_withdraws_all_and_signs_out(town: Store, capsys: pytest.CaptureFixture[str]):
    link, *_ = said(capsys, "staff", "invite", "--as", EMAIL).splitlines()
    signed_in = write(town, begin, now(), Person("password", staff="rosa"))
    token = said(capsys, "token", "staff", "--as", EMAIL).strip()
    assert read(town, who_is, now(), signed_in)
    said(capsys, "staff", "reset", "--as", EMAIL)
    with pytest.raises(InvitationOver):
        read(town, invited, now(), link.rpartition(".")[2])
    assert read(town, who_is, now(), signed_in) is None
    assert read(town, staff_with, now(), token) is None


def test_a_token_is_printed_once_listed_by_number_and_withdrawn(town: Store, capsys: pytest.CaptureFixture[str]):
    assert said(capsys, "token", "list") == "There is no token.\n"
    token = said(capsys, "token", "staff", "--as", EMAIL).strip()
    member = read(town, staff_with, now(), token)
    assert member
    assert member.slug == "rosa"
    listed = said(capsys, "token", "list")
    assert listed.startswith("1  staff rosa  until ")
    assert token not in listed
    said(capsys, "token", "withdraw", "1")
    assert read(town, staff_with, now(), token) is None
    assert main(["token", "withdraw", "1"]) == 1
    assert "There is no token 1." in capsys.readouterr().err


def test_a_device_is_of_one_location_listed_and_withdrawn(town: Store, capsys: pytest.CaptureFixture[str]):
    token = said(capsys, "token", "device", "--location", "pacos").strip()
    found = read(town, device_with, token)
    assert found
    assert found.location == "pacos"
    assert said(capsys, "token", "list").startswith("1  device at pacos  since ")
    said(capsys, "token", "withdraw-device", "1")
    assert read(town, device_with, token) is None
    assert main(["token", "withdraw-device", "1"]) == 1
    assert "There is no device 1." in capsys.readouterr().err
    assert main(["token", "device", "--location", "moon"]) == 1
    assert "The town file has no location 'moon'." in capsys.readouterr().err


@pytest.mark.parametrize("words", [["staff", "invite"], ["staff", "reset"], ["token", "staff"]])
def test_whom_the_town_does_not_name_is_refused_in_a_sentence(
    town: Store, capsys: pytest.CaptureFixture[str], words: list[str]
):
    assert main([*words, "--as", "nobody@example.org"]) == 1
    assert "Nobody in the town file has the e-mail nobody@example.org." in capsys.readouterr().err
