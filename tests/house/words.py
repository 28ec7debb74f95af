"""Collect every sentence of the source into every language's catalogue: `make words`.

New sentences come in empty, for a translator; sentences that are gone leave. English is its own source and fills itself.
"""

from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import write_po

from locales.catalogue import FOLDER, LANGUAGES, SOURCE, catalogue

ROOT = FOLDER.parent
ROOMS = ("locales", "portal", "kiosk")
# Header lines that say who and when, and would differ at every run.
NOISE = tuple(
    f'"{name}'
    for name in (
        "Project-Id",
        "Report-Msgid",
        "POT-Creation",
        "PO-Revision",
        "Last-Translator",
        "Language-Team",
        "Generated-By",
    )
)
KEYWORDS = {"_": None, "N_": None, "ngettext": (1, 2)}


def collected() -> Catalog:
    """Every message of the source, with where it stands and what a translator should know."""
    messages = Catalog(charset="utf-8")
    for room in ROOMS:
        if not (ROOT / room).is_dir():
            continue
        for name, _line, message, comments, context in extract_from_dir(
            ROOT / room,
            method_map=[("**.py", "python")],
            keywords=KEYWORDS,
            comment_tags=["Translators:"],
            strip_comment_tags=True,
        ):
            # No line numbers: they would change with every edit and drown a translator's changes.
            messages.add(message, locations=[(f"{room}/{name}", None)], auto_comments=comments, context=context)
    return messages


def updated(language: str) -> Catalog:
    kept = catalogue(language)
    fresh = Catalog(locale=kept.locale, charset="utf-8", fuzzy=False, header_comment=f"# Átrio, {language}")
    fresh._num_plurals, fresh._plural_expr = kept.num_plurals, kept.plural_expr
    for message in collected():
        if message.id:
            old = kept.get(message.id)
            string = (
                old.string
                if old and old.string and isinstance(old.string, type(_empty(message.id, kept)))
                else _empty(message.id, kept)
            )
            string = message.id if language == SOURCE else string
            fresh.add(message.id, string, locations=sorted(set(message.locations)), auto_comments=message.auto_comments)
    return fresh


def _empty(message_id: str | tuple[str, ...] | list[str], kept: Catalog) -> str | tuple[str, ...]:
    return ("",) * kept.num_plurals if isinstance(message_id, (tuple, list)) else ""


def write(language: str) -> None:
    content = BytesIO()
    write_po(content, updated(language), width=110, sort_output=True)
    lines = content.getvalue().decode().splitlines(keepends=True)
    path = FOLDER / language / "LC_MESSAGES" / "messages.po"
    path.write_text("".join(line for line in lines if not line.startswith(NOISE)), encoding="utf-8")


if __name__ == "__main__":
    for each in LANGUAGES:
        write(each)
    print(f"{len(collected())} sentences in {len(LANGUAGES)} languages: {Path('locales')}")
