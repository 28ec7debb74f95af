"""A call is shown at once; what is said of it comes when it is made, in the visitor's language and then in the town's."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from booking.store import Store
from kiosk import voice
from kiosk.voice import address_of, spoken
from portal.lobby import display_voice
from portal.lobby.display_shown import Call
from portal.lobby.display_voice import NO_SOUND, begin_to_say, is_unsaid, said_aloud, with_sound_of

CALL = Call("B 047", 3, True, 1, "pacos 2027-03-01 B 047 1", language="es")
OVER = Call("B 046", 2, False, 1, "", language="pt")


@pytest.fixture(autouse=True)
def _words(town: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """The town's first language is Portuguese."""
    voice._failed_at.clear()
    monkeypatch.setattr(display_voice, "_words", lambda call, language: f"{language}: {call.number}, {call.counter}")


def after(call: Call, so_much: Callable[[Call], bool] = is_unsaid) -> Call:
    """Looked at once a second, in short."""

    async def looks() -> Call:
        looked = call
        for _ in range(30):
            (looked,) = await said_aloud([looked])
            if not so_much(looked):
                break
        return looked

    return asyncio.run(looks())


def test_a_visitor_hears_it_in_their_language_first_and_then_in_the_towns():
    said = after(CALL)
    assert said.sound.split() == [address_of(str(spoken(f"{each}: B 047, 3", each))) for each in ("es", "pt")]
    assert replace(said, sound="") == CALL


def test_in_the_language_of_the_town_it_is_said_once():
    said = after(replace(CALL, language="pt"))
    assert said.sound == address_of(str(spoken("pt: B 047, 3", "pt")))


def test_a_language_without_a_voice_leaves_the_other():
    assert after(replace(CALL, language="xx")).sound == address_of(str(spoken("pt: B 047, 3", "pt")))


def test_a_call_that_is_over_needs_no_sound(monkeypatch: pytest.MonkeyPatch):
    assert not is_unsaid(OVER)
    monkeypatch.setattr(display_voice, "saying", pytest.fail)
    begin_to_say([OVER, replace(CALL, sound=NO_SOUND)])


def test_a_voice_that_hangs_or_fails_holds_nothing_up(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    program = tmp_path / "hangs.py"
    program.write_text("import time; time.sleep(60)")
    monkeypatch.setattr(voice, "PROGRAM", program)
    monkeypatch.setattr(voice, "PATIENCE", 1.0)

    async def looks() -> list[float]:
        took = []
        for _ in range(3):
            begun = time.perf_counter()
            begin_to_say([CALL])
            assert (await said_aloud([CALL])) == [CALL]
            took.append(time.perf_counter() - begun)
        return took

    assert max(asyncio.run(looks())) < 0.5
    assert after(CALL).sound == NO_SOUND


def test_what_is_known_of_a_call_stays_known_until_it_is_made_anew():
    said = replace(CALL, sound="/voice/x.wav")
    assert with_sound_of([CALL, OVER], [said]) == [said, OVER]
    again = replace(CALL, calls=2, name="pacos 2027-03-01 B 047 2")
    assert with_sound_of([again], [said]) == [again]
