"""Tokens with which programs act for staff."""

from datetime import datetime

import pytest
from sqlmodel import Session, select, update

from booking.catalogue import StaffMember, catalogue_changed
from booking.store import Store, read, write
from portal.identity.api_tokens import (
    LASTS,
    ApiToken,
    forget_tokens,
    good_tokens,
    new_token,
    staff_with,
    withdraw_token,
)
from portal.identity.staff_access import withdraw
from tests.booking.towns import NOW, found, person


def acts_for(town: Store, token: str, now: datetime = NOW) -> StaffMember | None:
    return read(town, staff_with, now, token)


@pytest.fixture
def town(store: Store) -> Store:
    found(store, staff=(person("rosa", (), ()),))
    return store


def test_a_token_says_who_it_acts_for_and_only_its_hash_is_kept(town: Store):
    token = write(town, new_token, NOW, "rosa")
    member = acts_for(town, token)
    assert member
    assert member.slug == "rosa"
    for other in ("", token.lower(), token + "x"):
        assert read(town, staff_with, NOW, other) is None
    assert token not in repr(read(town, lambda session: [row.model_dump() for row in session.exec(select(ApiToken))]))


def test_it_is_over_after_ninety_days_or_when_it_is_withdrawn(town: Store):
    first, second = (write(town, new_token, NOW, "rosa") for _ in range(2))
    assert read(town, staff_with, NOW + LASTS, first) is None
    number = read(town, good_tokens, NOW)[0].id
    assert write(town, withdraw_token, NOW, number)
    assert not write(town, withdraw_token, NOW, number)
    assert read(town, staff_with, NOW, first) is None
    assert read(town, staff_with, NOW, second)
    assert len(read(town, good_tokens, NOW)) == 1


def test_it_is_over_when_all_access_is_withdrawn(town: Store):
    token = write(town, new_token, NOW, "rosa")
    write(town, withdraw, NOW, "rosa@example.org")
    assert read(town, staff_with, NOW, token) is None


def test_what_it_may_do_is_read_from_the_town_each_time(town: Store):
    token = write(town, new_token, NOW, "rosa")

    def amend(session: Session, **columns) -> None:
        session.execute(update(StaffMember).values(**columns))
        catalogue_changed(session)

    write(town, amend, roles=("clerk",))
    member = acts_for(town, token)
    assert member
    assert member.roles == ("clerk",)
    write(town, amend, roles=())
    member = acts_for(town, token)
    assert member
    assert member.roles == ()
    write(town, amend, withdrawn_at=NOW)
    assert read(town, staff_with, NOW, token) is None


def test_what_is_long_over_is_forgotten(town: Store):
    write(town, new_token, NOW, "rosa")
    write(town, forget_tokens, NOW + LASTS)
    assert read(town, good_tokens, NOW)
    write(town, forget_tokens, NOW + 3 * LASTS)
    assert read(town, good_tokens, NOW) == []
