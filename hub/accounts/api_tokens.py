"""The tokens that programs call the API with: random, shown once, kept as a digest."""

from __future__ import annotations

import hashlib
import secrets

# Known to scanners that look for secrets in code, and to people who find one.
PREFIX = "simpul_"
_BYTES = 32


def new_token() -> str:
    """Return a token of 256 random bits."""
    return PREFIX + secrets.token_urlsafe(_BYTES)


def digest(token: str) -> str:
    """Return what is kept of a token. No salt and no cost: there is nothing to guess in 256 random bits."""
    return hashlib.sha256(token.encode(errors="replace")).hexdigest()
