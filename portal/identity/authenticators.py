"""The six digits of an authenticator (RFC 6238). The secret is sealed with the installation's own."""

from __future__ import annotations

import hmac
from base64 import urlsafe_b64encode
from datetime import datetime
from hashlib import sha256

from cryptography.fernet import Fernet, InvalidToken
from pyotp import random_base32
from pyotp.totp import TOTP
from sqlmodel import Session

from booking.references import SecretChanged
from booking.store import store_of

DIGITS = 6
STEP = 30  # seconds
# A clock this many steps off is named, not only refused: half an hour either way.
NAMED = 60


def new_totp_secret() -> str:
    return random_base32()


def totp_address(secret: str, email: str, town: str) -> str:
    """What an authenticator reads from a QR code (Key URI format)."""
    return TOTP(secret).provisioning_uri(name=email, issuer_name=town)


def sealed(session: Session, secret: str) -> str:
    return _seal(session).encrypt(secret.encode()).decode()


def unsealed(session: Session, text: str) -> str:
    """Raises SecretChanged when the installation's secret is another now."""
    try:
        return _seal(session).decrypt(text.encode()).decode()
    except InvalidToken:
        raise SecretChanged("ATRIO_SECRET isn't the one with which this authenticator was set up") from None


def step_of(secret: str, digits: str, now: datetime) -> int | None:
    """The step of time to which these digits belong: this one, or the one before or after."""
    step, totp = _step(now), TOTP(secret)
    return next((each for each in (step, step - 1, step + 1) if hmac.compare_digest(totp.at(each * STEP), digits)), None)


def other_step_of(secret: str, digits: str, now: datetime) -> int | None:
    """Another step near enough that a clock must be wrong, by minutes."""
    step, totp = _step(now), TOTP(secret)
    near = (each for each in range(step - NAMED, step + NAMED + 1) if abs(each - step) > 1)
    return next((each for each in near if hmac.compare_digest(totp.at(each * STEP), digits)), None)


def _step(now: datetime) -> int:
    return int(now.timestamp()) // STEP


def _seal(session: Session) -> Fernet:
    return Fernet(urlsafe_b64encode(hmac.digest(store_of(session).secret, b"authenticators", sha256)))
