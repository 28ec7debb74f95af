"""What a resident does, step by step, in whichever language: the words to look for come from the catalogues."""

from dataclasses import dataclass

from locales.catalogue import _, use_language
from playwright.sync_api import Page, expect


@dataclass
class Resident:
    """Somebody with a browser who reads `language`. `service` and names are what they choose and type."""

    page: Page
    address: str
    language: str
    service: str = "residence-certificate"

    def words(self, message: str, **values: str) -> str:
        with use_language(self.language):
            return _(message, **values)

    def open(self, path: str) -> None:
        self.page.goto(f"{self.address}/{self.language}{path}")

    def press(self, message: str) -> None:
        self.page.get_by_role("button", name=self.words(message), exact=True).click()

    def follow(self, message: str) -> None:
        self.page.get_by_role("main").get_by_role("link", name=self.words(message), exact=True).first.click()

    def title_is(self, message: str) -> None:
        expect(self.page.get_by_role("heading", level=1)).to_have_text(self.words(message))

    def choose_a_way(self) -> None:
        self.open(f"/book/?service={self.service}")
        self.title_is("Where or how would you like to meet us?")
        self.page.locator("label.choice").first.click()
        self.press("Continue")

    def choose_a_time(self, which: int = 0) -> None:
        self.title_is("When would suit you?")
        self.page.locator(".next-times label.choice").nth(which).click()
        self.press("Continue")

    def say_who(self, name: str = "Amina Haddad", email: str = "amina@example.org") -> None:
        self.title_is("About you")
        self.page.get_by_label(self.words("Name"), exact=True).fill(name)
        self.page.get_by_label(self.words("E-mail"), exact=True).fill(email)
        self.press("Continue")

    def confirm(self) -> None:
        self.title_is("Is this right?")
        self.press("Book this time")
        self.title_is("Appointment confirmed")

    def book(self) -> tuple[str, str]:
        """Book from the first page to the last; the two codes."""
        self.choose_a_way()
        self.choose_a_time()
        self.say_who()
        self.confirm()
        return self.codes()

    def codes(self) -> tuple[str, str]:
        values = self.page.locator(".done dd bdi")
        return values.nth(0).inner_text(), values.nth(1).inner_text()
