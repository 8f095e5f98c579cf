"""The interface of the events as an AsyncAPI 3 document: ``python -m hub.events.asyncapi`` writes it, a test says when it is stale."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from contracts.events import EXCHANGE, MEDIA_TYPE, NOWHERE, SCHEMA, Kind

FILE = Path(__file__).parent / "asyncapi.json"
# Of the interface, not of the program: a new field is a minor one.
_VERSION = "1.0.0"
_ABOUT = (
    "Every committed change of a complaint, at least once, and in order per complaint. An event names what changed and says "
    "nothing of it: ask the API, under your own rights. Bind a durable queue of your own, drop what you have by `id`, and "
    "after a time away compare `sequence`: what your queue did not keep is replayed from the hub's log."
)
_ANNOUNCE = {"$ref": "#/channels/changes"}


def document() -> dict[str, Any]:
    """Return the document."""
    key = "complaint.{region}.{kind}"
    return {
        "asyncapi": "3.0.0",
        "info": {"title": "Simpul: changes", "version": _VERSION, "description": _ABOUT},
        "defaultContentType": MEDIA_TYPE,
        "servers": {
            "broker": {
                "host": "{host}:{port}",
                "protocol": "amqp",
                "protocolVersion": "0.9.1",
                "variables": {"host": {"description": "Where the hub's RabbitMQ is."}, "port": {"default": "5672"}},
            }
        },
        "channels": {
            "changes": {
                "address": key,
                "title": "Changes of complaints",
                "parameters": {
                    "region": {"description": f"Four digits of a regency or city, two of a province (Kemendagri), or {NOWHERE}."},
                    "kind": {"description": "What kind of change.", "enum": [str(kind) for kind in Kind]},
                },
                "messages": {"change": {"$ref": "#/components/messages/change"}},
                "bindings": {
                    "amqp": {
                        "is": "routingKey",
                        "exchange": {"name": EXCHANGE, "type": "topic", "durable": True, "autoDelete": False},
                        "bindingVersion": "0.3.0",
                    }
                },
            }
        },
        "operations": {
            "announce": {
                "action": "send",
                "channel": _ANNOUNCE,
                "summary": "The hub announces a change.",
                "messages": [{"$ref": "#/channels/changes/messages/change"}],
                "bindings": {"amqp": {"deliveryMode": 2, "mandatory": False, "bindingVersion": "0.3.0"}},
            }
        },
        "components": {
            "messages": {
                "change": {
                    "name": "change",
                    "title": "A change of a complaint",
                    "summary": "A CloudEvent 1.0 in structured mode.",
                    "contentType": MEDIA_TYPE,
                    "payload": {"$ref": "#/components/schemas/change"},
                }
            },
            "schemas": {"change": SCHEMA},
        },
    }


def written() -> str:
    """Return the document as it stands in its file."""
    return json.dumps(document(), indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    FILE.write_text(written(), "utf-8")
