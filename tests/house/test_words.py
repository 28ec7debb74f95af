"""Every sentence is said in every language, none is left over, and nothing that is filled in gets lost."""

import re

import pytest
from babel.messages.catalog import Catalog

from locales.catalogue import FOLDER, LANGUAGES, SOURCE, catalogue
from tests.house.words import ROOMS, collected

PLACEHOLDER = re.compile(r"\{\w+\}")


def wanting(kept: Catalog, source: Catalog) -> list[str]:
    """What a catalogue lacks, one line each."""
    found = []
    for message in source:
        if not message.id:
            continue
        entry = kept.get(message.id)
        said = [] if entry is None else [entry.string] if isinstance(entry.string, str) else list(entry.string)
        if entry is None or not all(said) or entry.fuzzy:
            found.append(f"missing: {message.id!r}")
        elif isinstance(message.id, (tuple, list)) and len(said) != kept.num_plurals:
            found.append(f"plural forms: {message.id!r}")
        else:
            asked = set(PLACEHOLDER.findall(str(message.id)))
            # "one appointment" needs no number, so a plural form may leave {n} out; nothing may be invented.
            lost = [
                text
                for text in said
                if set(PLACEHOLDER.findall(text)) - asked or (asked - {"{n}"}) - set(PLACEHOLDER.findall(text))
            ]
            found += [f"placeholders: {text!r}" for text in lost]
    return found + [f"stale: {entry.id!r}" for entry in kept if entry.id and source.get(entry.id) is None]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sentence_is_said_in_every_language_and_none_is_left_over(language: str) -> None:
    assert not wanting(catalogue(language), collected())


@pytest.mark.parametrize(
    ("said", "complaint"),
    [
        ({}, "missing: 'Hello {name}'"),
        ({"Hello {name}": ""}, "missing: 'Hello {name}'"),
        ({"Hello {name}": "Olá"}, "placeholders: 'Olá'"),
        ({"Hello {name}": "Olá {name}", "Gone": "Foi-se"}, "stale: 'Gone'"),
    ],
)
def test_a_missing_broken_or_stale_translation_is_noticed(said: dict[str, str], complaint: str) -> None:
    source, kept = Catalog(), Catalog(locale="pt")
    source.add("Hello {name}")
    for message, string in said.items():
        kept.add(message, string)
    assert wanting(kept, source) == [complaint]


def test_the_source_language_says_what_the_source_says() -> None:
    assert all(entry.string == entry.id for entry in catalogue(SOURCE) if entry.id)


def test_no_sentence_hides_in_a_formatted_string_where_it_would_not_be_collected() -> None:
    hidden = re.compile(r"""f(["']).*\{_\(""")
    assert hidden.search("f\"{_('Hello')}\"")
    sources = [file for room in ROOMS for file in (FOLDER.parent / room).rglob("*.py")]
    assert [file.name for file in sources if hidden.search(file.read_text())] == []
