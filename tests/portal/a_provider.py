"""An OpenID provider that says whatever a test wants it to: real HTTP, real signatures, and answers that must be refused."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from joserfc import jwt
from joserfc.jwk import RSAKey

CLIENT = "atrio"
Claims = dict[str, Any]
# Given the claims and the provider, the token that is handed out.
Forge = Callable[[Claims, "Provider"], Any]


@dataclass
class Provider:
    """`forge` makes the ID token; `nonce` is what the browser was sent off with; `challenge` its PKCE challenge (RFC 7636)."""

    issuer: str = ""
    key: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, parameters={"kid": "one"}))
    forge: Forge = lambda claims, provider: provider.signed(claims)
    nonce: str = ""
    challenge: str = ""
    token_answer: dict[str, Any] = field(default_factory=dict)
    verifiers: list[str] = field(default_factory=list)

    def claims(self) -> Claims:
        now = int(time.time())
        return {
            "iss": self.issuer,
            "sub": "248289761001",
            "aud": CLIENT,
            "exp": now + 300,
            "iat": now,
            "nonce": self.nonce,
            "name": "Ana Lima",
            "email": "ana@example.org",
            "email_verified": True,
            "locale": "pt-PT",
            "acr": "substantial",
        }

    def signed(self, claims: Claims, *, key: Any = None, **header: Any) -> str:
        return jwt.encode(
            {"alg": "RS256", "kid": "one", **header}, claims, key or self.key, algorithms=["RS256", "HS256", "RS512"]
        )

    def remember(self, address: str) -> str:
        """As the page would that asks who it is: what the browser was sent off with; the state, to come back with."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        self.nonce, self.challenge = asked["nonce"], asked["code_challenge"]
        assert asked["code_challenge_method"] == "S256"
        assert asked["response_type"] == "code"
        return asked["state"]


@contextmanager
def running() -> Iterator[Provider]:
    provider = Provider()

    class Answers(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            match self.path:
                case "/.well-known/openid-configuration":
                    self._say(
                        {
                            "issuer": provider.issuer,
                            "authorization_endpoint": f"{provider.issuer}/authorize",
                            "token_endpoint": f"{provider.issuer}/token",
                            "jwks_uri": f"{provider.issuer}/jwks",
                            "id_token_signing_alg_values_supported": ["RS256"],
                        }
                    )
                case "/jwks":
                    self._say({"keys": [provider.key.as_dict(private=False)]})
                case _:
                    self._say({}, 404)

        def do_POST(self) -> None:
            asked = parse_qs(self.rfile.read(int(self.headers["content-length"])).decode())
            provider.verifiers += asked.get("code_verifier", [])
            token = provider.forge(provider.claims(), provider)
            answer = {"access_token": "a token", "token_type": "Bearer", "expires_in": 300, "id_token": token}
            self._say(
                {**answer, **provider.token_answer} if token is not None else {"access_token": "a", "token_type": "Bearer"}
            )

        def _say(self, answer: Any, status: int = 200) -> None:
            body = json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    provider.issuer = f"http://localhost:{server.server_port}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield provider
    server.shutdown()
    server.server_close()
