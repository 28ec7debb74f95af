"""Find a service in everyday words: synonyms count, accents and typing slips are forgiven, any of the town's languages will do.

Pure: an index is made once from the town's texts, a question is a string, the answer a ranked list of slugs.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from rapidfuzz import fuzz, process

NAME, SYNONYM, SUMMARY = 3.0, 2.6, 1.0
OTHER_LANGUAGE = 0.7
# Low enough that one word we do not know does not hide the answer, high enough that nonsense finds nothing.
ENOUGH = 0.35
LONGEST_QUESTION = 200
_SLIP = 76
_WORD = re.compile(r"\w+")
_NEXT_PHRASE = re.compile(r"[,،;؛]")
_ARABIC_SHAPES = str.maketrans({"أ": "ا", "إ": "ا", "آ": "ا", "ى": "ي", "ة": "ه", "ؤ": "و", "ئ": "ي", "ـ": None})
# Words that say that somebody asks, and nothing of what.
_ASKING = frozenset(
    """
    a o as os um uma uns umas de da do das dos em na no nas nos para por com e ou que se eu me meu minha meus minhas
    quero preciso queria gostava ter fazer tratar como onde quando ao
    the an and or of in on at to for with my i want need would like how where when do does get have is it can
    el la los las un una unos unas y del al en mi mis quiero necesito quisiera tener hacer como donde cuando lo
    في من على الى عن مع و او اريد احتاج كيف اين متى هل ان لي هذا هذه
    """.split()  # noqa: SIM905  one line a language reads better than a list of strings
)


@dataclass(frozen=True)
class Described:
    """A service as its texts describe it: language -> name, synonyms, summary."""

    slug: str
    names: Mapping[str, str]
    synonyms: Mapping[str, Iterable[str]]
    summaries: Mapping[str, str]


class SearchIndex:
    """The town's services by the words that describe them. Built once for a catalogue; looking up takes a few milliseconds."""

    def __init__(self, services: Iterable[Described]) -> None:
        services = list(services)
        self._weights = {service.slug: dict(_weighted_words(service)) for service in services}
        self._vocabulary: dict[str, list[str]] = {}
        for words in self._weights.values():
            for language, word in words:
                self._vocabulary.setdefault(word, []).append(language)
        self._words = list(self._vocabulary)
        self._phrases = {service.slug: set(_phrases(service)) for service in services}
        self._rarity = _rarity(self._weights)

    def find(self, question: str, language: str, most: int = 12) -> list[str]:
        """Slugs of the services that answer `question`, best first; empty when nothing is near enough."""
        asked = _telling_words(question[:LONGEST_QUESTION])
        meanings = [self._meanings(word) for word in asked]
        scores = {slug: self._score(words, meanings, language) for slug, words in self._weights.items()}
        best = max(scores.values(), default=0.0)
        # A phrase the town itself gave for a service is the surest sign of all, however common its words are.
        named = {slug for slug, phrases in self._phrases.items() if tuple(asked) in phrases}
        near = [slug for slug, score in scores.items() if slug in named or score >= max(ENOUGH, best * 0.4)]
        return sorted(near, key=lambda slug: (slug not in named, -scores[slug]))[:most]

    def _meanings(self, asked: str) -> dict[str, float]:
        """Words of the index that `asked` may stand for, each with how sure that is (0 to 1)."""
        found = {word: 1.0 for word in self._words if word == asked}
        if len(asked) >= 3:
            found |= {word: 0.9 for word in self._words if word != asked and _same_stem(word, asked)}
        if len(asked) >= 4:
            for word, likeness, _ in process.extract(asked, self._words, scorer=fuzz.ratio, score_cutoff=_SLIP, limit=20):
                found.setdefault(word, 0.85 * likeness / 100)
        return found

    def _score(self, words: dict[tuple[str, str], float], meanings: list[dict[str, float]], language: str) -> float:
        """How much of what was asked this service speaks of: 1 is all of it, in its name, in the page's language."""
        if not meanings:
            return 0.0
        reached = [self._reached(words, meaning, language) for meaning in meanings]
        return sum(reached) / len(meanings)

    def _reached(self, words: dict[tuple[str, str], float], meaning: dict[str, float], language: str) -> float:
        return max(
            (
                sureness * weight / NAME * self._rarity[word] * (1.0 if spoken == language else OTHER_LANGUAGE)
                for (spoken, word), weight in words.items()
                if (sureness := meaning.get(word))
            ),
            default=0.0,
        )


def words_of(text: str) -> list[str]:
    """The words of a text without case, accents, Arabic vowel marks, spelling variants and article."""
    decomposed = unicodedata.normalize("NFKD", text.casefold().translate(_ARABIC_SHAPES))
    bare = "".join(character for character in decomposed if not unicodedata.combining(character))
    return [_without_article(word) for word in _WORD.findall(bare)]


def _telling_words(text: str) -> list[str]:
    return [word for word in words_of(text) if word not in _ASKING]


def _without_article(word: str) -> str:
    return word[2:] if word.startswith("ال") and len(word) > 4 else word


def _same_stem(word: str, asked: str) -> bool:
    """Plural, gender, or a word begun: one is the start of the other and little is missing."""
    if _arabic_singular(word) == _arabic_singular(asked):
        return True
    shorter, longer = sorted((word, asked), key=len)
    return len(shorter) >= 3 and longer.startswith(shorter) and len(longer) - len(shorter) <= max(2, len(shorter) // 2)


def _arabic_singular(word: str) -> str:
    """The plural in -at takes the place of the singular's ending instead of following it: غرامات is several غرامة."""
    return word[:-2] + "ه" if word.endswith("ات") and len(word) >= 4 else word


def _phrases(service: Described) -> Iterable[tuple[str, ...]]:
    """The name and every synonym as a whole; a comma keeps several of them in one entry apart."""
    entries = [*service.names.values(), *(synonym for synonyms in service.synonyms.values() for synonym in synonyms)]
    for entry in entries:
        for phrase in _NEXT_PHRASE.split(entry):
            if words := _telling_words(phrase):
                yield tuple(words)


def _weighted_words(service: Described) -> Iterable[tuple[tuple[str, str], float]]:
    """((language, word), weight) of all texts, the lightest first so that the heaviest stays."""
    for language, summary in service.summaries.items():
        yield from (((language, word), SUMMARY) for word in _telling_words(summary))
    for language, synonyms in service.synonyms.items():
        for synonym in synonyms:
            yield from (((language, word), SYNONYM) for word in _telling_words(synonym))
    for language, name in service.names.items():
        yield from (((language, word), NAME) for word in _telling_words(name))


def _rarity(weights: Mapping[str, dict[tuple[str, str], float]]) -> dict[str, float]:
    """A word that one service in forty uses tells more than one that half of them use (inverse document frequency)."""
    used_by = Counter(word for words in weights.values() for word in {word for _, word in words})
    most = math.log(1 + len(weights))
    return {word: 0.4 + 0.6 * math.log((1 + len(weights)) / count) / most for word, count in used_by.items()}
