"""Writes the JSON Schema files anew: ``python -m contracts.jsonschema``."""

from __future__ import annotations

from contracts.jsonschema import write

if __name__ == "__main__":
    for path in write():
        print(f"written: {path.name}")
