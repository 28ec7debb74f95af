"""A passkey in software: what a browser and a telephone answer together (Web Authentication, level 3, sections 6.1 and 6.5)."""

from __future__ import annotations

import hashlib
import json
import secrets
from typing import Any

import cbor2
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from webauthn.helpers import bytes_to_base64url

PRESENT, VERIFIED, ATTESTED = 0x01, 0x04, 0x40


class Device:
    """Makes one passkey and shows it. `host` and `origin` are the page's; `is_unlocked`: its owner showed that it is them."""

    def __init__(self, origin: str = "http://localhost:8000", host: str = "localhost") -> None:
        self.origin, self.host = origin, host
        self.credential_id = secrets.token_bytes(16)
        self.count = 0
        self.is_unlocked = True
        self._key = ec.generate_private_key(ec.SECP256R1())

    def makes(self, options: dict[str, Any]) -> dict[str, Any]:
        numbers = self._key.public_key().public_numbers()
        x, y = (number.to_bytes(32, "big") for number in (numbers.x, numbers.y))
        public_key = cbor2.dumps({1: 2, 3: -7, -1: 1, -2: x, -3: y})
        attested = bytes(16) + len(self.credential_id).to_bytes(2, "big") + self.credential_id + public_key
        attestation = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": self._facts(ATTESTED) + attested})
        said = {"attestationObject": attestation, "clientDataJSON": self._page("webauthn.create", options["challenge"])}
        return self._credential(said)

    def shows(self, options: dict[str, Any]) -> dict[str, Any]:
        self.count += 1
        facts, page = self._facts(), self._page("webauthn.get", options["challenge"])
        signature = self._key.sign(facts + hashlib.sha256(page).digest(), ec.ECDSA(SHA256()))
        return self._credential({"authenticatorData": facts, "clientDataJSON": page, "signature": signature})

    def _facts(self, more: int = 0) -> bytes:
        flags = PRESENT | (VERIFIED if self.is_unlocked else 0) | more
        return hashlib.sha256(self.host.encode()).digest() + bytes([flags]) + self.count.to_bytes(4, "big")

    def _page(self, kind: str, challenge: str) -> bytes:
        return json.dumps({"type": kind, "challenge": challenge, "origin": self.origin}).encode()

    def _credential(self, said: dict[str, bytes]) -> dict[str, Any]:
        name = bytes_to_base64url(self.credential_id)
        response = {key: bytes_to_base64url(value) for key, value in said.items()}
        return {"id": name, "rawId": name, "type": "public-key", "clientExtensionResults": {}, "response": response}
