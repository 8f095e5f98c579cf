"""Rows of the city as GeoReport tells them; nobody is named there."""

from __future__ import annotations

import sqlite3
from typing import Any

from hub.demo.apps.sekarwangi.words import SERVICES

AGENCY = "Pemerintah Kota Sekarwangi"


def service_as_told(code: str) -> dict[str, Any]:
    """Return one service of the list."""
    service = SERVICES[code]
    return {
        "service_code": code,
        "service_name": service.name,
        "description": service.description,
        "metadata": bool(service.attributes),
        "type": "realtime",
        "keywords": service.keywords,
        "group": service.group,
    }


def definition(code: str) -> dict[str, Any]:
    """Return the questions that a service asks."""
    asked = [
        {
            "variable": True,
            "code": each.code,
            "datatype": "singlevaluelist" if each.values else "string",
            "required": each.required,
            "datatype_description": "",
            "order": order,
            "description": each.description,
            "values": [{"key": key, "name": name} for key, name in each.values],
        }
        for order, each in enumerate(SERVICES[code].attributes, 1)
    ]
    return {"service_code": code, "attributes": asked}


def request_as_told(row: sqlite3.Row) -> dict[str, Any]:
    """Return one request, with every field of the standard; what the city does not know is empty."""
    service = SERVICES.get(row["service_code"])
    return {
        "service_request_id": row["service_request_id"],
        "status": row["status"],
        "status_notes": row["status_notes"],
        "service_name": service.name if service else None,
        "service_code": row["service_code"],
        "description": row["description"],
        "agency_responsible": AGENCY,
        "service_notice": None,
        "requested_datetime": row["requested_datetime"],
        "updated_datetime": row["updated_datetime"],
        "expected_datetime": None,
        "address": row["address"],
        "address_id": None,
        "zipcode": None,
        "lat": row["lat"],
        "long": row["long"],
        "media_url": None,
        "external_id": row["external_id"],
    }


def update_as_told(row: sqlite3.Row) -> dict[str, Any]:
    """Return one update of a request."""
    return {
        "update_id": str(row["update_id"]),
        "service_request_id": row["service_request_id"],
        "status": row["status"],
        "updated_datetime": row["updated_datetime"],
        "description": row["description"],
        "media_url": None,
    }
