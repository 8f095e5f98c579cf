"""The settings a city's IT team writes by hand: every name, what it is for, and what is refused."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any
from urllib.parse import urlsplit

from marshmallow import ValidationError, fields, validate, validates, validates_schema

from connectors.mapping import StatusMapSchema
from connectors.open311.times import zone
from contracts.strict import StrictSchema

FEEDS = ("updated", "updates", "listing")
EXTRA = ("title", "place_code", "occurred_on", "tags")
_SECRET_HEADER = re.compile(r"authori[sz]ation|cookie|token|secret|key", re.IGNORECASE)
_HEADER = validate.Regexp(r"^[A-Za-z0-9-]+$", error="Not the name of a header.")
_LINE = validate.Regexp(r"^[\x20-\x7e]*$", error="A header is one line of plain characters.")


def _help(sentence: str, **more: bool) -> dict[str, Any]:
    return {"help": sentence, **more}


def _constants(help_: str) -> fields.Dict:
    return fields.Dict(fields.String(), fields.String(), load_default=dict, metadata=_help(help_))


def _headers(help_: str, **more: bool) -> fields.Dict:
    return fields.Dict(fields.String(validate=_HEADER), fields.String(validate=_LINE), load_default=dict, metadata=_help(help_, **more))


class UpdateSettings(StrictSchema):
    """mySociety's extension: what agencies write on a request."""

    path = fields.String(load_default="servicerequestupdates", metadata=_help("Name of the resource, without its ending."))
    write = fields.Boolean(load_default=True, metadata=_help("The hub writes here: a status and a text together, in one update."))
    alone = fields.Boolean(
        load_default=False, metadata=_help("The server takes a text without a status, and a status without a text, and leaves the other.")
    )
    by_request = fields.Boolean(
        load_default=False, metadata=_help("Updates can be asked for by service_request_id, several with commas; otherwise by time.")
    )
    limit = fields.Integer(
        load_default=None, validate=validate.Range(min=2), metadata=_help("Most updates in one answer; all of them, if left out.")
    )
    length = fields.Integer(load_default=4000, validate=validate.Range(min=20), metadata=_help("How many characters the app keeps."))
    constants = _constants("Further arguments of every update of the hub, such as email, first_name and last_name.")


class CreateSettings(StrictSchema):
    """How the hub files new requests here."""

    service_code = fields.String(load_default=None, metadata=_help("For a category that has no code under 'services'."))
    length = fields.Integer(
        load_default=4000, validate=validate.Range(min=300), metadata=_help("How many characters of a description the app keeps.")
    )
    constants = _constants("Further arguments of every new request, such as attribute[KODE] or account_id.")


class Open311Settings(StrictSchema):
    """Everything about one city's GeoReport v2 server."""

    endpoint = fields.String(required=True, metadata=_help("Address to which requests.json is added: https://kota.example/open311/v2/"))
    format = fields.String(load_default="json", validate=validate.OneOf(["json", "xml"]), metadata=_help("json or xml."))
    jurisdiction = fields.String(load_default=None, metadata=_help("jurisdiction_id, where the server wants one."))
    api_key = fields.String(load_default=None, load_only=True, metadata=_help("The key for writing.", secret=True))
    api_key_env = fields.String(load_default=None, metadata=_help("Environment variable that has the key, instead of 'api_key'."))
    api_key_on_reads = fields.Boolean(load_default=False, metadata=_help("Send the key when reading too; only if the server insists."))
    headers = _headers("Further headers, such as Accept-Encoding: identity.")
    secret_headers = _headers("Headers that hold a secret, such as Authorization.", secret=True)
    tls_ca = fields.String(load_default=None, metadata=_help("File with the certificate authority, where it is not a public one."))
    allow_private = fields.Boolean(load_default=False, metadata=_help("The server has a private address, or is this machine."))
    time_zone = fields.String(load_default=None, metadata=_help("Zone of times without one: WIB, WITA, WIT or a name like Asia/Jakarta."))
    omit_time_zone = fields.Boolean(load_default=False, metadata=_help("The server takes only times without a zone."))
    feed = fields.String(
        load_default="listing",
        validate=validate.OneOf(FEEDS),
        metadata=_help("updated: it knows updated_after; updates: changes show as updates; listing: everything is compared each time."),
    )
    paging = fields.Boolean(load_default=False, metadata=_help("The server knows page and page_size."))
    page_size = fields.Integer(
        load_default=50, validate=validate.Range(2, 10_000), metadata=_help("Most requests the server puts into one answer.")
    )
    since = fields.Date(load_default=None, metadata=_help("The first listing begins on this day, like 2024-01-01."))
    window = fields.Integer(load_default=90, validate=validate.Range(1, 3660), metadata=_help("Most days to ask for at once."))
    overlap = fields.Integer(
        load_default=300, validate=validate.Range(0, 86_400), metadata=_help("Seconds read again, for what was saved late.")
    )
    single = fields.String(
        load_default="path",
        validate=validate.OneOf(["path", "query"]),
        metadata=_help("path: one request is requests/1.json; query: requests.json?service_request_id=1."),
    )
    settle = fields.Float(
        load_default=120.0, validate=validate.Range(0, 86_400), metadata=_help("Seconds after which what was sent shows, or never will.")
    )
    updates = fields.Nested(UpdateSettings, load_default=None, metadata=_help("Given, the server has mySociety's servicerequestupdates."))
    create = fields.Nested(CreateSettings, load_default=None, metadata=_help("Given, the hub may file new requests here."))
    services = fields.Dict(fields.String(), fields.String(), load_default=dict, metadata=_help("service_code: the category it means."))
    status = fields.Nested(
        StatusMapSchema, load_default=None, metadata=_help("What the status words mean; the standard's and mySociety's, if left out.")
    )
    status_notes = fields.String(
        load_default="reason",
        validate=validate.OneOf(["reason", "response", "ignore"]),
        metadata=_help("What status_notes are: the reason of the status, the agency's response, or nothing."),
    )
    extra = fields.Dict(
        fields.String(validate=validate.OneOf(EXTRA)),
        fields.String(),
        load_default=dict,
        metadata=_help("Fields the standard lacks: field, and the element and argument that holds it (title: title)."),
    )
    token = fields.String(
        load_default="description",
        metadata=_help("Where the hub's mark goes: 'description' (its last line), 'none', or the name of an element and argument."),
    )
    media_hosts = fields.List(fields.String(), load_default=list, metadata=_help("Hosts from which photos may be fetched."))

    @validates("endpoint")
    def readable(self, value: str, **_: Any) -> None:
        """Refuse what is no address, and one with a user, a password or arguments in it."""
        try:
            parts = urlsplit(value)
            sound = parts.scheme in ("http", "https") and parts.hostname and (parts.port or 1)
        except ValueError:
            sound = False
        if not sound:
            raise ValidationError("This is not an address like https://kota.example/open311/v2/.")
        if parts.username or parts.password or parts.query or parts.fragment:
            raise ValidationError("Leave user, password and arguments out of the address.")

    @validates("time_zone")
    def on_earth(self, value: str | None, **_: Any) -> None:
        """Refuse an unknown zone."""
        try:
            zone(value)
        except (KeyError, ValueError, OSError) as problem:
            raise ValidationError("There is no such zone; write WIB, WITA, WIT or a name such as Asia/Jakarta.") from problem

    @validates("headers")
    def not_secret(self, value: Mapping[str, str], **_: Any) -> None:
        """Refuse a header that would show a key."""
        for name in value:
            if _SECRET_HEADER.search(name):
                raise ValidationError({name: ["This looks like a secret; put it under 'secret_headers'."]})

    @validates_schema
    def whole(self, data: Mapping[str, Any], **_: Any) -> None:
        """Refuse settings that only make sense together."""
        problems: dict[str, list[str]] = {}
        for where, problem in _contradictions(data):
            problems.setdefault(where, []).append(problem)
        if problems:
            raise ValidationError(problems)


def _contradictions(data: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    since: date | None = data["since"]
    if data["api_key"] and data["api_key_env"]:
        yield "api_key", "Give 'api_key' or 'api_key_env', not both."
    if data["omit_time_zone"] and not data["time_zone"]:
        yield "omit_time_zone", "Say in which zone the server keeps its times: 'time_zone'."
    if since is None and data["feed"] != "updated":
        yield "since", "Say on which day the first request was filed; the listing begins there."
    if data["feed"] == "updates" and not data["updates"]:
        yield "feed", "'updates' needs a server with servicerequestupdates; give 'updates', or choose another feed."
    yield from _filing(data)


def _filing(data: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    create = data["create"]
    if create and not create["service_code"] and not data["services"]:
        yield "create", "Name a service_code, or the categories under 'services'."
    named = [*data["extra"].values(), data["token"]]
    for name in sorted({name for name in named if named.count(name) > 1}):
        yield "extra", f"{name!r} is named twice; each element holds one thing."
