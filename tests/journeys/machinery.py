"""Signs that something of the machinery has come through to a page or an answer."""

import re

# The word "Error:" alone is ours: a screen reader says it before an error message. "NaN" inside a random key is no number.
_SIGNS = re.compile(
    r"Traceback|\w(Error|Exception)\b|\.py\b|File \"|site-packages|sqlalchemy|pydantic|sqlite|undefined|(?<![\w+/-])NaN\b|\[object|\{\w+\}"
)


def signs_of_machinery(text: str) -> list[str]:
    return [match[0] for match in _SIGNS.finditer(text)]
