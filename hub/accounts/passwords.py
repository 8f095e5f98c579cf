"""Passwords: what is good enough, how it is kept (argon2id), and how long guessing has to wait."""

from __future__ import annotations

import secrets
import threading
from datetime import timedelta
from functools import lru_cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

# RFC 9106, second recommendation: 64 MiB, three passes.
HASHER = PasswordHasher()

SHORTEST = 12
LONGEST = 200
_VARIED = 5
# No letters and digits that look alike, so that it can be read out.
_SIGNS = "abcdefghjkmnpqrstuvwxyz23456789"

FREE_TRIES = 5
_FIRST_WAIT = timedelta(seconds=30)
_LONGEST_WAIT = timedelta(minutes=15)

# Each check takes 64 MiB: a flood of guesses waits here instead of filling the memory.
_AT_ONCE = threading.BoundedSemaphore(2)


def weakness(password: str, name: str) -> str | None:
    """Return what is wrong with a new password and what to do, or None; it repeats nothing of the password."""
    if len(password) < SHORTEST:
        return f"is shorter than {SHORTEST} characters; a few words that do not belong together are easy to remember"
    if len(password) > LONGEST:
        return f"is longer than {LONGEST} characters; take a shorter one"
    if "\x00" in password:
        return "holds a character that cannot be typed (NUL); leave it out"
    if len(set(password)) < _VARIED or name.casefold() in password.casefold():
        return "repeats the name or a few characters; take one that is harder to guess"
    return None


def generated() -> str:
    """Return a password of 99 random bits, in groups that can be read out."""
    return "-".join("".join(secrets.choice(_SIGNS) for _ in range(5)) for _ in range(4))


def hashed(password: str) -> str:
    """Return what is kept of a password: an argon2id hash with its salt and its cost."""
    with _AT_ONCE:
        return HASHER.hash(password)


def matches(kept: str | None, password: str) -> bool:
    """Tell whether a password is the one; None (there is no such account) takes as long as a wrong one."""
    with _AT_ONCE:
        try:
            return HASHER.verify(kept or _nobody(HASHER), password) and kept is not None
        except (VerificationError, InvalidHashError, UnicodeEncodeError):
            return False


def outdated(kept: str) -> bool:
    """Tell whether a hash was made at a lower cost than today's and should be made anew."""
    return HASHER.check_needs_rehash(kept)


def wait_after(failures: int) -> timedelta | None:
    """Return how long the next try has to wait: not for the first few, then twice as long each time."""
    if failures < FREE_TRIES:
        return None
    doublings = min(failures - FREE_TRIES, 10)  # more than that is the longest anyway
    return min(_FIRST_WAIT * (1 << doublings), _LONGEST_WAIT)


@lru_cache(maxsize=1)
def _nobody(hasher: PasswordHasher) -> str:
    """Return the hash of a password that nobody has."""
    return hasher.hash(secrets.token_urlsafe())
