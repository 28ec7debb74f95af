"""What a person says or types to get at an appointment: a speakable reference, and the key that proves it is theirs.

A reference ("VC-7K2M-94QX") may be read out over the telephone and seen by others. It is written with 31 symbols among which no
two are easily taken for one another: no 1, I or L, no O beside 0, no U beside V. Its last symbol checks the others: because 31
is prime and neighbours weigh differently, every wrong symbol and every exchange of two neighbours is noticed before anything is
looked up.

A key ("ABCD-EFGH-JKMN-PQRS") is the secret: 80 bits, in the 32 symbols of Crockford's base 32. The database keeps a hash of it
to compare with, and a salt from which, together with the installation's secret, the same key can be made again for a later
letter.
"""

import hmac
import secrets
import unicodedata
from dataclasses import dataclass
from hashlib import sha256

from booking.errors import MistypedReference

SYMBOLS = "023456789ABCDEFGHJKMNPQRSTVWXYZ"
BODY = 7
# The check symbol weighs 1; no two neighbours weigh the same.
WEIGHTS = (2, 3, 4, 5, 6, 7, 8, 1)
MISREAD = str.maketrans("OU", "0V")

KEY_SYMBOLS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
KEY_BITS, BITS_PER_SYMBOL = 80, 5
KEY_MISREAD = str.maketrans("OILU", "011V")

LONGEST_TYPED = 64


class SecretChanged(RuntimeError):
    """Keys issued under the old secret still open what they opened, but can't be made again."""


@dataclass(frozen=True)
class Capability:
    """A new key, and what the database keeps of it."""

    key: str
    salt: str
    key_hash: str


def new_reference(prefix: str) -> str:
    """A random reference of a town. 31**7 of them exist per prefix, so the caller makes another when this one is in use."""
    body = "".join(secrets.choice(SYMBOLS) for _ in range(BODY))
    return _spaced(prefix, body + check_symbol(body))


def parsed_reference(typed: str, prefix: str) -> str:
    """The reference as it was issued, from what a person typed: any spaces and dashes, lower case, Arabic digits, O for 0, U
    for V, with the town's prefix or without. Raises MistypedReference when no reference of this town reads like that.
    """
    symbols = bare(typed)
    if len(symbols) == len(prefix) + BODY + 1 and symbols.startswith(prefix.upper()):
        symbols = symbols[len(prefix) :]
    symbols = symbols.translate(MISREAD)
    if len(symbols) != BODY + 1:
        raise MistypedReference("mistyped-length")
    if not set(symbols) <= set(SYMBOLS):
        raise MistypedReference("mistyped-symbol")
    if check_symbol(symbols[:BODY]) != symbols[BODY]:
        raise MistypedReference("mistyped-check")
    return _spaced(prefix, symbols)


def check_symbol(body: str) -> str:
    weighed = sum(weight * SYMBOLS.index(symbol) for weight, symbol in zip(WEIGHTS, body, strict=False))
    return SYMBOLS[-weighed % len(SYMBOLS)]


def new_capability(secret: bytes, purpose: str) -> Capability:
    salt = secrets.token_hex(16)
    key = derived_key(secret, purpose, salt)
    return Capability(key, salt, hash_of(key))


def derived_key(secret: bytes, purpose: str, salt: str) -> str:
    """The key that belongs to `salt`: the same for ever, as long as the installation's secret is."""
    digest = hmac.digest(secret, f"{purpose}:{salt}".encode(), sha256)
    bits = int.from_bytes(digest[: KEY_BITS // 8], "big")
    symbols = [KEY_SYMBOLS[bits >> shift & 31] for shift in range(KEY_BITS - BITS_PER_SYMBOL, -1, -BITS_PER_SYMBOL)]
    return "-".join("".join(symbols[at : at + 4]) for at in range(0, len(symbols), 4))


def key_again(secret: bytes, purpose: str, salt: str, key_hash: str) -> str:
    """The key that was issued with this salt and hash. Raises SecretChanged when the installation's secret is another now."""
    key = derived_key(secret, purpose, salt)
    if not fits(key, key_hash):
        raise SecretChanged("ATRIO_SECRET isn't the one with which this key was made")
    return key


def hash_of(key: str) -> str:
    """Of a key as typed. A plain hash is enough, because 80 random bits can't be guessed from it."""
    return sha256(bare(key).translate(KEY_MISREAD).encode("utf-8", "replace")).hexdigest()


def fits(key: str, key_hash: str | None) -> bool:
    """Is this the key? Takes the same time whether it is wrong or there is nothing to compare with."""
    return hmac.compare_digest(hash_of(key), key_hash or "0" * 64)


def _spaced(prefix: str, symbols: str) -> str:
    return f"{prefix}-{symbols[:4]}-{symbols[4:]}"


def bare(typed: object) -> str:
    """Upper case, digits of any script as 0 to 9, without anything that only separates."""
    if not isinstance(typed, str) or len(typed) > LONGEST_TYPED:
        return ""
    kept = (symbol for symbol in unicodedata.normalize("NFKC", typed) if unicodedata.category(symbol)[0] not in "ZPC")
    return "".join(str(unicodedata.decimal(symbol, symbol)) for symbol in kept).upper()
