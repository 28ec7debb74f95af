"""Letters as they leave the house: to a folder, to a real SMTP server, to a real HTTP gateway."""

import asyncio
import email
import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email import policy
from email.message import EmailMessage
from html.parser import HTMLParser
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from icalendar import Calendar
from sqlmodel import col, select

from booking.appointments import Booked, book_at_once, cancel, move
from booking.details import Details
from booking.earlier import Wish, ask_for_earlier, decline_offer
from booking.errors import NotValid
from booking.freed import pass_on
from booking.outbox import DELIVERED, OVERTAKEN, PARKED, Letter, lease
from booking.settings import Settings
from booking.store import Store, read, write
from booking.tidings import OFFER, REMINDER
from booking.visits import Visit
from portal.identity.entering import answer, ask, code_of_tab, new_key
from portal.letters import subjects
from portal.letters.carriers import mail_carrier, text_carrier
from portal.letters.delivery import Carriers, deliver
from tests.booking.towns import ANA, NINE, NOW, PERMIT, code_in_the_letter, confirmed, key
from tests.serving import free_port

NOON = datetime(2027, 3, 4, 12, tzinfo=UTC)
BY_TEXT = replace(ANA, email="", phone="+351912345678")


@pytest.fixture
def chosen(tmp_path) -> Settings:
    return Settings(data=tmp_path / "data", _env_file=None)  # pyright: ignore[reportCallIssue]


def booked(store: Store, details: Details = ANA, start: datetime = NOON, visit: Visit = PERMIT) -> Booked:
    return write(store, book_at_once, NOW, visit, start, details, once=key(f"{start} {details}"))


def deliver_due(store: Store, chosen: Settings, now: datetime = NOW) -> list[str]:
    """Deliver everything that is due; what the troubles were."""
    carriers = Carriers(mail_carrier(chosen), text_carrier(chosen))

    async def all_of_them() -> list[str]:
        return await deliver(now, carriers, write(store, lease, now, 100))

    return asyncio.run(all_of_them())


def files(chosen: Settings, ending: str = "*.eml") -> list[bytes]:
    return [path.read_bytes() for path in sorted((chosen.data / "letters").glob(ending))]


def mail(content: bytes) -> EmailMessage:
    return email.message_from_bytes(content, policy=policy.default)  # type: ignore[return-value]


def only_mail(store: Store, chosen: Settings, now: datetime = NOW) -> EmailMessage:
    """The one letter that is due now."""
    known = set(files(chosen))
    assert deliver_due(store, chosen, now) == [""]
    [new] = set(files(chosen)) - known
    return mail(new)


def part(message: EmailMessage, kind: str) -> str:
    [found] = [each for each in message.walk() if each.get_content_type() == kind]
    content = found.get_content()
    return content.decode() if isinstance(content, bytes) else content


def outcomes(store: Store) -> list[tuple[str, str]]:
    rows = read(store, lambda session: list(session.exec(select(Letter).order_by(col(Letter.id)))))
    return [(letter.outcome, letter.trouble) for letter in rows if letter.what != REMINDER]


class Words(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.links: list[str] = []
        self.sources: list[str] = []
        self.root: dict[str, str | None] = {}
        self.said: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = dict(attrs)
        if tag == "html":
            self.root = named
        if tag == "a":
            self.links.append(named["href"] or "")
        self.sources += [value or "" for name, value in attrs if name in ("src", "srcset", "background")]

    def handle_data(self, data: str) -> None:
        self.said.append(data)


def html(message: EmailMessage) -> Words:
    words = Words()
    words.feed(part(message, "text/html"))
    return words


# What a letter says


@pytest.mark.parametrize("language", ["pt", "en", "es", "ar"])
def test_a_confirmation_says_all_there_is_to_know_in_the_residents_language(town: Store, chosen: Settings, language: str):
    promise = booked(town, replace(ANA, language=language))
    message = only_mail(town, chosen)
    plain, words = part(message, "text/plain"), html(message)
    assert message["Content-Language"] == language
    assert words.root == {"lang": language, "dir": "rtl" if language == "ar" else "ltr"}
    for known in (promise.reference, promise.access_key, "Ana Lopes", f"parking-permit ({language})", f"1 Square ({language})"):
        assert known in plain
        assert known in " ".join(words.said)
    links = re.findall(r"https?://\S+", plain)
    assert links == words.links
    codes = f"#{promise.reference}.{promise.access_key}"
    assert links == [f"http://localhost:8000/{language}/appointment/{page}{codes}" for page in ("", "move/", "cancel/")]
    assert not words.sources


def test_a_subject_never_says_what_for(town: Store, chosen: Settings):
    booked(town)
    assert "permit" not in only_mail(town, chosen)["Subject"]


def test_html_in_a_name_stays_words(town: Store, chosen: Settings):
    booked(town, replace(ANA, name="<script>alert(1)</script> & Co"))
    message = only_mail(town, chosen)
    assert "<script>" not in part(message, "text/html")
    assert any("<script>alert(1)</script> & Co" in said for said in html(message).said)
    assert message["To"].addresses[0].addr_spec == "ana@example.org"


@pytest.mark.parametrize("name", ["Ana\u2028Lopes", "أمينة المنصوري", '"Ana" <x@example.org>', "😀" * 60])
def test_no_name_can_break_a_letter(town: Store, chosen: Settings, name: str):
    booked(town, replace(ANA, name=name))
    message = only_mail(town, chosen)
    assert [each.addr_spec for each in message["To"].addresses] == ["ana@example.org"]
    assert message["From"].addresses[0].addr_spec == "town@example.org"


def test_a_reminder_asks_whoever_can_not_come_to_cancel(town: Store, chosen: Settings):
    booked(town)
    only_mail(town, chosen)
    reminder = only_mail(town, chosen, NOON - timedelta(days=2))
    assert "Lembrete" in reminder["Subject"]
    assert "Desmarque" in part(reminder, "text/plain")


def test_a_cancellation_has_neither_codes_nor_links(town: Store, chosen: Settings):
    promise = booked(town)
    write(town, cancel, NOW, promise.reference, promise.access_key, once=key("cancel"))
    message = only_mail(town, chosen)
    assert promise.access_key not in part(message, "text/plain")
    assert html(message).links == []


def test_a_letter_written_after_the_last_moment_to_change_does_not_offer_it(town: Store, chosen: Settings):
    booked(town, start=NINE)
    assert len(html(only_mail(town, chosen, NINE + timedelta(minutes=1))).links) == 1


def test_a_text_message_says_when_and_where_but_not_what_for(town: Store, chosen: Settings):
    promise = booked(town, BY_TEXT)
    assert deliver_due(town, chosen) == [""]
    [content] = files(chosen, "*.sms.txt")
    number, _, text = content.decode().partition("\n\n")
    assert number == "+351912345678"
    assert f"/pt/appointment/#{promise.reference}.{promise.access_key}" in text
    assert "parking" not in text
    assert "\n" not in text.strip()


def test_what_was_moved_or_cancelled_before_it_was_told_is_told_as_it_stands(town: Store, chosen: Settings):
    promise = booked(town)
    write(town, move, NOW, promise.reference, promise.access_key, NINE, once=key("move"))
    message = only_mail(town, chosen)
    assert "Nova hora" in message["Subject"]
    assert "9h00" in message["Subject"]


# An earlier time


def offered(store: Store, details: Details = ANA) -> tuple[Booked, datetime]:
    """Somebody who waits, and the moment at which an earlier time is kept for them."""
    early, late = booked(store, replace(ANA, name="Early"), NOON), booked(store, details, NOON + timedelta(days=1))
    codes = (late.reference, late.access_key)
    write(store, ask_for_earlier, NOW, *codes, Wish(), once=key("ask"))
    write(store, cancel, NOW, early.reference, early.access_key, once=key("cancel"))
    due = NOW + timedelta(minutes=20)
    assert write(store, pass_on, due)
    return late, due


def test_an_offer_says_which_time_until_when_and_leads_to_the_question(town: Store, chosen: Settings):
    promise, due = offered(town, replace(ANA, language="en", name="Late"))
    deliver_due(town, chosen, due)
    [message] = [each for each in map(mail, files(chosen)) if "earlier" in each["Subject"]]
    plain = part(message, "text/plain")
    assert "Thursday 4 March, 12:00" in message["Subject"]
    assert "You now have: Friday 5 March, 12:00" in plain
    assert re.search(r"Until .*, \d+:\d\d this time is yours to take", plain)
    assert html(message).links == [f"http://localhost:8000/en/appointment/earlier/#{promise.reference}.{promise.access_key}"]
    assert not [each for each in message.walk() if each.get_content_type() == "text/calendar"]


def test_an_offer_by_text_message_leads_to_the_question(town: Store, chosen: Settings):
    promise, due = offered(town, replace(BY_TEXT, name="Late"))
    deliver_due(town, chosen, due)
    assert any(f"/pt/appointment/earlier/#{promise.reference}" in text.decode() for text in files(chosen, "*.sms.txt"))


def test_an_offer_that_was_answered_before_it_was_told_is_not_told(town: Store, chosen: Settings):
    promise, due = offered(town, replace(ANA, name="Late"))
    write(town, decline_offer, due, promise.reference, promise.access_key)
    deliver_due(town, chosen, due)
    assert not [each for each in map(mail, files(chosen)) if "mais cedo" in each["Subject"]]
    rows = read(town, lambda session: list(session.exec(select(Letter.outcome).where(Letter.what == OFFER))))
    assert rows == [OVERTAKEN]


# The invitation inside


def invitation(message: EmailMessage) -> tuple[str, Any]:
    """The method by which the letter carries it, and the event."""
    [calendar] = [each for each in message.walk() if each.get_content_type() == "text/calendar"]
    read_back = Calendar.from_ical(calendar.get_content())
    assert read_back["METHOD"] == calendar.get_param("method")
    [event] = read_back.walk("VEVENT")
    return str(calendar.get_param("method")), event


def test_the_same_event_is_requested_moved_and_cancelled(town: Store, chosen: Settings):
    promise = booked(town)
    first = invitation(only_mail(town, chosen))
    write(town, move, NOW, promise.reference, promise.access_key, NINE, once=key("move"))
    second = invitation(only_mail(town, chosen))
    write(town, cancel, NOW, promise.reference, promise.access_key, once=key("cancel"))
    third = invitation(only_mail(town, chosen))
    assert [method for method, _ in (first, second, third)] == ["REQUEST", "REQUEST", "CANCEL"]
    assert len({event["UID"] for _, event in (first, second, third)}) == 1
    assert [event["SEQUENCE"] for _, event in (first, second, third)] == [0, 1, 2]
    assert [event["STATUS"] for _, event in (first, second, third)] == ["CONFIRMED", "CONFIRMED", "CANCELLED"]
    assert [event["DTSTART"].dt.astimezone(UTC) for _, event in (first, second)] == [NOON, NINE]


def test_the_resident_is_invited_and_need_not_answer(town: Store, chosen: Settings):
    booked(town)
    _, event = invitation(only_mail(town, chosen))
    assert event["ATTENDEE"] == "mailto:ana@example.org"
    assert event["ATTENDEE"].params["PARTSTAT"] == "ACCEPTED"
    assert event["ATTENDEE"].params["RSVP"] == "FALSE"
    assert event["ORGANIZER"] == "mailto:town@example.org"


# A real SMTP server


class Mailbox:
    """Takes mail; `answers` says instead what it answers to RCPT, one after the other."""

    def __init__(self) -> None:
        self.taken: list[bytes] = []
        self.answers: list[str] = []

    async def handle_RCPT(self, _server, _session, envelope, address, _options) -> str:
        answer = self.answers.pop(0) if self.answers else "250 OK"
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, _server, _session, envelope) -> str:
        self.taken.append(envelope.content)
        return "250 Message accepted for delivery"


@pytest.fixture
def mailbox() -> Iterator[tuple[Mailbox, str]]:
    handler = Mailbox()
    port = free_port()
    server = Controller(handler, hostname="127.0.0.1", port=port, enable_SMTPUTF8=True)
    server.start()
    try:
        yield handler, f"smtp://127.0.0.1:{port}"
    finally:
        server.stop()


def with_smtp(chosen: Settings, url: str) -> Settings:
    return chosen.model_copy(update={"smtp_url": url})


def test_a_letter_reaches_a_real_mail_server_whole(town: Store, chosen: Settings, mailbox: tuple[Mailbox, str]):
    handler, url = mailbox
    booked(town, replace(ANA, language="ar", name="أمينة"))
    assert deliver_due(town, with_smtp(chosen, url)) == [""]
    [content] = handler.taken
    message = mail(content)
    assert "أمينة" in part(message, "text/plain")
    assert invitation(message)[0] == "REQUEST"
    assert max(len(line) for line in content.split(b"\r\n")) <= 998  # RFC 5321, section 4.5.3.1.6
    assert content.isascii()
    assert outcomes(town) == [(DELIVERED, "")]


@pytest.mark.parametrize(
    "address", ["josé@example.org", "ana@exämple.org", "أمينة@example.org", '"ana lopes"@example.org', "a+b@example.org"]
)
def test_every_address_that_the_form_takes_can_be_written_to(
    town: Store, chosen: Settings, mailbox: tuple[Mailbox, str], address: str
):
    handler, url = mailbox
    try:
        booked(town, replace(ANA, email=address))
    except NotValid:
        return
    assert deliver_due(town, with_smtp(chosen, url)) == [""]
    [content] = handler.taken
    assert str(mail(content)["To"]).rpartition("@")[2].isascii()
    assert deliver_due(town, chosen) == []


def test_a_mail_server_that_can_not_write_to_an_address_is_not_asked_for_ever(town: Store, chosen: Settings):
    port = free_port()
    server = Controller(Mailbox(), hostname="127.0.0.1", port=port, enable_SMTPUTF8=False)
    server.start()
    try:
        booked(town, replace(ANA, email="josé@example.org"))
        [trouble] = deliver_due(town, with_smtp(chosen, f"smtp://127.0.0.1:{port}"))
    finally:
        server.stop()
    assert "SMTPUTF8" in trouble
    assert outcomes(town) == [(PARKED, trouble)]


def test_a_letter_to_any_address_can_be_written_into_the_folder(town: Store, chosen: Settings):
    booked(town, replace(ANA, email="أمينة@example.org"))
    assert deliver_due(town, chosen) == [""]
    assert "<أمينة@example.org>".encode() in files(chosen)[0]


def test_a_letter_that_can_not_be_written_holds_up_no_other(town: Store, chosen: Settings, monkeypatch: pytest.MonkeyPatch):
    booked(town, replace(ANA, name="Poison"))
    sound = booked(town, replace(ANA, name="Sound"), NINE)
    write_it = subjects.wording

    def breaks_for_one(*args: Any) -> Any:
        if args[3].name == "Poison":
            raise ValueError("a name that nobody thought of")
        return write_it(*args)

    monkeypatch.setattr(subjects, "wording", breaks_for_one)
    assert sorted(deliver_due(town, chosen)) == ["", "it could not be written (ValueError); the log says why"]
    assert [outcome for outcome, _ in outcomes(town)] == ["", DELIVERED]
    assert sound.reference in part(mail(files(chosen)[0]), "text/plain")


def test_a_letter_delivered_twice_has_one_message_id(town: Store, chosen: Settings, mailbox: tuple[Mailbox, str]):
    handler, url = mailbox
    booked(town)
    [letter] = write(town, lease, NOW, 10)
    carriers = Carriers(mail_carrier(with_smtp(chosen, url)), text_carrier(chosen))
    for _ in range(2):
        asyncio.run(deliver(NOW, carriers, [letter]))
    assert len({mail(content)["Message-ID"] for content in handler.taken}) == 1
    assert len(handler.taken) == 2


def test_an_address_that_does_not_exist_parks_the_letter(town: Store, chosen: Settings, mailbox: tuple[Mailbox, str]):
    handler, url = mailbox
    handler.answers = ["550 No such user here: ana@example.org"]
    booked(town)
    [trouble] = deliver_due(town, with_smtp(chosen, url))
    assert outcomes(town) == [(PARKED, trouble)]
    assert "550" in trouble
    assert "ana" not in trouble


def test_a_busy_mail_server_is_asked_again_later(town: Store, chosen: Settings, mailbox: tuple[Mailbox, str]):
    handler, url = mailbox
    handler.answers = ["451 Try again later"]
    booked(town)
    assert "451" in deliver_due(town, with_smtp(chosen, url))[0]
    assert deliver_due(town, with_smtp(chosen, url), NOW + timedelta(seconds=30)) == []
    assert deliver_due(town, with_smtp(chosen, url), NOW + timedelta(minutes=2)) == [""]
    assert [outcome for outcome, _ in outcomes(town)] == [DELIVERED]
    assert len(handler.taken) == 1


def test_a_mail_server_that_is_away_is_asked_again_later(town: Store, chosen: Settings):
    booked(town)
    assert "could not be reached" in deliver_due(town, with_smtp(chosen, "smtp://127.0.0.1:1"))[0]
    assert deliver_due(town, chosen, NOW + timedelta(minutes=2)) == [""]


# A real HTTP gateway


@contextmanager
def gateway(status: int) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    taken: list[dict[str, Any]] = []

    class Gateway(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            said = {name: self.headers[name] for name in ("Authorization", "Idempotency-Key")}
            taken.append({"path": self.path, **body, **said})
            self.send_response(status)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Gateway)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://secret%40token@127.0.0.1:{server.server_port}/send", taken
    finally:
        server.shutdown()
        server.server_close()


def test_a_text_message_is_handed_to_the_gateway_with_its_key(town: Store, chosen: Settings):
    booked(town, BY_TEXT)
    with gateway(202) as (url, taken):
        assert deliver_due(town, chosen.model_copy(update={"sms_url": url})) == [""]
    [sent] = taken
    [letter_key] = read(town, lambda session: list(session.exec(select(Letter.key).where(Letter.outcome == DELIVERED))))
    assert (sent["path"], sent["to"], sent["Authorization"]) == ("/send", "+351912345678", "Bearer secret@token")
    assert sent["Idempotency-Key"] == letter_key


@pytest.mark.parametrize(("status", "outcome"), [(422, PARKED), (500, ""), (429, ""), (401, "")])
def test_what_the_gateway_answers_decides_whether_to_try_again(town: Store, chosen: Settings, status: int, outcome: str):
    booked(town, BY_TEXT)
    with gateway(status) as (url, _):
        [trouble] = deliver_due(town, chosen.model_copy(update={"sms_url": url}))
    assert str(status) in trouble
    assert "912345678" not in trouble
    assert [each for each, _ in outcomes(town)] == [outcome]


def test_a_letter_whose_key_can_not_be_said_any_more_is_parked(town: Store, chosen: Settings):
    booked(town)
    town.secret = b"another secret than the one the keys were made with"
    [trouble] = deliver_due(town, chosen)
    assert "ATRIO_SECRET" in trouble
    assert outcomes(town) == [(PARKED, trouble)]


def test_a_code_by_mail_is_the_largest_thing_and_its_link_carries_it_in_the_fragment(town: Store, chosen: Settings):
    town.caps = True
    promise = booked(town)
    code = code_in_the_letter(town, promise.reference)
    message = only_mail(town, chosen)
    assert message["Subject"] == f"{code[:3]}\N{NO-BREAK SPACE}{code[3:]} é o seu código"
    plain = part(message, "text/plain")
    assert f"{code[:3]}\N{NO-BREAK SPACE}{code[3:]}" in plain
    assert f"/pt/book/code/#{promise.reference}.{promise.access_key}.{code}" in plain
    assert "\n\n\n" not in plain
    assert not [each for each in message.walk() if each.get_content_type() == "text/calendar"]


def test_a_code_by_text_message(town: Store, chosen: Settings):
    town.caps = True
    promise = booked(town, BY_TEXT)
    code = code_in_the_letter(town, promise.reference)
    assert deliver_due(town, chosen) == [""]
    [text] = files(chosen, "*.sms.txt")
    number, _, words = text.decode().partition("\n\n")
    assert number == "+351912345678"
    assert f"{code[:3]}\N{NO-BREAK SPACE}{code[3:]}" in words
    assert promise.access_key not in words


def test_a_code_that_was_typed_meanwhile_is_not_told_any_more(town: Store, chosen: Settings):
    town.caps = True
    confirmed(town, booked(town))
    assert deliver_due(town, chosen) == [""]
    [booking] = files(chosen)
    assert "código" not in mail(booking)["Subject"]


@pytest.mark.parametrize("language", ["pt", "en", "es", "ar"])
def test_a_code_to_sign_in_is_written_to_whoever_asked_and_names_nobody(town: Store, chosen: Settings, language: str):
    key = new_key()
    write(town, ask, NOW, key, "ana@example.org", language, "/me/")
    code = read(town, code_of_tab, key)
    assert deliver_due(town, chosen) == [""]
    message = mail(files(chosen)[0])
    assert "ana@example.org" in str(message["To"])
    for kind in ("text/plain", "text/html"):
        said = part(message, kind)
        assert f"{code[:3]}\N{NO-BREAK SPACE}{code[3:]}" in said
        assert "/me/" not in said
        assert "/sign-in/" not in said
    assert f"{code[:3]}" in str(message["Subject"])


def test_a_code_to_sign_in_goes_to_a_mobile_telephone_in_one_message(town: Store, chosen: Settings):
    key = new_key()
    write(town, ask, NOW, key, "912 345 678", "en", "/me/")
    code = read(town, code_of_tab, key)
    assert deliver_due(town, chosen) == [""]
    [message] = files(chosen, "*.txt")
    assert f"{code[:3]}\N{NO-BREAK SPACE}{code[3:]} is your code to sign in" in message.decode()


def test_a_code_that_was_used_meanwhile_is_not_sent(town: Store, chosen: Settings):
    key = new_key()
    write(town, ask, NOW, key, "ana@example.org", "pt", "/me/")
    write(town, answer, NOW, key, read(town, code_of_tab, key))
    deliver_due(town, chosen)
    assert files(chosen) == []
