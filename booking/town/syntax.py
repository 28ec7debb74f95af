"""Says what is wrong with a file that isn't TOML, in a sentence for somebody who doesn't know what TOML is."""

import re

from booking.town.positions import first_stumble


def syntax_mistake(message: str, source: bytes) -> tuple[int, str]:
    """The line, and a plain sentence for what the standard library's TOML parser said about the text."""
    where = _WHERE.search(message)
    line = int(where[1]) if where and where[1] else source.rstrip().count(b"\n") + 1
    if message.startswith(("Unclosed array", "Unterminated string")):  # noticed late: point at where it began
        line = min(line, first_stumble(source) or line)
    plain = next((plain for start, plain in _SENTENCES.items() if message.startswith(start)), None)
    return line, plain or f"This isn't TOML: {_WHERE.sub('', message)}."


_WHERE = re.compile(r" \(at (?:line (\d+), column (\d+)|end of document)\)$")

_TWICE = "This key is already set above: remove one of the two."
_AGAIN = "This heading is already there above: one more thing of a kind has double brackets, as in [[services]]."
_OPEN_TEXT = "A text isn't closed: it needs a quotation mark (\") at its end, on the same line."
_BACKSLASH = "A backslash in a text needs a second one: \\\\."

_SENTENCES = {
    "Cannot overwrite a value": _TWICE,
    "Duplicate inline table key": "A key is written twice inside these braces: remove one of the two.",
    "Cannot declare": _AGAIN,
    "Cannot redefine namespace": _AGAIN,
    "Cannot mutate immutable": "This adds to something that is already complete above.",
    "Unclosed array": "A list isn't closed: it needs commas between its items and a ] at its end.",
    "Unclosed inline table": (
        "Something is wrong inside these braces: entries need commas between them, texts and times of day need quotation marks, "
        "and } closes them on the same line."
    ),
    "Unterminated string": _OPEN_TEXT,
    "Illegal character '\\n'": _OPEN_TEXT,
    "Expected '=' after a key": "There should be a = here, as in: minutes = 20.",
    "Invalid statement": "This line makes no sense here: a line starts with a key, as in: minutes = 20.",
    "Invalid value": 'This isn\'t a value: texts need quotation marks, as in slug = "parking-permit".',
    "Invalid initial character for a key part": "A key should start here, such as: slug.",
    "Expected newline or end of document after a statement": (
        'There is something after the value: texts and times of day need quotation marks, as in opens = "08:30".'
    ),
    "Expected ']' at the end of a table declaration": "A ] is missing at the end of the heading.",
    "Expected ']]' at the end of an array declaration": "The heading needs ]] at its end.",
    "Invalid date or datetime": "There is no such day or time.",
    "Unescaped '\\' in a string": _BACKSLASH,
    "Invalid hex value": _BACKSLASH,
    "Illegal character": "There is a character here that can't be seen and doesn't belong: type the text anew.",
}
