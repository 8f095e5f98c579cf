"""Settings that must not be shown: found by the schema's marks, sealed in the store."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson
from marshmallow import Schema, fields

from hub.build import Hub
from hub.store.rows import ConnectionRow


def split_secrets(schema: Schema, settings: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Part settings into what may be shown and what is sealed, by the schema's marks; a section with a secret in it is sealed whole."""
    hidden = {field.data_key or name for name, field in schema.load_fields.items() if _has_secret(field)}
    public = {name: value for name, value in settings.items() if name not in hidden}
    return public, {name: value for name, value in settings.items() if name in hidden}


def _has_secret(field: Any) -> bool:
    if field.metadata.get("secret"):
        return True
    if isinstance(field, fields.List):
        return _has_secret(field.inner)
    return isinstance(field, fields.Nested) and any(_has_secret(each) for each in field.schema.load_fields.values())


def seal_secrets(hub: Hub, name: str, secret: Mapping[str, Any]) -> bytes | None:
    """Seal what must not be shown; None where there is nothing."""
    return hub.keys.seal(orjson.dumps(dict(secret)), name.encode()) if secret else None


def open_secrets(hub: Hub, row: ConnectionRow) -> dict[str, Any]:
    """Open a connection's sealed settings, to use them or to compare; never to show them."""
    opened: dict[str, Any] = orjson.loads(hub.keys.open(row.secrets, row.name.encode())) if row.secrets else {}
    return opened
