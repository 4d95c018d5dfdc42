"""A passkey's device in software: it makes keys and signs challenges as a browser would, rightly or wrongly."""

import hashlib
import json
import secrets
from dataclasses import dataclass, field
from typing import Any

import cbor2
from bs4 import Tag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url

PRESENT, VERIFIED, WITH_KEY = 1, 4, 64
ORIGIN = "http://localhost:5000"


@dataclass
class Device:
    """One passkey, and how its device behaves: for which page, with or without finger, how its counter runs."""

    origin: str = ORIGIN
    host: str = "localhost"
    is_verified: bool = True
    step: int = 1
    counter: int = 0
    credential: bytes = field(default_factory=lambda: secrets.token_bytes(32))
    key: Ed25519PrivateKey = field(default_factory=Ed25519PrivateKey.generate)

    def make(self, asked: Tag, **more: Any) -> str:
        """What the browser sends when a page asks for a new passkey."""
        public = self.key.public_key().public_bytes_raw()
        cose = cbor2.dumps({1: 1, 3: -8, -1: 6, -2: public})
        data = self._data(WITH_KEY) + b"\0" * 16 + len(self.credential).to_bytes(2, "big") + self.credential + cose
        statement = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": data})
        sent = {"clientDataJSON": self._client(asked, "webauthn.create"), "attestationObject": statement}
        return self._say(sent, transports=["internal"], **more)

    def sign(self, asked: Tag, **more: Any) -> str:
        """What the browser sends when a page asks for a signature."""
        self.counter += self.step
        data, client = self._data(0), self._client(asked, "webauthn.get")
        signature = self.key.sign(data + hashlib.sha256(client).digest())
        return self._say({"clientDataJSON": client, "authenticatorData": data, "signature": signature}, **more)

    def _data(self, flags: int) -> bytes:
        flags |= PRESENT | (VERIFIED if self.is_verified else 0)
        return hashlib.sha256(self.host.encode()).digest() + bytes([flags]) + self.counter.to_bytes(4, "big")

    def _client(self, asked: Tag, kind: str) -> bytes:
        challenge = json.loads(str(asked["data-options"]))["challenge"]
        return json.dumps({"type": kind, "challenge": challenge, "origin": self.origin}).encode()

    def _say(self, sent: dict[str, bytes], transports: list[str] | None = None, **more: Any) -> str:
        response = {name: bytes_to_base64url(value) for name, value in sent.items()}
        ident = bytes_to_base64url(self.credential)
        known = {"transports": transports} if transports else {}
        answer = {"id": ident, "rawId": ident, "type": "public-key", "response": {**response, **known}}
        return json.dumps(answer | more)


def spoil(sent: str, part: str) -> str:
    """The same answer with one bit of a part turned."""
    answer = json.loads(sent)
    changed = bytearray(base64url_to_bytes(answer["response"][part]))
    changed[-1] ^= 1
    answer["response"][part] = bytes_to_base64url(bytes(changed))
    return json.dumps(answer)
