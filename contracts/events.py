"""What the hub announces and writes into its ledger: the kinds of things that happen to a complaint, and how they are told.

An event is a CloudEvent 1.0 that names what changed and says nothing of it: who may see the complaint asks for it, under
its own rights. ``SCHEMA`` is its shape; the whole interface is in ``hub/events/asyncapi.json``, which is made from it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from contracts.content import Field, iso
from contracts.vocabulary import Word

EXCHANGE = "simpul.changes"
SOURCE = "/simpul/complaints"
TYPE = "simpul.complaint"
MEDIA_TYPE = "application/cloudevents+json"
NOWHERE = "unknown"
RESPONSES = "responses"


class Kind(Word):
    """One kind of event; the code is also the last part of its routing key."""

    FILED = "filed", "Laporan masuk", "Filed"
    CHANGED = "changed", "Isi berubah", "Changed"
    STATUS = "status", "Status berubah", "Status changed"
    ASSIGNED = "assigned", "Disposisi", "Assigned"
    RETURNED = "returned", "Dikembalikan", "Returned"
    RESPONDED = "responded", "Tanggapan", "Response"
    AMENDED = "amended", "Tanggapan diubah", "Response amended"
    WITHDRAWN = "withdrawn", "Tanggapan dihapus", "Response removed"
    LINKED = "linked", "Tertaut", "Linked"
    DELIVERED = "delivered", "Terkirim", "Delivered"
    ENDED = "ended", "Tautan berakhir", "Link ended"
    DELETED = "deleted", "Dihapus di aplikasi", "Deleted in the app"
    RESTORED = "restored", "Aplikasi dipulihkan", "App restored"
    CONFLICT = "conflict", "Konflik", "Conflict"
    PROPOSAL = "proposal", "Usulan", "Proposal"
    RESOLVED = "resolved", "Diputuskan", "Decided"


@dataclass(frozen=True, slots=True)
class Change:
    """One committed change. ``sequence`` is its place in the hub's log, ``id`` its alone for ever, also after a restore.

    ``region``: the digits of the regency or city, else of the province, where it happened (Kemendagri), else ``unknown``;
    ``connection``: through which it came or went, None for a person; ``fields``: the names of what it touches; ``at``: when
    the hub learned it, aware UTC.
    """

    sequence: int
    id: str
    complaint: str
    kind: Kind
    region: str
    connection: str | None
    fields: tuple[str, ...]
    at: datetime


def region(place_code: str | None) -> str:
    """Return the region of a place by its dotted Kemendagri code."""
    return "".join((place_code or "").split(".")[:2]) or NOWHERE


def routing_key(change: Change) -> str:
    """Return what a subscriber binds to: ``complaint.<region>.<kind>``."""
    return f"complaint.{change.region}.{change.kind}"


def cloud_event(change: Change) -> dict[str, Any]:
    """Return a change as it goes out. ``sequence`` is a text, as CloudEvents' own numbers end at 2³¹; it sorts as it is."""
    return {
        "specversion": "1.0",
        "id": change.id,
        "source": SOURCE,
        "type": f"{TYPE}.{change.kind}",
        "subject": change.complaint,
        "time": iso(change.at),
        "sequence": f"{change.sequence:020}",
        "datacontenttype": "application/json",
        "data": {
            "complaint": change.complaint,
            "kind": str(change.kind),
            "region": change.region,
            "connection": change.connection,
            "fields": list(change.fields),
        },
    }


_KINDS = [str(kind) for kind in Kind]
_REGION = rf"^(\d{{2}}|\d{{4}}|{NOWHERE})$"


def _object(properties: dict[str, Any]) -> dict[str, Any]:
    # A newer minor version may add to it.
    return {"type": "object", "required": list(properties), "properties": properties}


SCHEMA: dict[str, Any] = _object(
    {
        "specversion": {"const": "1.0"},
        "id": {"type": "string", "pattern": "^[0-9a-f]{64}$", "description": "Different for every change, for ever: drop what you have."},
        "source": {"const": SOURCE},
        "type": {"enum": [f"{TYPE}.{kind}" for kind in _KINDS]},
        "subject": {"type": "string", "format": "uuid", "description": "The complaint's id at the hub."},
        "time": {"type": "string", "format": "date-time", "description": "When the hub learned it, UTC."},
        "sequence": {
            "type": "string",
            "pattern": r"^\d{20}$",
            "description": "The place in the hub's log: rising, with gaps; what `simpul events replay --from` takes.",
        },
        "datacontenttype": {"const": "application/json"},
        "data": _object(
            {
                "complaint": {"type": "string", "format": "uuid"},
                "kind": {"enum": _KINDS},
                "region": {
                    "type": "string",
                    "pattern": _REGION,
                    "description": "Regency or city, else province (Kemendagri, digits only).",
                },
                "connection": {"type": ["string", "null"], "description": "Through which it came or went; null for a person."},
                "fields": {
                    "type": "array",
                    "items": {"type": "string", "examples": [str(Field.STATUS), RESPONSES]},
                    "description": "The names of what it touches; what they say is asked for at the API.",
                },
            }
        ),
    }
)
