"""What is said aloud: a real sound, made once, whatever words are handed in and whatever becomes of the program that makes it."""

import array
import asyncio
import os
import subprocess
import sys
import time
import wave
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from booking.settings import settings
from kiosk import voice
from kiosk.voice import LONGEST, address_of, aloud, kept, saying, spoken, voice_of

CALL = {
    "pt": "Senha B 047. Dirija-se ao balcão 3, por favor.",
    "es": "Número B 047. Pase al mostrador 3, por favor.",
    "en": "Number B 047. Please come to counter 3.",
    "ar": "الرقم B 047. إلى الشباك 3، مِنْ فَضْلِكُم.",
}
SAME = "Otto 3"
HOSTILE = (
    '<speak><break time="60s"/><audio src="file:///etc/passwd"/>3</speak>',
    "[[k'liNg0n]] [[_^_fr]]",
    "$(touch pwned); `id` | rm -rf / && echo 'x' \"y\" > z --voice=fr -w out.wav",
    "one\r\ntwo\n\n\nthree\x00four\x1b[2J\u202e5",
    "%s%n%p {number} \\x00 \ud800",
    "../../etc/passwd",
)


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Where the files are, in a data folder of this test alone."""
    for name in [name for name in os.environ if name.startswith("ATRIO_") and not name.startswith("ATRIO_TEST_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("ATRIO_DATA", str(tmp_path / "data"))
    settings.cache_clear()
    voice._failed_at.clear()
    yield tmp_path / "data" / "voice"
    settings.cache_clear()


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The words of each phrase for which a process was started."""
    began: list[str] = []
    real = voice._wav

    def noting(name: str, words: str) -> bytes:
        began.append(words)
        return real(name, words)

    monkeypatch.setattr(voice, "_wav", noting)
    return began


def instead(program: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, patience: float = 5.0) -> None:
    """Another program in place of the one that speaks."""
    file = tmp_path / "instead.py"
    file.write_text(program)
    monkeypatch.setattr(voice, "PROGRAM", file)
    monkeypatch.setattr(voice, "PATIENCE", patience)


def samples_of(name: str | None) -> array.array:
    """Of a WAV file that players understand: one channel, 16 bits, 22,050 a second."""
    assert name
    file = kept(name)
    assert file
    with wave.open(str(file)) as sound:
        assert (sound.getnchannels(), sound.getsampwidth(), sound.getframerate()) == (1, 2, 22050)
        return array.array("h", sound.readframes(sound.getnframes()))


@pytest.mark.parametrize("language", CALL)
def test_a_call_is_said_in_each_language_in_a_few_seconds(language: str):
    samples = samples_of(spoken(CALL[language], language))
    assert 0.5 < len(samples) / 22050 < 15
    loud = sum(abs(each) > 1000 for each in samples) / len(samples)
    assert loud > 0.2
    assert max(abs(each) for each in samples) > 8000


def test_each_language_has_its_own_voice_and_portuguese_is_that_of_portugal():
    assert {language: voice_of(language) for language in CALL} == {
        "pt": "roa/pt",
        "es": "roa/es",
        "en": "gmw/en",
        "ar": "sem/ar",
    }
    sounds = {samples_of(spoken(SAME, language)).tobytes() for language in CALL}
    assert len(sounds) == len(CALL)


def test_control_where_there_is_no_such_voice_nothing_is_said_in_another():
    """eSpeak NG itself would go on in the voice it had."""
    with pytest.raises(subprocess.CalledProcessError) as refused:
        voice._wav("roa/pt-xx", SAME)
    assert refused.value.returncode == 3
    assert spoken(SAME, "xx") is None
    assert spoken(SAME, "") is None
    assert spoken(SAME, "../pt") is None


@pytest.mark.parametrize("language", CALL)
def test_a_ticket_is_said_as_letter_and_number(language: str):
    assert spoken("B 047", language) == spoken("B, 47", language)
    assert spoken("B 147", language) == spoken("B, 147", language)
    assert spoken("B 047", language) != spoken("B, 48", language)
    assert spoken("B 12", language) != spoken("B, 12", language)  # control: no ticket


def test_the_numbers_of_arabic_are_words_and_its_letters_have_names():
    """A machine can't hear whether it is right; it can see that nothing is spelled out or left out."""
    phonemes = phonemes_of("sem/ar", ["B، 47", "112", "الرقم", "الشباك", "مِنْ فَضْلِكُم"])
    assert phonemes == [
        "(en)bˈiː(ar)sˈabʕʕˌawaʔˌarbaʕʕˈuːn",
        "mˈiʔawa ʔˈiθnˈaː ʕʕˌaʃar",
        "ʔarrˈaqm",
        "ʔaʃʃˈubːaːk",
        "mˈin fadˤlˈikum",
    ]


def test_the_second_time_nothing_is_made(folder: Path, made: list[str]):
    first = spoken(CALL["pt"], "pt")
    assert spoken(f"  {CALL['pt']}\n", "pt") == first
    assert made == ["Senha B, 47. Dirija-se ao balcão 3, por favor."]
    assert [file.name for file in folder.iterdir()] == [first]
    (folder / str(first)).unlink()
    assert spoken(CALL["pt"], "pt") == first
    assert len(made) == 2  # control: it is the file that spares it


def test_two_who_say_it_at_once_make_it_once(made: list[str], monkeypatch: pytest.MonkeyPatch):
    real = voice._wav
    monkeypatch.setattr(voice, "_wav", lambda *said: (time.sleep(0.2), real(*said))[1])
    with ThreadPoolExecutor(8) as threads:
        names = set(threads.map(lambda _: spoken(CALL["es"], "es"), range(8)))
    assert len(names) == 1
    assert len(made) == 1


@pytest.mark.parametrize(
    "program",
    [
        "import os, signal; os.kill(os.getpid(), signal.SIGSEGV)",
        "raise SystemExit(1)",
        "print('no sound')",
        "",
    ],
)
def test_a_program_that_falls_says_nothing_and_is_left_in_peace_for_a_while(
    program: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, folder: Path, made: list[str]
):
    right = voice.PROGRAM
    instead(program, monkeypatch, tmp_path)
    assert spoken(SAME, "pt") is None
    assert list(folder.iterdir()) == []
    monkeypatch.setattr(voice, "PROGRAM", right)
    assert spoken(SAME, "pt") is None
    assert len(made) == 1
    monkeypatch.setattr(voice, "REST", 0)
    assert spoken(SAME, "pt")


def test_a_program_that_hangs_is_ended_in_time(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    mark = tmp_path / "mark"
    instead(f"import os, time; open({str(mark)!r}, 'w').write(str(os.getpid())); time.sleep(60)", monkeypatch, tmp_path, 0.5)
    begun = time.monotonic()
    assert spoken(SAME, "pt") is None
    assert time.monotonic() - begun < 2
    with pytest.raises(ProcessLookupError):
        os.kill(int(mark.read_text()), 0)


def test_whoever_begins_it_does_not_wait(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    instead("import time; time.sleep(60)", monkeypatch, tmp_path, 0.5)
    begun = time.monotonic()
    making = [saying(f"{SAME} {number}", "pt") for number in range(5)]
    assert time.monotonic() - begun < 0.2
    assert {each.result(5) for each in making} == {None}


def test_so_many_at_once_and_no_more(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    instead("import time; time.sleep(60)", monkeypatch, tmp_path, 0.2)
    monkeypatch.setattr(voice, "MOST_UNDER_WAY", 3)
    making = [saying(f"{SAME} {number}", "pt") for number in range(9)]
    assert len(voice._under_way) == 3
    assert [each.done() for each in making[3:]] == [True] * 6
    assert {each.result(5) for each in making} == {None}


@pytest.mark.parametrize("words", HOSTILE)
def test_whatever_the_words_are_they_are_only_words(words: str, folder: Path, tmp_path: Path):
    before = sorted(Path().iterdir())
    samples = samples_of(spoken(words, "en"))
    assert len(samples) / 22050 < 30
    assert sorted(Path().iterdir()) == before
    assert [file.parent for file in tmp_path.rglob("*") if file.suffix == ".wav"] == [folder]


def test_marks_of_ssml_are_no_orders():
    """Control: as SSML it would be a pause of a minute."""
    with_mark = samples_of(spoken('three <break time="60s"/> four', "en"))
    assert len(with_mark) / 22050 < 20


@pytest.mark.parametrize("words", ["", " \n\x00 ", "a" * (LONGEST + 1), "word " * 2000])
def test_nothing_and_too_much_are_not_said(words: str, made: list[str]):
    assert spoken(words, "en") is None
    assert made == []


def test_the_longest_phrase_is_said():
    assert spoken(("word " * LONGEST)[:LONGEST], "en")


def test_what_was_asked_for_longest_ago_makes_room(folder: Path, monkeypatch: pytest.MonkeyPatch):
    first, second, third = (str(spoken(f"{SAME} {number}", "pt")) for number in range(3))
    for age, name in enumerate((third, second, first)):
        os.utime(folder / name, (1_000_000 - age, 1_000_000 - age))
    assert spoken(f"{SAME} 0", "pt") == first  # asked for again
    monkeypatch.setattr(voice, "ROOM", int(3.5 * (folder / first).stat().st_size))
    fourth = str(spoken(f"{SAME} 3", "pt"))
    assert {file.name for file in folder.iterdir()} == {first, third, fourth}
    assert sum(file.stat().st_size for file in folder.iterdir()) <= voice.ROOM
    assert kept(second) is None


@pytest.mark.parametrize(
    "name", ["", ".", "..", "../secret", "/etc/passwd", "a.wav", "A" * 32 + ".wav", "0" * 32, "0" * 32 + ".wav\n"]
)
def test_only_names_that_are_given_here_are_looked_for(name: str, folder: Path):
    folder.mkdir(parents=True)
    (folder.parent / "secret").write_text("x")
    (folder / "a.wav").write_text("x")
    assert kept(name) is None
    assert kept("0" * 32 + ".wav") is None


def test_whoever_has_not_the_secret_can_not_name_a_file(monkeypatch: pytest.MonkeyPatch):
    here = spoken(SAME, "pt")
    monkeypatch.setenv("ATRIO_SECRET", "another secret that nobody else could guess")
    settings.cache_clear()
    assert spoken(SAME, "pt") != here


def test_a_whole_screen_is_said_in_its_order_and_long_sentences_in_parts():
    long = "uma frase que não acaba " * 40
    addresses = asyncio.run(aloud(["Tire a sua senha.", "", long, "Obrigado."], "pt"))
    parts = [spoken(part, "pt") for part in ("Tire a sua senha.", "Obrigado.")]
    assert len(addresses) == 4
    assert [addresses[0], addresses[-1]] == [address_of(str(part)) for part in parts]
    assert asyncio.run(aloud([], "pt")) == []
    assert asyncio.run(aloud(["Hello."], "xx")) == []


def test_a_screen_does_not_wait_for_what_is_not_made_in_time(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    instead("import time; time.sleep(60)", monkeypatch, tmp_path, 1)
    begun = time.monotonic()
    assert asyncio.run(aloud(["Tire a sua senha."], "pt", within=0.2)) == []
    assert time.monotonic() - begun < 0.8


def test_a_disk_that_refuses_makes_no_sound_and_no_trouble(folder: Path):
    folder.parent.mkdir(parents=True)
    folder.write_text("no folder")
    assert spoken(SAME, "pt") is None


def test_the_program_is_told_nothing_of_this_installation(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.setenv("ATRIO_SECRET", "a secret that only tests know, and nobody else")
    told = tmp_path / "told"
    instead(f"import os; open({str(told)!r}, 'w').write(str(sorted(os.environ)))", monkeypatch, tmp_path)
    spoken(SAME, "pt")
    assert "PATH" in told.read_text()
    assert "ATRIO_" not in told.read_text()


_PHONEMES = """
import ctypes, espeakng_loader, os, sys
from pathlib import Path
library = ctypes.CDLL(espeakng_loader.get_library_path())
os.chdir(Path(espeakng_loader.get_data_path()).parent)
library.espeak_Initialize(2, 0, b".", 0x8000)
assert library.espeak_SetVoiceByName(sys.argv[1].encode()) == 0
library.espeak_TextToPhonemes.restype = ctypes.c_char_p
for words in sys.argv[2:]:
    text = ctypes.c_char_p(words.encode())
    rest = ctypes.cast(text, ctypes.c_void_p)
    said = ""
    while rest.value:
        said += library.espeak_TextToPhonemes(ctypes.byref(rest), 1, 2).decode()
    print(said)
"""


def phonemes_of(name: str, phrases: list[str]) -> list[str]:
    """As the program would pronounce each, in the International Phonetic Alphabet; of a process of its own."""
    command = [sys.executable, "-I", "-c", _PHONEMES, name, *phrases]
    return subprocess.run(command, capture_output=True, text=True, check=True, encoding="utf-8").stdout.splitlines()
