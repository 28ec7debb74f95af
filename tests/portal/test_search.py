"""Everyday words lead to the service, in any of the town's languages, with slips and without accents; nonsense leads nowhere."""

from pathlib import Path

import pytest

from booking.store import Store, transaction
from booking.town import load_town
from portal.catalogue.index import find_services
from portal.catalogue.search import Described, SearchIndex
from portal.page_state import now

DEMO = Path("booking/demo/vila-clara.toml")


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory):
    from booking.store import migrate

    url = f"sqlite:///{tmp_path_factory.mktemp('demo') / 'town.sqlite3'}"
    migrate(url)
    store = Store(url, b"a secret that only tests know, and nobody else")
    with transaction(store) as session:
        load_town(session, DEMO, now())
    yield store
    store.close()


def found(store: Store, question: str, language: str) -> list[str]:
    with transaction(store) as session:
        return [service.slug for service in find_services(session, question, language)]


@pytest.mark.parametrize(
    ("language", "question", "service"),
    [
        ("pt", "estacionar na minha rua", "parking-permit"),
        ("pt", "sofá velho", "bulky-waste"),
        ("pt", "sofa velho", "bulky-waste"),
        ("pt", "quero casar", "marriage"),
        ("pt", "perdi a carteira", "lost-property"),
        ("pt", "licensa para obras", "building-licence"),
        ("pt", "ATESTADO DE RESIDÊNCIA", "residence-certificate"),
        ("en", "parking permitt", "parking-permit"),
        ("en", "i want to get maried", "marriage"),
        ("en", "rent", "rent-guarantee"),
        ("en", "old sofa", "bulky-waste"),
        ("es", "abogado", "duty-lawyer"),
        ("es", "contrato de agua", "water-contract"),
        ("ar", "إيجار", "rent-guarantee"),
        ("ar", "ايجار", "rent-guarantee"),
        ("ar", "شهادة السكن", "residence-certificate"),
        ("ar", "atestado de residência", "residence-certificate"),
        ("pt", "violência doméstica", "social-services"),
        ("pt", "ordem de despejo", "rent-guarantee"),
        ("pt", "enviar currículo", "recruitment"),
        ("ar", "أتزوج", "marriage"),
        ("ar", "كتب كتاب", "marriage"),
        ("ar", "أريكة", "bulky-waste"),
        ("ar", "تخت قديم", "bulky-waste"),
        ("ar", "صوفة قديمة", "bulky-waste"),
        ("ar", "خطية", "fees-fines"),
        ("ar", "جوع", "social-services"),
        ("ar", "صرصور", "pest-control"),
        ("ar", "فواتير الماء", "water-contract"),
    ],
)
def test_everyday_words_find_the_service_first(demo: Store, language: str, question: str, service: str) -> None:
    assert found(demo, question, language)[0] == service


@pytest.mark.parametrize(
    ("question", "service"),
    [
        ("غرامات السيارة", "fees-fines"),
        ("مخالفات", "fees-fines"),
        ("غسالات", "bulky-waste"),
        ("كنبات", "bulky-waste"),
        ("ثلاجات", "bulky-waste"),
        ("طاولة", "bulky-waste"),
        ("طاولات", "public-space"),
    ],
)
def test_an_arabic_plural_finds_what_its_singular_finds(demo: Store, question: str, service: str) -> None:
    assert found(demo, question, "ar")[0] == service


@pytest.mark.parametrize(
    ("language", "question", "service"),
    [
        ("en", "frumble sofa", "bulky-waste"),
        ("pt", "sofá frumblado", "bulky-waste"),
        ("es", "frumblar matrimonio", "marriage"),
        ("ar", "ثلاجة بتنمكط", "bulky-waste"),
    ],
)
def test_one_unknown_word_does_not_hide_the_service(demo: Store, language: str, question: str, service: str) -> None:
    assert found(demo, question, language)[0] == service


def test_a_phrase_given_for_a_service_puts_it_before_one_whose_name_has_the_words() -> None:
    services = [
        Described("parking", {"en": "Parking permit for residents"}, {}, {}),
        Described("papers", {"en": "Help with papers"}, {"en": ["a visa, my resident permit"]}, {}),
    ]
    index = SearchIndex(services)
    assert index.find("resident permit", "en") == ["papers", "parking"]
    assert index.find("parking permit", "en")[0] == "parking"


@pytest.mark.parametrize(
    "question",
    ["", "   ", "asdfgh", "xx", "the and of", "<script>alert(1)</script>", "'; DROP TABLE service; --", "😀", "فففف", "بتنمكط"],
)
@pytest.mark.parametrize("language", ["pt", "en", "es", "ar"])
def test_nonsense_finds_nothing(demo: Store, question: str, language: str) -> None:
    assert found(demo, question, language) == []


def test_a_very_long_question_is_answered_quickly(demo: Store) -> None:
    assert found(demo, "parking " * 10_000, "en")[0] == "parking-permit"
