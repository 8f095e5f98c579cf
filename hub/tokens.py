"""The signed mark that the hub puts inside an app, so that a record is known again wherever its ref has gone.

``SMPL-`` + the complaint's UUID in base32 (26 characters) + ``-`` + 10 characters of MAC: 42 characters, which fit a
VARCHAR(64), survive any change of case, and can be read aloud.
"""

from __future__ import annotations

import base64
import hmac
import re
import uuid
from typing import Protocol

LENGTH = 42
_PREFIX = "SMPL"
# ASCII, or the case folding of Unicode would let look-alikes such as the long s through.
_TOKEN = re.compile(r"(?<![A-Z0-9-])SMPL-([A-Z2-7]{26})-([A-Z2-7]{10})(?![A-Z0-9-])", re.IGNORECASE | re.ASCII)


class Signer(Protocol):
    """The part of a key ring that a token needs."""

    def sign(self, message: bytes) -> str:
        """Return a short MAC in base32."""


def make(complaint_id: str, keys: Signer) -> str:
    """Return the token of a complaint, always the same one; raises ValueError if the id is no UUID."""
    identity = uuid.UUID(complaint_id).bytes
    return f"{_PREFIX}-{_encode(identity)}-{_mac(identity, keys)}"


def read(text: str, keys: Signer) -> str | None:
    """Return the complaint id of the first token in ``text`` that is ours, or None; forged or damaged ones are passed over."""
    for match in _TOKEN.finditer(text):
        body, mac = match[1].upper(), match[2].upper()
        identity = base64.b32decode(body + "======")
        # 26 characters hold two bits more than an id: only the one spelling that make() writes counts.
        if _encode(identity) == body and hmac.compare_digest(_mac(identity, keys), mac):
            return str(uuid.UUID(bytes=identity))
    return None


def _encode(identity: bytes) -> str:
    return base64.b32encode(identity).decode().rstrip("=")


def _mac(identity: bytes, keys: Signer) -> str:
    return keys.sign(b"token\0" + identity)
