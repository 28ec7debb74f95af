"""Signing in by an identity provider: OpenID Connect Core 1.0, code flow with PKCE (RFC 7636). Authlib does all of it; here is what
becomes of the answer.

What belongs to one sign-in (state, nonce, verifier) is in a short-lived cookie of this browser: an answer that another browser was
given fits nothing here. Residents and staff have a provider each (they may be the same one), a way each, and a state each: what was
begun on one way fits nothing on the other.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cache, partial
from typing import Any
from urllib.parse import quote

from authlib.integrations.base_client.errors import MismatchingStateError, OAuthError
from authlib.integrations.starlette_client import OAuth
from joserfc.errors import ExpiredTokenError, InvalidClaimError, JoseError
from sqlmodel import Session
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.sessions import SessionMiddleware
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from booking.assurance import LEVELS
from booking.catalogue import read_catalogue
from booking.details import LONGEST_EMAIL, LONGEST_NAME, Details, storable
from booking.residents import resident_known_as
from booking.settings import settings, signing_secret
from booking.store import in_transaction
from locales.catalogue import LANGUAGES
from portal.identity import cookies, sessions
from portal.identity.assurance import acr_values
from portal.identity.doors import STAFF_SIGN_IN, browser_of, safe_page
from portal.identity.sessions import Person
from portal.identity.signed_in import SIGN_IN
from portal.identity.staff_identities import member_known_as
from portal.logs import keyed
from portal.page_state import now
from portal.site import drawn_catalogue

LASTS = 600  # seconds from leaving for the provider to coming back
PATIENCE = 10.0  # seconds for the provider to answer
# Clocks differ; beyond this somebody has to set one.
SKEW = 120
LONGEST_ACR = 200
LONGEST_SUBJECT = 255  # OpenID Connect Core 1.0, section 2

log = keyed("atrio")


class NotSaid(Exception):
    """The provider's answer doesn't say who it is."""


@dataclass(frozen=True)
class Provider:
    """One provider as this portal knows it. `acr`: which of its words are enough, none for any."""

    issuer: str
    client_id: str
    client_secret: str
    acr: tuple[str, ...] = ()


@dataclass(frozen=True)
class Way:
    """Who comes in by a provider: where they leave and come back under /auth, where they ask again, and what becomes of the answer,
    which is a session's secret, or None for somebody who may not come in.
    """

    name: str
    leaves: str
    comes_back: str
    sign_in: str
    home: str
    chosen: Callable[[], Provider]
    enter: Callable[..., str | None]

    @property
    def provider(self) -> Provider | None:
        """None while none is set."""
        chosen = self.chosen()
        return chosen if chosen.issuer and chosen.client_id else None

    @property
    def back(self) -> str:
        """What the cookie calls where they were going."""
        return f"back-{self.name}"


def has_provider() -> bool:
    """Have residents one?"""
    return RESIDENTS.provider is not None


def has_staff_provider() -> bool:
    return STAFF.provider is not None


async def to_provider(request: Request, way: Way) -> Response:
    """GET with `language` and `next`: off to the provider, which asks who it is in its own way; with `level`, as surely as that."""
    language = _language(request.query_params.get("language", ""))
    known = way.provider
    if known is None:
        return _back(way, language, "no-provider")
    request.session[way.back] = [language, _page(way, request.query_params.get("next", ""))]
    level = request.query_params.get("level", "")
    surely = acr_values(level) if level in LEVELS[1:] else " ".join(known.acr)
    try:
        asked = {"ui_locales": language} | ({"acr_values": surely} if surely else {})
        return await provider(way.name).authorize_redirect(request, f"{settings().address}/auth{way.comes_back}", **asked)
    except Exception as trouble:
        # Whatever the network or the provider's own description of itself does: the other way in is still there.
        log.warning("the identity provider can't be reached", trouble=type(trouble).__name__)
        return _back(way, language, "unreachable")


async def from_provider(request: Request, way: Way) -> Response:
    """GET, where the provider sends the browser back: let them in, or say in one sentence why not."""
    language, wants = request.session.pop(way.back, ("", ""))
    language = _language(language)
    if way.provider is None:
        return _back(way, language, "no-provider")
    try:
        token = await provider(way.name).authorize_access_token(request, leeway=SKEW)
        claims = _checked(token.get("userinfo"), way.provider)
    except MismatchingStateError:
        return _refused(way, language, "other-browser", "it does not belong to a sign-in of this browser")
    except OAuthError as refusal:
        return _refused(way, language, "declined" if refusal.error == "access_denied" else "refused", str(refusal.error))
    except ExpiredTokenError:
        return _refused(way, language, "clock", "the token is too old")
    except InvalidClaimError as wrong:
        return _refused(way, language, "clock" if wrong.claim in ("iat", "nbf") else "refused", f"claim {wrong.claim}")
    except (JoseError, NotSaid) as wrong:
        return _refused(way, language, "refused", type(wrong).__name__)
    except Exception as trouble:
        return _refused(way, language, "unreachable", type(trouble).__name__)
    entered = await in_transaction(way.enter, now(), claims, *browser_of(request))
    if entered is None:
        return _refused(way, language, "refused", "it names nobody who may come in")
    response = RedirectResponse(f"/{language}{_page(way, wants)}", 303)
    cookies.give(response, entered)
    return response


@cache
def provider(name: str = "town") -> Any:
    """Authlib's client for one of WAYS."""
    known = next(way for way in WAYS if way.name == name).chosen()
    oauth = OAuth()
    return oauth.register(
        name,
        client_id=known.client_id,
        client_secret=known.client_secret or None,
        server_metadata_url=f"{known.issuer.rstrip('/')}/.well-known/openid-configuration",
        client_kwargs={
            "scope": "openid profile email",
            "code_challenge_method": "S256",
            "token_endpoint_auth_method": "client_secret_basic" if known.client_secret else "none",
            "timeout": PATIENCE,
        },
    )


def provider_doors() -> Starlette:
    """The routes of all ways, with the cookie that holds one sign-in together. To be mounted at /auth."""
    has_tls = settings().address.startswith("https://")
    kept = Middleware(
        SessionMiddleware,
        secret_key=signing_secret(settings()).hex(),
        session_cookie="atrio-provider",
        max_age=LASTS,
        path="/auth",
        same_site="lax",
        https_only=has_tls,
    )
    routes = [(way.leaves, partial(to_provider, way=way)) for way in WAYS]
    routes += [(way.comes_back, partial(from_provider, way=way)) for way in WAYS]
    return Starlette(routes=[Route(*route) for route in routes], middleware=[kept])


def _checked(claims: Any, known: Provider) -> dict[str, Any]:
    """What a library leaves open: that there is a token at all, a name for the person that can be kept, and that it is as sure as it
    must be.
    """
    if not isinstance(claims, dict):
        raise NotSaid
    subject = claims.get("sub")
    if not isinstance(subject, str) or not 0 < len(subject) <= LONGEST_SUBJECT or storable(subject) != subject:
        raise NotSaid
    if known.acr and _text(claims, "acr") not in known.acr:
        raise NotSaid
    return claims


def _enter_resident(session: Session, at: datetime, claims: dict[str, Any], device: str, old_token: str) -> str:
    given = Details(
        name=_text(claims, "name")[:LONGEST_NAME],
        email=_text(claims, "email")[:LONGEST_EMAIL],
        language=_spoken(session, _text(claims, "locale")),
    )
    is_verified = claims.get("email_verified") is True
    resident = resident_known_as(session, at, claims["iss"], claims["sub"], given, has_verified_email=is_verified)
    person = Person("provider", resident_id=resident.id, assurance=_acr(claims))
    return sessions.begin(session, at, person, device=device, instead_of=old_token)


def _enter_staff(session: Session, at: datetime, claims: dict[str, Any], device: str, old_token: str) -> str | None:
    email = _text(claims, "email") if claims.get("email_verified") is True else ""
    # As it was said, or not at all: what would be tidied away must not make one address of two.
    email = email if email == claims.get("email") else ""
    member = member_known_as(session, at, claims["iss"], claims["sub"], email)
    if member is None:
        return None
    person = Person("provider", staff=member.slug, assurance=_acr(claims))
    return sessions.begin(session, at, person, device=device, instead_of=old_token)


def _acr(claims: dict[str, Any]) -> str:
    """Whole or not at all: the beginning of a word could be another word."""
    said = _text(claims, "acr")
    return said if len(said) <= LONGEST_ACR else ""


def _text(claims: dict[str, Any], name: str) -> str:
    value = claims.get(name)
    return storable(value) if isinstance(value, str) else ""


def _spoken(session: Session, locale: str) -> str:
    town, language = read_catalogue(session).town, locale.replace("_", "-").partition("-")[0].lower()
    return language if language in town.languages else town.default_language


def _page(way: Way, wants: Any) -> str:
    """A page of theirs, the one that they were going to if it is one."""
    page = safe_page(wants) if isinstance(wants, str) else way.home
    return page if page.startswith(way.home) or way is RESIDENTS else way.home


def _refused(way: Way, language: str, news: str, why: str) -> Response:
    log.warning("a sign-in by the identity provider was refused", way=way.name, why=why)
    return _back(way, language, news)


def _back(way: Way, language: str, news: str) -> Response:
    return RedirectResponse(f"/{language}{way.sign_in}?news={quote(news)}", 303)


def _language(language: Any) -> str:
    return language if language in LANGUAGES else drawn_catalogue().town.default_language


def _residents_provider() -> Provider:
    chosen = settings()
    return Provider(chosen.oidc_issuer, chosen.oidc_client_id, chosen.oidc_client_secret)


def _staff_provider() -> Provider:
    chosen = settings()
    acr = tuple(filter(None, (word.strip() for word in chosen.staff_oidc_acr.split(","))))
    return Provider(chosen.staff_oidc_issuer, chosen.staff_oidc_client_id, chosen.staff_oidc_client_secret, acr)


RESIDENTS = Way("town", "/provider", "/callback", SIGN_IN, "/me/", _residents_provider, _enter_resident)
STAFF = Way("staff", "/staff/provider", "/staff/callback", STAFF_SIGN_IN, "/desk/", _staff_provider, _enter_staff)
WAYS = (RESIDENTS, STAFF)
