"""The key ring: seals personal data, makes digests that can be compared, and signs the hub's tokens.

Sealing keys rotate: the newest seals, older ones still open. The digest and the signing key do not, because digests
and tokens made with them live on in the store and inside the apps. The file is the only copy: back it up apart from
the database, since without it sealed data is lost for good.
"""

from __future__ import annotations

import base64
import functools
import hashlib
import hmac
import json
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from contracts.errors import ConfigurationProblems, Refused
from hub.keyfile import read_private, write_private

_FORMAT = 1
_ID = 4
_NONCE = 12
_TAG = 16
_KEY = 32
DIGEST_LENGTH = 32
SIGNATURE_LENGTH = 10


@functools.lru_cache(maxsize=64)
def _halves(key: bytes, purpose: str) -> tuple[Any, Any]:
    # HMAC-SHA256 (RFC 2104) from two prepared halves: the library's lets another thread in at each call, and there are many.
    block, name = key.ljust(hashlib.sha256().block_size, b"\0"), purpose.encode()
    inner = hashlib.sha256(bytes(byte ^ 0x36 for byte in block))
    # The length in front keeps ("a", "b...") and ("ab", "...") apart.
    inner.update(len(name).to_bytes(4, "big") + name)
    return inner, hashlib.sha256(bytes(byte ^ 0x5C for byte in block))


@dataclass(frozen=True, slots=True, repr=False)
class KeyRing:
    """All keys of one hub. ``sealing`` maps a key's id (4 random bytes) to its 32 bytes, oldest first."""

    sealing: Mapping[bytes, bytes]
    digesting: bytes
    signing: bytes

    def __repr__(self) -> str:
        return f"KeyRing(<{len(self.sealing)} sealing keys>)"

    @classmethod
    def generate(cls) -> KeyRing:
        """Return a ring of fresh random keys that is not on disk yet."""
        fresh = {secrets.token_bytes(_ID): secrets.token_bytes(_KEY)}
        return cls(MappingProxyType(fresh), secrets.token_bytes(_KEY), secrets.token_bytes(_KEY))

    @classmethod
    def create(cls, path: Path) -> KeyRing:
        """Write a fresh ring to a new file of mode 0600; raises ConfigurationProblems if the file is there already."""
        ring = cls.generate()
        write_private(path, ring._dump(), replace=False)
        return ring

    @classmethod
    def load(cls, path: Path) -> KeyRing:
        """Read a ring; raises ConfigurationProblems if it is absent, open to others, or damaged."""
        text = read_private(path)
        try:
            return cls._parse(json.loads(text))
        except (ValueError, KeyError, TypeError, AttributeError):
            # Not "from error": a parser's message may repeat the keys.
            raise ConfigurationProblems([(str(path), "is not a key file of this hub; restore it from your backup")]) from None

    def rotate(self, path: Path) -> KeyRing:
        """Add a new sealing key and replace the file; what the older keys sealed still opens."""
        key_id = secrets.token_bytes(_ID)
        while key_id in self.sealing:
            key_id = secrets.token_bytes(_ID)
        ring = KeyRing(MappingProxyType({**self.sealing, key_id: secrets.token_bytes(_KEY)}), self.digesting, self.signing)
        write_private(path, ring._dump(), replace=True)
        return ring

    def seal(self, plain: bytes, associated: bytes) -> bytes:
        """Encrypt with the newest key (AES-256-GCM); ``associated`` says where it belongs, so that it opens nowhere else.

        The result is format (1 byte), key id (4), nonce (12), ciphertext and tag (16). Random nonces: rotate before 2^32 seals.
        """
        key_id, key = list(self.sealing.items())[-1]
        head = bytes([_FORMAT]) + key_id
        nonce = secrets.token_bytes(_NONCE)
        return head + nonce + AESGCM(key).encrypt(nonce, plain, head + associated)

    def open(self, sealed: bytes, associated: bytes) -> bytes:
        """Decrypt what `seal` made; raises Refused if the key is not in the ring, or the bytes or their place changed."""
        if not self.knows(sealed):
            raise Refused("The key of a sealed value is not in the ring.", "Restore the key file that was in use when it was written.")
        head, nonce, body = sealed[: 1 + _ID], sealed[1 + _ID : 1 + _ID + _NONCE], sealed[1 + _ID + _NONCE :]
        try:
            return AESGCM(self.sealing[head[1:]]).decrypt(nonce, body, head + associated)
        except InvalidTag:
            raise Refused("A sealed value was altered or moved.", "Restore the row from a backup.") from None

    def knows(self, sealed: bytes) -> bool:
        """Tell whether the key that sealed this is in the ring, without opening it."""
        return len(sealed) >= 1 + _ID + _NONCE + _TAG and sealed[0] == _FORMAT and sealed[1 : 1 + _ID] in self.sealing

    def digest(self, value: str | bytes, purpose: str) -> str:
        """Return 32 hex characters by which equal values are found; different purposes cannot be compared with each other."""
        inner, outer = _halves(self.digesting, purpose)
        first, second = inner.copy(), outer.copy()
        first.update(value.encode() if isinstance(value, str) else value)
        second.update(first.digest())
        return str(second.hexdigest()[:DIGEST_LENGTH])

    def sign(self, message: bytes) -> str:
        """Return a MAC of 10 base32 characters (50 bits): enough where a guess has to be tried through an app."""
        mac = hmac.new(self.signing, message, hashlib.sha256).digest()
        return base64.b32encode(mac).decode()[:SIGNATURE_LENGTH]

    @property
    def mark(self) -> str:
        """Return what tells this ring from any other, also after its sealing keys rotated; nothing of a key can be learned from it."""
        return self.digest(self.signing, "ring")

    def _dump(self) -> str:
        sealing = [{"id": key_id.hex(), "key": key.hex()} for key_id, key in self.sealing.items()]
        content = {"format": _FORMAT, "digest": self.digesting.hex(), "signing": self.signing.hex(), "sealing": sealing}
        return json.dumps(content, indent=2) + "\n"

    @classmethod
    def _parse(cls, content: Any) -> KeyRing:
        sealing = {bytes.fromhex(entry["id"]): bytes.fromhex(entry["key"]) for entry in content["sealing"]}
        ring = cls(MappingProxyType(sealing), bytes.fromhex(content["digest"]), bytes.fromhex(content["signing"]))
        sizes = {len(ring.digesting), len(ring.signing), *map(len, sealing.values())}
        if content["format"] != _FORMAT or not sealing or sizes != {_KEY} or {len(key_id) for key_id in sealing} != {_ID}:
            raise ValueError("not a key ring")
        return ring


def open_ring(path: Path, sealed: bytes | None, mark: str | None = None, *, make: bool = True) -> KeyRing:
    """Return the hub's ring at start, made if there is none and ``make`` allows it.

    ``sealed``: any sealed value of the database; ``mark``: that of the ring which the database is used with (None: there is none).
    Raises ConfigurationProblems rather than make or take a second ring beside the one that the database knows.
    """
    if not os.path.exists(path):
        return _new_ring(path, used=sealed is not None or mark is not None, make=make)
    ring = KeyRing.load(path)
    if sealed is not None and not ring.knows(sealed):
        advice = "is not the ring that sealed this database's data; restore the right one, or name it in SIMPUL_KEYS"
        raise ConfigurationProblems([(str(path), advice)])
    if mark is not None and ring.mark != mark:
        advice = "is not the ring that this database is used with; copy that one from another machine, or name it in SIMPUL_KEYS"
        raise ConfigurationProblems([(str(path), advice)])
    return ring


def _new_ring(path: Path, *, used: bool, make: bool) -> KeyRing:
    if used or not make:
        advice = (
            "is missing, but the database is used with it already; copy it from another machine or restore it from your backup, "
            "or name the right file in SIMPUL_KEYS"
            if used
            else "is missing; `simpul init` makes it, on one machine, from which it is copied to every other"
        )
        raise ConfigurationProblems([(str(path), advice)])
    try:
        return KeyRing.create(path)
    except ConfigurationProblems:
        if not os.path.exists(path):  # else another process of this hub was quicker: take its ring
            raise
    return KeyRing.load(path)
