"""The short form of promise 15, and its controls: what the program gets when a guard is taken away."""

import pytest

from tests.prove.hoarding import Size, proven

SMALL = Size(counters=1, boxes=100, networks=2, people=30, hours=3)


def test_a_program_with_many_letter_boxes_leaves_enough_for_people():
    outcome = proven(SMALL)
    assert not outcome.broken, outcome


def test_without_limits_it_takes_everything():
    outcome = proven(SMALL, guarded=False)
    assert "people still succeed" in outcome.broken, outcome


def test_without_a_code_whoever_it_invents_counts(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("booking.appointments.asks_for_code", lambda *_: False)
    outcome = proven(SMALL)
    assert "people still succeed" in outcome.broken, outcome


def test_given_back_and_free_at_once_a_time_can_be_sold(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("booking.appointments.withhold", lambda *_: None)
    outcome = proven(SMALL)
    assert "nothing was sold" in outcome.broken, outcome
