"""The city's interface for other systems: Open311 GeoReport v2, with updates of a request in the manner of mySociety."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, abort, request
from werkzeug.exceptions import HTTPException

from hub.demo.apps import storage
from hub.demo.apps.sekarwangi import asking, books
from hub.demo.apps.sekarwangi.shapes import definition, request_as_told, service_as_told, update_as_told
from hub.demo.apps.sekarwangi.wire import answer, refuse
from hub.demo.apps.sekarwangi.words import SERVICES

JURISDICTION = "sekarwangi.example"
_FORM = "<any(json, xml):form>"
_PLACES = (("lat", "long"), ("address_string",))


def georeport() -> Blueprint:
    """Build the interface; its answers are JSON or XML as the address ends."""
    made = Blueprint("georeport", __name__, url_prefix="/open311/v2")
    made.before_request(_own_city)
    made.register_error_handler(HTTPException, refuse)
    made.add_url_rule(f"/services.{_FORM}", "services", _services)
    made.add_url_rule(f"/services/<code>.{_FORM}", "service", _service)
    made.add_url_rule(f"/requests.{_FORM}", "requests", _requests)
    made.add_url_rule(f"/requests.{_FORM}", "file", _file, methods=["POST"])
    made.add_url_rule(f"/requests/<number>.{_FORM}", "request", _request)
    made.add_url_rule(f"/tokens/<token>.{_FORM}", "token", _token)
    made.add_url_rule(f"/servicerequestupdates.{_FORM}", "updates", _updates)
    made.add_url_rule(f"/servicerequestupdates.{_FORM}", "update", _update, methods=["POST"])
    return made


def _own_city() -> None:
    if request.values.get("jurisdiction_id", JURISDICTION) != JURISDICTION:
        abort(404, "jurisdiction_id is not this city")


def _caller() -> str:
    """Return who calls; whoever writes needs a key."""
    key = request.form.get("api_key", "")
    found = storage.connection().execute("SELECT name FROM callers WHERE api_key = ?", (key,)).fetchone()
    if found is None:
        abort(403, "api_key is missing or not known")
    return str(found["name"])


def _services(form: str) -> Response:
    return answer("services", [service_as_told(code) for code in SERVICES])


def _service(form: str, code: str) -> Response:
    return answer("service_definition", definition(books.known_service(code)))


def _requests(form: str) -> Response:
    return answer("service_requests", [request_as_told(row) for row in asking.requests_asked()])


def _request(form: str, number: str) -> Response:
    return answer("service_requests", [request_as_told(books.one(number))])


def _token(form: str, token: str) -> Response:
    found = storage.connection().execute("SELECT * FROM requests WHERE token = ?", (token,)).fetchone()
    if found is None:
        abort(404, "there is no such token")
    return answer("service_requests", [{"service_request_id": found["service_request_id"], "token": token}])


def _file(form: str) -> Response:
    caller = _caller()
    code = books.known_service(_needed("service_code"))
    given: dict[str, Any] = {name: request.form.get(name) or None for name in ("first_name", "last_name", "email", "phone", "external_id")}
    given |= {"service_code": code, "description": _needed("description"), "caller": caller} | _place()
    filed = books.file(given, _attributes(code))
    return answer("service_requests", [{"service_request_id": filed["service_request_id"], "service_notice": "", "account_id": ""}])


def _needed(name: str) -> str:
    given = request.form.get(name, "").strip()
    if not given:
        abort(400, f"{name} is missing")
    return given


def _place() -> dict[str, Any]:
    if not any(all(request.form.get(each) for each in place) for place in _PLACES):
        abort(400, "a place is missing: lat and long, or address_string")
    try:
        lat, long = (float(request.form[each]) if request.form.get(each) else None for each in ("lat", "long"))
    except ValueError:
        abort(400, "lat and long are not numbers")
    return {"address": request.form.get("address_string") or None, "lat": lat, "long": long}


def _attributes(code: str) -> dict[str, str]:
    """Return what was said beside the complaint: answers to the service's questions, and whatever else the caller keeps there."""
    given = {name[10:-1]: value for name, value in request.form.items() if name.startswith("attribute[") and name.endswith("]")}
    for each in SERVICES[code].attributes:
        if each.required and not given.get(each.code):
            abort(400, f"attribute[{each.code}] is missing")
    return given


def _updates(form: str) -> Response:
    return answer("service_request_updates", [update_as_told(row) for row in asking.updates_asked()])


def _update(form: str) -> Response:
    caller = _caller()
    number, text = _needed("service_request_id"), request.form.get("description", "").strip()
    status = books.known_status(request.form["status"]) if request.form.get("status") else None
    if not (status or text):
        abort(400, "an update says a status, a description, or both")
    author = " ".join(filter(None, (request.form.get("first_name"), request.form.get("last_name")))) or caller
    made = books.add_update(number, status, text, author, {"caller": caller, "update": request.form.get("update_id") or None})
    return answer("service_request_updates", [{"update_id": str(made)}])
