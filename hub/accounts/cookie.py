"""The key that signs session cookies: made from the hub's ring, so that there is no further secret to keep."""

from __future__ import annotations

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from hub.keys import KeyRing


def cookie_key(keys: KeyRing) -> bytes:
    """Return 32 bytes that are good for nothing else; another key ring ends all sessions."""
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=b"simpul session cookie").derive(keys.signing)
