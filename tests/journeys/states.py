"""The states that pages can be in beyond having just been opened: one long visit, each state beginning where the last one ended."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import UTC, datetime

from playwright.sync_api import expect

from booking.counters import not_there
from booking.store import write
from booking.visits import Visit
from portal.identity.staff_access import invite
from tests.journeys.open_book import OpenBook
from tests.journeys.staff import PASSWORD, shows_digits, types_password
from tests.journeys.steps import CHECK, DETAILS, DONE, TIME, Resident, instant

COUNTER = "pacos-1"
VISIT = Visit(("residence-certificate",), "pacos", "in_person")
MARRIAGE = Visit(("marriage",), "pacos", "in_person")


def a_menu_is_open(resident: Resident, _book: OpenBook) -> None:
    resident.open("/services/")
    resident.page.locator("details.menu summary").first.click()


def text_sizes_are_open(resident: Resident, _book: OpenBook) -> None:
    resident.page.keyboard.press("Escape")
    resident.page.locator("details.menu summary").nth(1).click()


def the_text_is_largest(resident: Resident, _book: OpenBook) -> None:
    resident.page.locator("input[name=text-size]").last.check()
    resident.open("/")


def something_was_found(resident: Resident, _book: OpenBook) -> None:
    resident.page.evaluate("localStorage.clear()")
    resident.open("/services/?q=certificado+certificate+casamento")
    expect(resident.page.locator("[role=status] h2")).to_be_visible()


def nothing_was_found(resident: Resident, _book: OpenBook) -> None:
    resident.open("/services/?q=qqqqqqqq")
    expect(resident.page.locator("[role=status] h2")).to_be_visible()


def the_service_is_unknown(resident: Resident, _book: OpenBook) -> None:
    resident.open("/book/?service=unknown")
    expect(resident.page.locator(".notice.warn")).to_be_visible()


def no_way_was_chosen_and_another_matter_is_being_added(resident: Resident, _book: OpenBook) -> None:
    resident.begin()
    resident.press("Continue")
    resident.reads("Please choose one of these ways.")
    resident.page.locator("main details summary").click()


def a_day_is_open_and_a_time_chosen(resident: Resident, _book: OpenBook) -> None:
    resident.choose_a_way()
    resident.stands_at(TIME)
    resident.times_of(resident.some_day).last.click()


def the_time_was_just_taken(resident: Resident, book: OpenBook) -> None:
    chosen = resident.page.locator("input[name^=time]:checked").get_attribute("value") or ""
    book.take_every_place(VISIT, instant(chosen))
    resident.press("Continue")
    resident.reads("Somebody has just taken {moment}. Your answers are kept: please choose another time.")


def details_are_missing(resident: Resident, _book: OpenBook) -> None:
    resident.choose_a_time()
    resident.stands_at(DETAILS)
    resident.press("Continue")
    expect(resident.page.locator("#errors")).to_be_visible()


def the_time_is_no_longer_kept(resident: Resident, book: OpenBook) -> None:
    book.let_holds_run_out()
    resident.page.reload()
    expect(resident.page.locator(".notice.warn")).to_be_visible()


def the_answers_are_shown(resident: Resident, _book: OpenBook) -> None:
    resident.say_who()
    resident.stands_at(CHECK)


def it_is_confirmed(resident: Resident, _book: OpenBook) -> None:
    resident.confirm()
    resident.stands_at(DONE)
    resident.codes()


def it_is_confirmed_in_the_largest_text(resident: Resident, _book: OpenBook) -> None:
    resident.page.evaluate("document.documentElement.dataset.text = 'largest'")


def it_is_being_moved(resident: Resident, _book: OpenBook) -> None:
    resident.page.evaluate("delete document.documentElement.dataset.text")
    resident.follow("Move it")
    resident.title_is("Choose another time")


def it_was_moved(resident: Resident, _book: OpenBook) -> None:
    resident.times_of(resident.some_day).nth(1).click()
    resident.press("Take this time instead")
    resident.reads("Your appointment has a new time. The old one is free for somebody else.")


def an_earlier_time_can_be_asked_for(resident: Resident, _book: OpenBook) -> None:
    resident.follow("Ask for an earlier time")
    resident.title_is("An earlier time")
    resident.all_is_there()


def no_day_would_suit(resident: Resident, _book: OpenBook) -> None:
    for box in resident.page.locator("input[name^=day_]").all():
        box.uncheck()
    resident.press("Write to me")
    expect(resident.page.locator("#errors")).to_be_visible()


def they_wait_for_an_earlier_time(resident: Resident, _book: OpenBook) -> None:
    for box in resident.page.locator("input[name^=day_]").all():
        box.check()
    resident.press("Write to me")
    resident.reads("You are waiting for an earlier time")
    resident.page.locator("main details summary").first.click()


def an_earlier_time_is_offered(resident: Resident, book: OpenBook) -> None:
    book.give_back_an_earlier_time(resident.name)
    resident.open("/appointment/earlier/")
    resident.reads("This earlier time is kept for you")
    resident.page.locator("main details summary").last.click()


def the_offer_is_told_beside_the_appointment(resident: Resident, _book: OpenBook) -> None:
    resident.open("/appointment/")
    resident.reads("An earlier time is kept for you")


def it_is_being_cancelled(resident: Resident, _book: OpenBook) -> None:
    resident.follow("Cancel it")
    resident.title_is("Cancel this appointment?")


def it_was_cancelled(resident: Resident, _book: OpenBook) -> None:
    resident.press("Yes, cancel it")
    resident.title_is("This appointment is cancelled")


def the_codes_are_wrong(resident: Resident, _book: OpenBook) -> None:
    resident.press("Close it on this device")
    resident.title_is("Find my appointment")
    resident.type_codes("VC-2222-2222", "AAAA")
    expect(resident.page.locator("#errors")).to_be_visible()


def it_is_by_video(resident: Resident, _book: OpenBook) -> None:
    Resident(resident.page, resident.address, resident.language, service="marriage").book(way="video")


def the_video_link_was_followed(resident: Resident, _book: OpenBook) -> None:
    resident.page.goto(resident.page.locator("main a[href*='/video/']").get_attribute("href") or "")
    expect(resident.page.locator(".plate")).to_be_visible()


def a_code_is_asked_for(resident: Resident, book: OpenBook) -> None:
    resident.open(f"/book/code/#{book.leave_unconfirmed(VISIT)}")
    resident.title_is("Type the code we sent you")


def the_code_was_wrong_and_its_time_is_kept_no_longer(resident: Resident, book: OpenBook) -> None:
    resident.all_is_there()
    resident.field("Code").fill("12")
    resident.press("Confirm the appointment")
    expect(resident.page.locator("#errors")).to_be_visible()
    book.let_unconfirmed_run_out()
    resident.page.reload()
    expect(resident.page.locator(".notice.warn")).to_be_visible()
    resident.press("Confirm the appointment")
    expect(resident.page.locator("#errors")).to_be_visible()


def the_way_to_reach_them_is_missing(resident: Resident, _book: OpenBook) -> None:
    resident.open("/sign-in/")
    resident.all_is_there()
    resident.press("Send me a code")
    expect(resident.page.locator("#errors")).to_be_visible()


def a_code_was_sent_to_sign_in(resident: Resident, _book: OpenBook) -> None:
    resident.ask_to_sign_in(f"{secrets.token_hex(4)}@example.org")


def the_code_to_sign_in_was_wrong(resident: Resident, _book: OpenBook) -> None:
    resident.field("Code").fill("12")
    resident.press("Sign in")
    expect(resident.page.locator("#errors")).to_be_visible()


def they_are_signed_in(resident: Resident, _book: OpenBook) -> None:
    resident.type_shown_code()
    resident.title_is("My page")
    resident.all_is_there()


def they_say_what_travels_with_them(resident: Resident, _book: OpenBook) -> None:
    resident.open("/me/about-you/")
    resident.all_is_there()
    resident.press("Save")
    expect(resident.page.locator("#errors")).to_be_visible()


def they_have_appointments_and_are_asked_about_others(resident: Resident, book: OpenBook) -> None:
    address = f"{secrets.token_hex(4)}@example.org"
    resident.press_sign_out()
    book.books_for(VISIT, address)
    resident.ask_to_sign_in(address)
    resident.type_shown_code()
    resident.press("Yes, they are mine")
    resident.reads("These appointments are now on your page.")
    book.books_for(VISIT, address)
    resident.open("/me/")
    resident.reads("Are these yours?")


def they_name_nobody_who_may_act_for_them(resident: Resident, _book: OpenBook) -> None:
    resident.open("/me/mandates/")
    resident.all_is_there()
    resident.press("Ask them")
    expect(resident.page.locator("#errors")).to_be_visible()


def they_asked_somebody_to_act_for_them(resident: Resident, _book: OpenBook) -> None:
    resident.field("Who is it?").fill("Karim")
    resident.field("Their e-mail or mobile number").fill(f"{secrets.token_hex(4)}@example.org")
    resident.page.locator("label:has(input[name=scope_book])").click()
    resident.field("Your name, as they know you").fill("Amina Haddad")
    resident.press("Ask them")
    resident.reads("They have not answered yet.")


def somebody_asks_them_to_act(resident: Resident, book: OpenBook) -> None:
    book.asks_to_act("Ana Lopes")
    resident.open("/me/")
    resident.reads("Would you act for {name}?", name="Ana Lopes")


def they_act_for_somebody(resident: Resident, _book: OpenBook) -> None:
    resident.press("Yes, I will")
    resident.page.get_by_role("link", name="Ana Lopes").click()
    resident.reads("Your mandate")
    resident.all_is_there()


def they_book_for_somebody(resident: Resident, _book: OpenBook) -> None:
    resident.page.get_by_role("button", name=resident.words("Book for {name}", name="Ana Lopes")).click()
    resident.title_is("All services")
    resident.begin()
    resident.reads("You are booking for {name}", name="Ana Lopes")


def they_add_no_way_to_reach_them(resident: Resident, _book: OpenBook) -> None:
    resident.open("/me/contacts/")
    resident.all_is_there()
    resident.press("Send the code")
    expect(resident.page.locator("#errors")).to_be_visible()


def a_code_was_sent_to_a_further_contact(resident: Resident, _book: OpenBook) -> None:
    resident.page.locator("input[name=contact]").fill(f"{secrets.token_hex(4)}@example.org")
    resident.press("Send the code")
    resident.reads("Type the code")


def they_see_all_that_is_held(resident: Resident, _book: OpenBook) -> None:
    resident.open("/me/data/")
    resident.reads("Who looked at it")
    resident.page.locator("details.plain > summary").first.click()
    resident.all_is_there()


def they_have_not_read_what_would_be_erased(resident: Resident, _book: OpenBook) -> None:
    resident.open("/me/erase/")
    resident.reads("This stays for good")
    resident.press("Erase my data")
    expect(resident.page.locator("#errors")).to_be_visible()


def they_are_signed_out(resident: Resident, _book: OpenBook) -> None:
    resident.open("/me/")
    resident.all_is_there()
    resident.press_sign_out()


def access_is_being_set_up(resident: Resident, book: OpenBook) -> None:
    email = book.catalogue().staff["rosa-teixeira"].email
    resident.open(f"/desk/set-up/#{write(book.store, invite, datetime.now(UTC), email)}")
    resident.all_is_there()
    resident.press("Continue")
    expect(resident.page.locator("#errors")).to_be_visible()


def a_second_thing_is_being_set_up(resident: Resident, _book: OpenBook) -> None:
    resident.field("Password").fill(PASSWORD)
    resident.press("Continue")
    resident.reads("Or an authenticator")
    resident.press("Save")
    expect(resident.page.locator("#errors")).to_be_visible()


def the_recovery_codes_are_shown(resident: Resident, _book: OpenBook) -> None:
    shows_digits(resident)
    resident.reads("Your access is set up.")


def the_second_thing_was_wrong(resident: Resident, book: OpenBook) -> None:
    types_password(resident, book.catalogue().staff["rosa-teixeira"].email)
    resident.field("Six digits of your authenticator").fill("000000")
    resident.press("Sign in")
    expect(resident.page.locator("#errors")).to_be_visible()


def the_staff_sign_in_was_wrong(resident: Resident, _book: OpenBook) -> None:
    resident.open("/desk/sign-in/")
    resident.all_is_there()
    resident.press("Continue")
    expect(resident.page.locator("#errors")).to_be_visible()


def a_code_for_a_machine_is_shown(resident: Resident, book: OpenBook) -> None:
    book.has_a_kiosk_without_paper()
    resident.page.get_by_role("button", name=resident.words("Sign in as {name}", name="Rosa Teixeira")).click()
    resident.title_is("Staff area")
    resident.open("/desk/devices/")
    resident.all_is_there()
    resident.press("Get a code")
    resident.reads("It is good once, until {time}. It is shown only here.")
    for each in resident.page.locator("main details > summary").all():
        each.click()


def somebody_of_the_staff_is_at_the_desk(resident: Resident, _book: OpenBook) -> None:
    resident.open("/desk/")
    resident.press("Sign out")
    resident.all_is_there()
    resident.page.get_by_role("button", name=resident.words("Sign in as {name}", name="Marta Figueiredo")).click()
    resident.title_is("Staff area")
    resident.all_is_there()


def somebody_of_the_staff_looks_after_their_access(resident: Resident, _book: OpenBook) -> None:
    resident.follow("My access")
    resident.title_is("My access")
    resident.all_is_there()


def a_record_is_looked_for_without_a_purpose(resident: Resident, _book: OpenBook) -> None:
    resident.open("/desk/people/")
    resident.all_is_there()
    resident.press("Look")
    expect(resident.page.locator("#errors")).to_be_visible()


def a_record_is_open(resident: Resident, book: OpenBook) -> None:
    booked = book.books_for(MARRIAGE, f"{secrets.token_hex(4)}@example.org")  # of the departments of whoever is there
    resident.page.locator("select[name=purpose]").select_option("visit")
    resident.page.locator("input[name=who]").fill(booked.reference)
    resident.press("Look")
    resident.page.locator("ul.rows button").click()
    expect(resident.page.get_by_text(booked.reference)).to_be_visible()


def somebody_sits_down_beside_them(resident: Resident, _book: OpenBook) -> None:
    resident.open("/desk/assist/")
    resident.all_is_there()
    resident.press("Begin")
    expect(resident.page.locator("#errors")).to_be_visible()


def a_code_was_sent_to_whoever_sits_there(resident: Resident, _book: OpenBook) -> None:
    resident.field("Name of the person beside you").fill("Amina")
    resident.page.locator("input[value=code]").check()
    resident.field("For a code: their e-mail or mobile number").fill(f"{secrets.token_hex(4)}@example.org")
    resident.press("Begin")
    resident.reads("They may type it themselves, or read it out to you.")


def the_two_are_at_it_together(resident: Resident, _book: OpenBook) -> None:
    resident.field("Code").fill(resident.shown_code())
    resident.press("Begin")
    expect(resident.page.locator(".together")).to_be_visible()


def a_counter_is_chosen(resident: Resident, _book: OpenBook) -> None:
    resident.open("/desk/counter/")
    resident.all_is_there()


def they_sit_at_a_counter(resident: Resident, _book: OpenBook) -> None:
    resident.page.locator("select[name=counter]").select_option(index=1)
    resident.press("Sit down here")
    resident.title_is("Nobody is at your counter")
    for each in resident.page.locator("main details > summary").all():
        each.click()


def somebody_is_at_their_counter(resident: Resident, book: OpenBook) -> None:
    book.comes_to_the_seat_of("marta-figueiredo", book.draws(resident.language).ticket)
    resident.page.reload()
    expect(resident.page.locator(".desk-now")).to_be_visible()
    resident.page.locator("main details > summary").last.click()


def they_got_up(resident: Resident, _book: OpenBook) -> None:
    resident.press("They are here")
    resident.press("Finish and call next")
    resident.title_is("Nobody is at your counter")
    resident.press("Close the counter")
    resident.title_is("My counter")


def the_next_touch_is_shown(resident: Resident, _book: OpenBook) -> None:
    resident.press("Show the next touch")
    expect(resident.page.locator(".together .next")).not_to_be_empty()


def the_form_can_go_on_on_their_phone(resident: Resident, _book: OpenBook) -> None:
    resident.get_to(DETAILS)
    resident.press("Go on with their own phone")
    expect(resident.page.locator(".qr")).to_be_visible()


def it_is_over_and_wiped(resident: Resident, _book: OpenBook) -> None:
    resident.press("End, and wipe the screen")
    resident.reads("It is over. Nothing of theirs is left here.")


def a_ticket_is_followed(resident: Resident, book: OpenBook) -> None:
    book.empty_the_hall()
    book.draws()
    resident.open(f"/ticket/#{book.draws(resident.language).code}")
    resident.reads("We do not know yet how long it takes.")
    resident.all_is_there()


def the_number_is_called(resident: Resident, book: OpenBook) -> None:
    drawn = book.draws(resident.language)
    book.calls(COUNTER, drawn.ticket)
    resident.open("/accessibility/")
    resident.open(f"/ticket/#{drawn.code}")
    resident.reads("It is your turn: counter {counter}", counter="1")
    resident.all_is_there()


def nobody_came_when_it_was_called(resident: Resident, book: OpenBook) -> None:
    book.at_counter(not_there, COUNTER)
    resident.open("/ticket/")
    resident.reads("We called you and did not find you.")


def they_have_left_the_line(resident: Resident, _book: OpenBook) -> None:
    resident.page.locator("main details summary").first.click()
    resident.press("Yes, leave the line")
    resident.reads("You have left the line. This number is over.")


def the_code_of_the_ticket_is_wrong(resident: Resident, _book: OpenBook) -> None:
    resident.press("Close this ticket")
    resident.open("/ticket/")
    resident.all_is_there()
    resident.press("Follow it")
    expect(resident.page.locator("#errors")).to_be_visible()


STATES: dict[str, Callable[[Resident, OpenBook], None]] = {
    state.__name__.replace("_", " "): state
    for state in (
        a_menu_is_open,
        text_sizes_are_open,
        the_text_is_largest,
        something_was_found,
        nothing_was_found,
        the_service_is_unknown,
        no_way_was_chosen_and_another_matter_is_being_added,
        a_day_is_open_and_a_time_chosen,
        the_time_was_just_taken,
        details_are_missing,
        the_time_is_no_longer_kept,
        the_answers_are_shown,
        it_is_confirmed,
        it_is_confirmed_in_the_largest_text,
        it_is_being_moved,
        it_was_moved,
        an_earlier_time_can_be_asked_for,
        no_day_would_suit,
        they_wait_for_an_earlier_time,
        an_earlier_time_is_offered,
        the_offer_is_told_beside_the_appointment,
        it_is_being_cancelled,
        it_was_cancelled,
        the_codes_are_wrong,
        it_is_by_video,
        the_video_link_was_followed,
        a_code_is_asked_for,
        the_code_was_wrong_and_its_time_is_kept_no_longer,
        the_way_to_reach_them_is_missing,
        a_code_was_sent_to_sign_in,
        the_code_to_sign_in_was_wrong,
        they_are_signed_in,
        they_say_what_travels_with_them,
        they_have_appointments_and_are_asked_about_others,
        they_name_nobody_who_may_act_for_them,
        they_asked_somebody_to_act_for_them,
        somebody_asks_them_to_act,
        they_act_for_somebody,
        they_book_for_somebody,
        they_add_no_way_to_reach_them,
        a_code_was_sent_to_a_further_contact,
        they_see_all_that_is_held,
        they_have_not_read_what_would_be_erased,
        they_are_signed_out,
        access_is_being_set_up,
        a_second_thing_is_being_set_up,
        the_recovery_codes_are_shown,
        the_second_thing_was_wrong,
        the_staff_sign_in_was_wrong,
        a_code_for_a_machine_is_shown,
        somebody_of_the_staff_is_at_the_desk,
        somebody_of_the_staff_looks_after_their_access,
        a_counter_is_chosen,
        they_sit_at_a_counter,
        somebody_is_at_their_counter,
        they_got_up,
        a_record_is_looked_for_without_a_purpose,
        a_record_is_open,
        somebody_sits_down_beside_them,
        a_code_was_sent_to_whoever_sits_there,
        the_two_are_at_it_together,
        the_next_touch_is_shown,
        the_form_can_go_on_on_their_phone,
        it_is_over_and_wiped,
        a_ticket_is_followed,
        the_number_is_called,
        nobody_came_when_it_was_called,
        they_have_left_the_line,
        the_code_of_the_ticket_is_wrong,
    )
}
