"""Seating anew against exhaustive search: the same answer on every small day, and a seating that is right whenever there is one.

Wrong rules are caught by the same assertion.
"""

import random
from time import perf_counter
from typing import NamedTuple

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from booking import fewest_moves, seating
from booking.interval import Span
from booking.seating import Seating, Sitting, Wanted
from booking.slots import Counters, Taken, VisitLength
from tests.booking import oracle

NINE = 540
SKILLS = "abc"
LENGTHS = [10, 15, 20, 30, 45]
BUFFERS = [0, 0, 0, 5]


class SmallDay(NamedTuple):
    """Up to four counters and seven visits that sit at them, some of which must stay."""

    sittings: list[Sitting]
    wanted: Wanted
    places: int


def small_day(seed: int) -> SmallDay:
    """Dense enough that room must often be made, and often can't: up to seven visits within an hour and a half."""
    dice = random.Random(seed)
    counters = [(skills(dice), opened(dice)) for _ in range(dice.choice([1, 2, 3, 3, 4, 4]))]
    sittings: list[Sitting] = []
    for _ in range(40):
        start, length, before, after = some_minute(dice), dice.choice(LENGTHS), dice.choice(BUFFERS), dice.choice(BUFFERS)
        needs = (start - before, start + length + after)
        able = open_counters(counters, skills(dice), (start, start + length))
        free = [counter for counter in able if not any(meets(needs, each) for each in sittings if each.counter == counter)]
        if free and len(sittings) < 7:
            counter = dice.choice(free)
            stays = dice.random() < 0.15
            sittings.append(Sitting(*needs, (counter,) if stays else able, counter, len(sittings)))
    return SmallDay(sittings, wanted_visit(dice, counters), dice.choice([1, 1, 1, 2, 3]))


def skills(dice: random.Random) -> frozenset[str]:
    return frozenset(dice.sample(SKILLS, dice.choice([1, 1, 2, 3])))


def some_minute(dice: random.Random) -> int:
    return NINE + 5 * dice.randrange(16)


def opened(dice: random.Random) -> list[Span]:
    """The whole time, or some spans that may overlap, touch or leave gaps."""
    if dice.random() < 0.6:
        return [(NINE, NINE + 90)]
    borders = [sorted(dice.sample(range(NINE, NINE + 95, 5), 2)) for _ in range(dice.choice([1, 2, 3]))]
    return [(first, last) for first, last in borders]


def wanted_visit(dice: random.Random, counters: list[tuple[frozenset[str], list[Span]]]) -> Wanted:
    """Counters on whose grid the start lies, as `Counters` finds them and as the oracle does."""
    start, skill = some_minute(dice), dice.choice(SKILLS)
    visit = VisitLength(dice.choice(LENGTHS), dice.choice([5, 5, 10, 20]), dice.choice(BUFFERS), dice.choice(BUFFERS))
    can = [number for number, (own, _) in enumerate(counters) if skill in own]
    hours = [counters[number][1] for number in can]
    serving = Counters(hours).serving([Taken(())] * len(can), visit, start)
    assert serving == oracle.serving(hours, [()] * len(can), visit, start)
    return Wanted(start - visit.before, start + visit.minutes + visit.after, tuple(can[number] for number in serving))


def open_counters(counters: list[tuple[frozenset[str], list[Span]]], wanted: frozenset[str], span: Span) -> tuple[int, ...]:
    """Those with one of the skills that are open all the while, as `Counters` finds them and as the oracle does."""
    hours = [spans for _, spans in counters]
    able = [number for number, (own, _) in enumerate(counters) if own & wanted]
    found = tuple(number for number in able if Counters(hours).is_open(number, *span))
    alone = VisitLength(span[1] - span[0], 1)
    assert found == tuple(number for number in able if number in oracle.serving(hours, [()] * len(hours), alone, span[0]))
    return found


def meets(a: Span, b: tuple) -> bool:
    return a[0] < b[1] and b[0] < a[1]


def ways(day: SmallDay) -> list[tuple[int, ...]]:
    """Counters of those who sit, in their order, then of the wanted: every way there is."""
    sitting = [((each.start, each.end), each.able) for each in day.sittings]
    return list(oracle.seatings([*sitting, *[((day.wanted.start, day.wanted.end), day.wanted.able)] * day.places]))


def moved(day: SmallDay, way: tuple[int, ...]) -> int:
    return sum(each.counter != counter for each, counter in zip(day.sittings, way, strict=False))


def assert_right(day: SmallDay, asked: Seating | None = None) -> None:
    asked = asked or Seating(day.sittings)
    possible = ways(day)
    assert asked.has_room(day.wanted, day.places) == bool(possible)
    room = asked.room(day.wanted, day.places)
    assert (room is None) == (not possible)
    if room is not None:
        seated = tuple(room.moves.get(each.seat, each.counter) for each in day.sittings)
        assert (*seated, room.counter) in ways(day._replace(places=1))
        assert set(room.moves) <= {each.seat for each in day.sittings}
        assert all(each.counter != room.moves[each.seat] for each in day.sittings if each.seat in room.moves)
        assert len(room.moves) == min(moved(day, way) for way in ways(day._replace(places=1)))


def test_room_is_found_exactly_when_exhaustive_search_finds_it_and_nobody_moves_without_need():
    for_hundreds_of_days(assert_right)


def for_hundreds_of_days(check, **how) -> None:
    @settings(max_examples=1_000, deadline=None, database=None, phases=[Phase.generate], **how)
    @given(st.integers(0, 2**32).map(small_day))
    def right(day: SmallDay) -> None:
        check(day)

    right()


def test_these_days_are_a_fair_question():
    """Among them are days with room only for those who move others, even two at once, and days whose every moment has room
    while the day has none.
    """
    found = dict.fromkeys(("room as they sit", "one moves", "two move", "no room", "no room though at every moment"), 0)

    def count(day: SmallDay) -> None:
        possible, asked = ways(day), Seating(day.sittings)
        fits = len(day.wanted.able) >= day.places and asked._fit_at_every_moment(day.wanted, day.places)
        fewest = min((moved(day, way) for way in possible), default=-1)
        found["no room"] += not possible
        found["no room though at every moment"] += fits and not possible
        found["room as they sit"] += fewest == 0
        found["one moves"] += fewest == 1
        found["two move"] += fewest == 2

    for_hundreds_of_days(count, derandomize=True)
    assert min(found.values()) > 0, found


def test_the_order_in_which_visits_are_given_changes_no_answer():
    def check(day: SmallDay) -> None:
        asked = [Seating(sittings).room(day.wanted, day.places) for sittings in (day.sittings, day.sittings[::-1])]
        assert asked[0] == asked[1]

    for_hundreds_of_days(check)


def test_more_tries_than_are_allowed_are_a_refusal_and_never_a_wrong_seating(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(seating, "MOST_TRIES", 3)
    monkeypatch.setattr(fewest_moves, "MOST_TRIES", 3)

    def check(day: SmallDay) -> None:
        room = Seating(day.sittings).room(day.wanted, day.places)
        if room:
            seated = tuple(room.moves.get(each.seat, each.counter) for each in day.sittings)
            assert (*seated, room.counter) in ways(day._replace(places=1))

    for_hundreds_of_days(check)


def test_the_largest_house_is_answered_soon_however_tangled():
    """Forty counters, no two alike, a thousand visits."""
    dice = random.Random(3)
    sittings: list[Sitting] = []
    for counter in range(40):
        minute = dice.randrange(30)
        while minute < 600:
            length = dice.choice([10, 15, 20, 30, 45])
            able = tuple(sorted({counter, *dice.sample(range(40), 6)}))
            sittings.append(Sitting(minute, minute + length, able, counter, len(sittings)))
            minute += length + dice.choice([0, 0, 5, 10, 15])
    asked, slowest = Seating(sittings), 0.0
    for start in range(0, 600, 10):
        begun = perf_counter()
        asked.room(Wanted(start, start + 30, tuple(dice.sample(range(40), 5))))
        slowest = max(slowest, perf_counter() - begun)
    assert len(sittings) > 800
    assert slowest < 2


def test_four_counters_are_answered_exactly_whatever_the_day(monkeypatch: pytest.MonkeyPatch):
    """The promise of MOST_TRIES: no visit is tried in more seats than four counters have orders, so 125 visits need 3,000."""
    dice, tries, real = random.Random(5), [], seating._who_stays
    monkeypatch.setattr(seating, "_who_stays", lambda *state: tries.append(state) or real(*state))
    monkeypatch.setattr(seating, "MOST_TRIES", 10**6)
    for _ in range(20):
        visits: list[Sitting | Wanted] = [Wanted(dice.randrange(350), 400, (0, 1, 2, 3))] * 2
        for counter in range(4):
            minute = 0
            while minute < 400:
                length = dice.choice([10, 15, 25, 40])
                visits.append(Sitting(minute, minute + length, (0, 1, 2, 3), counter, len(visits)))
                minute += length + dice.choice([0, 5])
        tries.clear()
        seating._seated_in_order(sorted(visits, key=lambda visit: visit[:2]))
        assert len(tries) <= 24 * len(visits)


def test_three_who_move_one_place_along_make_room_for_a_fourth():
    sittings = [Sitting(0, 30, (number, number + 1), number, number) for number in range(3)]
    room = Seating(sittings).room(Wanted(0, 30, (0,)))
    assert room is not None
    assert (room.counter, room.moves) == (0, {0: 1, 1: 2, 2: 3})


def test_who_must_stay_keeps_the_counter_though_everybody_else_could_move():
    stays, moves = Sitting(0, 30, (0,), 0, 0), Sitting(0, 30, (1, 2), 1, 1)
    assert not Seating([stays, moves]).has_room(Wanted(10, 20, (0,)))
    assert Seating([stays, moves]).has_room(Wanted(10, 20, (0, 1)))


# Positive controls: the same assertion catches each of these mistakes


def neighbours_only(self: Seating, wanted: Wanted) -> set[Sitting]:
    return set(self.meeting(wanted.start, wanted.end))


def forgets_who_stays(until, number, end, moment):
    return tuple(0 for _ in until)


def one_moment_is_the_whole_day(self: Seating, wanted: Wanted, places: int) -> bool:
    return seating._fit_at_once(wanted, places, list(self.meeting(wanted.start, wanted.end)))


def nobody_moves(visits):
    stay = [visit._replace(able=(visit.counter,)) if isinstance(visit, Sitting) else visit for visit in visits]
    return in_order(stay)


in_order = seating._seated_in_order


@pytest.mark.parametrize(
    ("where", "name", "mistake"),
    [
        (seating.Seating, "_concerned", neighbours_only),
        (seating, "_who_stays", forgets_who_stays),
        (seating.Seating, "_fit_at_every_moment", one_moment_is_the_whole_day),
        (seating, "_seated_in_order", nobody_moves),
        (seating, "_by_preference", lambda visit: visit.able[:2]),
        (seating, "fewest_moves", lambda *_: None),
        (fewest_moves, "_clash", lambda *_: False),
    ],
)
def test_a_wrong_rule_is_caught_by_exhaustive_search(monkeypatch: pytest.MonkeyPatch, where, name: str, mistake):
    monkeypatch.setattr(where, name, mistake)
    with pytest.raises(AssertionError):
        for_hundreds_of_days(assert_right, derandomize=True)


def test_asking_one_place_for_two_is_caught_by_exhaustive_search():
    class Generous(Seating):
        def has_room(self, wanted: Wanted, places: int = 1) -> bool:
            return super().has_room(wanted)

    with pytest.raises(AssertionError):
        for_hundreds_of_days(lambda day: assert_right(day, Generous(day.sittings)), derandomize=True)
