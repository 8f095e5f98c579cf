"""The webhooks of the app in memory, in a form of its own: what changed, and a digest of it with a secret that both know."""

from __future__ import annotations

import hashlib
import hmac
import json

from contracts.connector import Hint
from contracts.errors import Reject

_HEADER = "x-memory-signature"


def announced(ref: str, secret: str) -> Hint:
    """Return what the app sends when a record changed."""
    body = json.dumps({"changed": ref}).encode()
    return Hint({_HEADER: _signature(body, secret)}, body)


def refs(hint: Hint, secret: str) -> list[str]:
    """Return what changed; raises Reject if it is not the app's, whoever says that it was verified."""
    shown = hint.headers.get(_HEADER, "")
    if not hmac.compare_digest(shown.encode(), _signature(hint.body, secret).encode()):
        raise Reject("This was not sent by the memory app.", "Check that both have the same webhook_secret.")
    return [str(json.loads(hint.body)["changed"])]


def _signature(body: bytes, secret: str) -> str:
    return hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
