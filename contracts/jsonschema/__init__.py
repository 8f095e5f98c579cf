"""JSON Schema of the wire form, made from ``contracts.schema`` for those who do not read Python.

``python -m contracts.jsonschema`` writes the files anew; a test says when they are stale.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent
NAMES = {"complaint": "ComplaintSchema", "complaint-input": "ComplaintInput", "response-input": "ResponseInput"}


def documents() -> dict[str, str]:
    """Return the text of each file by its name. Needs apispec, which comes with the hub."""
    from apispec import APISpec
    from apispec.ext.marshmallow import MarshmallowPlugin

    from contracts import schema

    made = {}
    for name, kind in NAMES.items():
        spec = APISpec("Simpul", "1", "3.1.0", plugins=[MarshmallowPlugin(schema_name_resolver=lambda given: _name(given))])
        spec.components.schema(kind, schema=getattr(schema, kind))
        made[f"{name}.json"] = _document(kind, spec.to_dict()["components"]["schemas"])
    return made


def write() -> list[Path]:
    """Write every file and return the paths of those that changed."""
    changed = []
    for name, text in documents().items():
        path = FOLDER / name
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")
            changed.append(path)
    return changed


def _name(schema: Any) -> str:
    return schema.__name__ if isinstance(schema, type) else type(schema).__name__


def _document(kind: str, schemas: dict[str, Any]) -> str:
    top = schemas.pop(kind)
    whole = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": kind, **top, "$defs": schemas}
    text = json.dumps(whole, indent=2, sort_keys=True, ensure_ascii=False)
    return text.replace("#/components/schemas/", "#/$defs/") + "\n"
