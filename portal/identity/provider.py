"""Signing in by an identity provider: OpenID Connect Core 1.0, code flow with PKCE (RFC 7636). Authlib does all of it; here is what
becomes of the answer.

What belongs to one sign-in (state, nonce, verifier) is in a short-lived cookie of this browser: an answer that another browser was
given fits nothing here.
"""

from __future__ import annotations

from datetime import datetime
from functools import cache
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
from portal.identity.doors import browser_of, safe_page
from portal.identity.sessions import Person
from portal.identity.signed_in import SIGN_IN
from portal.logs import keyed
from portal.page_state import now
from portal.site import drawn_catalogue

CALLBACK = "/auth/callback"
LASTS = 600  # seconds from leaving for the provider to coming back
PATIENCE = 10.0  # seconds for the provider to answer
# Clocks differ; beyond this somebody has to set one.
SKEW = 120
LONGEST_SUBJECT = 255  # OpenID Connect Core 1.0, section 2

log = keyed("atrio")


class NotSaid(Exception):
    """The provider's answer doesn't say who it is."""


def has_provider() -> bool:
    chosen = settings()
    return bool(chosen.oidc_issuer and chosen.oidc_client_id)


async def to_provider(request: Request) -> Response:
    """GET with `language` and `next`: off to the provider, which asks who it is in its own way; with `level`, as surely as that."""
    language = _language(request.query_params.get("language", ""))
    if not has_provider():
        return _back(language, "no-provider")
    request.session["back"] = [language, safe_page(request.query_params.get("next", ""))]
    try:
        level = request.query_params.get("level", "")
        surely = {"acr_values": acr_values(level)} if level in LEVELS[1:] else {}
        return await provider().authorize_redirect(request, _callback(), ui_locales=language, **surely)
    except Exception as trouble:
        # Whatever the network or the provider's own description of itself does: the other way in is still there.
        log.warning("the identity provider can't be reached", trouble=type(trouble).__name__)
        return _back(language, "unreachable")


async def from_provider(request: Request) -> Response:
    """GET, where the provider sends the browser back: let them in, or say in one sentence why not."""
    language, wants = request.session.pop("back", ("", ""))
    language = _language(language)
    if not has_provider():
        return _back(language, "no-provider")
    try:
        token = await provider().authorize_access_token(request, leeway=SKEW)
        claims = _checked(token.get("userinfo"))
    except MismatchingStateError:
        return _refused(language, "other-browser", "it does not belong to a sign-in of this browser")
    except OAuthError as refusal:
        return _refused(language, "declined" if refusal.error == "access_denied" else "refused", str(refusal.error))
    except ExpiredTokenError:
        return _refused(language, "clock", "the token is too old")
    except InvalidClaimError as wrong:
        return _refused(language, "clock" if wrong.claim in ("iat", "nbf") else "refused", f"claim {wrong.claim}")
    except (JoseError, NotSaid) as wrong:
        return _refused(language, "refused", type(wrong).__name__)
    except Exception as trouble:
        return _refused(language, "unreachable", type(trouble).__name__)
    entered = await in_transaction(_enter, now(), claims, *browser_of(request))
    response = RedirectResponse(f"/{language}{safe_page(wants)}", 303)
    cookies.give(response, entered)
    return response


@cache
def provider() -> Any:
    chosen = settings()
    oauth = OAuth()
    return oauth.register(
        "town",
        client_id=chosen.oidc_client_id,
        client_secret=chosen.oidc_client_secret or None,
        server_metadata_url=f"{chosen.oidc_issuer.rstrip('/')}/.well-known/openid-configuration",
        client_kwargs={
            "scope": "openid profile email",
            "code_challenge_method": "S256",
            "token_endpoint_auth_method": "client_secret_basic" if chosen.oidc_client_secret else "none",
            "timeout": PATIENCE,
        },
    )


def provider_doors() -> Starlette:
    """Both routes, with the cookie that holds one sign-in together. To be mounted at /auth."""
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
    return Starlette(routes=[Route("/provider", to_provider), Route("/callback", from_provider)], middleware=[kept])


def _checked(claims: Any) -> dict[str, Any]:
    """What a library leaves open: that there is a token at all, and a name for the person that can be kept."""
    if not isinstance(claims, dict):
        raise NotSaid
    subject = claims.get("sub")
    if not isinstance(subject, str) or not 0 < len(subject) <= LONGEST_SUBJECT or storable(subject) != subject:
        raise NotSaid
    return claims


def _enter(session: Session, at: datetime, claims: dict[str, Any], device: str, old_token: str) -> str:
    given = Details(
        name=_text(claims, "name")[:LONGEST_NAME],
        email=_text(claims, "email")[:LONGEST_EMAIL],
        language=_spoken(session, _text(claims, "locale")),
    )
    is_verified = claims.get("email_verified") is True
    resident = resident_known_as(session, at, claims["iss"], claims["sub"], given, has_verified_email=is_verified)
    person = Person("provider", resident_id=resident.id, assurance=_text(claims, "acr")[:100])
    return sessions.begin(session, at, person, device=device, instead_of=old_token)


def _text(claims: dict[str, Any], name: str) -> str:
    value = claims.get(name)
    return storable(value) if isinstance(value, str) else ""


def _spoken(session: Session, locale: str) -> str:
    town, language = read_catalogue(session).town, locale.replace("_", "-").partition("-")[0].lower()
    return language if language in town.languages else town.default_language


def _callback() -> str:
    return f"{settings().address}{CALLBACK}"


def _refused(language: str, news: str, why: str) -> Response:
    log.warning("a sign-in by the identity provider was refused", why=why)
    return _back(language, news)


def _back(language: str, news: str) -> Response:
    return RedirectResponse(f"/{language}{SIGN_IN}?news={quote(news)}", 303)


def _language(language: Any) -> str:
    return language if language in LANGUAGES else drawn_catalogue().town.default_language
