"""From a row of the city to a record of the hub, or to a rejected one that a person looks at. Pure, and quick: it runs per record."""

from __future__ import annotations

import hashlib
import json
import mimetypes
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Any
from urllib.parse import unquote

from connectors.mapping import UnmappedWord
from connectors.open311 import plan as marks
from connectors.open311.plan import Plan
from connectors.open311.wire import Row
from contracts.complaint import Attachment, Complaint, Place, Response
from contracts.connector import LocalResponse, Record, Rejected
from contracts.content import Field
from contracts.vocabulary import Status, Visibility

NOTES = "status_notes"
_NOTHING: Mapping[Field, str] = {}
_URL = re.compile(r"https?://\S+", re.IGNORECASE)
# What is no part of an address's path.
_ASIDE = re.compile("[?#]")
_OLDEST = datetime.min.replace(tzinfo=UTC)


class Nonsense(Exception):
    """What is wrong with a row, and in which field."""

    def __init__(self, problem: str, field: str | None = None) -> None:
        super().__init__(problem)
        self.problem, self.field = problem, field


def text(row: Row, name: str) -> str | None:
    """Return one value as text, None where it is empty; cities write ids as numbers and absence as ''."""
    value = row.get(name)
    if isinstance(value, str):
        return None if not value or value.isspace() else value
    if value is None:
        return None
    if isinstance(value, dict | list):
        if value:
            raise Nonsense(f"{name} is not a plain value.", name)
        return None
    return str(value).lower() if isinstance(value, bool) else str(value)


def word(row: Row, name: str) -> str | None:
    """Return one value without the spaces around it."""
    value = row.get(name)
    if isinstance(value, str):
        return value.strip() or None
    said = text(row, name) if value is not None else None
    return said.strip() or None if said else None


def ref_of(row: Any) -> str | None:
    """Return the request's id exactly as the city writes it, leading zeros included."""
    try:
        return word(row, "service_request_id") if isinstance(row, dict) else None
    except Nonsense:
        return None


def changed_at(plan: Plan, row: Row) -> datetime | None:
    """Return when the city last changed a request; None where it does not say it in a readable way."""
    return lenient(plan, row, "updated_datetime") or lenient(plan, row, "requested_datetime")


def lenient(plan: Plan, row: Any, name: str) -> datetime | None:
    """Read a time on which nothing hangs; an empty or unreadable one is absent."""
    try:
        said = row.get(name) if isinstance(row, dict) else None
        return plan.moment(said if isinstance(said, str) else str(said)) if said else None
    except (ValueError, OverflowError):
        return None


def record(plan: Plan, row: Any, updates: Sequence[Row] = ()) -> Record | Rejected:
    """Read one request with the updates that belong to it."""
    ref = ref_of(row)
    if ref is None:
        shown = raw(row, updates)
        return Rejected(f"?{_digest(shown)}", shown, "It has no service_request_id.", "service_request_id")
    try:
        return _record(plan, ref, row, updates)
    except Nonsense as wrong:
        return Rejected(ref, raw(row, updates), wrong.problem, wrong.field)


def raw(row: Any, updates: Sequence[Row] = ()) -> str:
    """Return what the city said, whole, as JSON."""
    shown = {**row, "updates (of servicerequestupdates)": list(updates)} if updates and isinstance(row, Mapping) else row
    return json.dumps(shown, ensure_ascii=False, default=str)


def _record(plan: Plan, ref: str, row: Row, updates: Sequence[Row]) -> Record:
    requested = _requested(plan, row)
    said, token = _described(plan, row)
    status, code, name = word(row, "status"), word(row, "service_code"), word(row, "service_name")
    notes = text(row, NOTES)
    responses = _responses(plan, notes, updates) if updates or notes else ()
    extra = _extra(plan, row) if plan.extra else _NOTHING
    complaint = Complaint(
        title=extra.get(Field.TITLE),
        description=said or None,
        category=plan.services.get(code or "") or name or code,
        occurred_on=_day(extra[Field.OCCURRED_ON]) if Field.OCCURRED_ON in extra else None,
        place=_place(row, extra.get(Field.PLACE_CODE)),
        status=_status(plan, status) if status else None,
        reason=notes if plan.notes == "reason" else None,
        submitted_at=requested,
        tags=_tags(row, plan.extra[Field.TAGS]) if Field.TAGS in plan.extra else None,
        responses=tuple([each.response for each in responses]) if responses else (),
        attachments=attachments(row),
    )
    return Record(
        ref=ref,
        complaint=complaint,
        # The text is no part of it: cities mask names in descriptions later, and that is the same request.
        identity=(requested.isoformat(),),
        raw=_raw_words(status, code, name, notes),
        responses=responses,
        created_at=requested,
        updated_at=_updated(plan, row, requested, responses),
        token=token,
    )


def _described(plan: Plan, row: Row) -> tuple[str | None, str | None]:
    """Part the citizen's text from the hub's mark, wherever that is kept."""
    said = text(row, "description")
    if plan.token == marks.DESCRIPTION:
        return marks.unmarked(said) if said else (None, None)
    return said, None if plan.token == marks.NONE else word(row, plan.token)


def _raw_words(status: str | None, code: str | None, name: str | None, notes: str | None) -> dict[str, str]:
    said = {}
    if status:
        said["status"] = status
    if code:
        said["category"] = code
    if name:
        said["service_name"] = name
    if notes:
        said[NOTES] = notes
    return said


def _requested(plan: Plan, row: Row) -> datetime:
    said = text(row, "requested_datetime")
    if said is None:
        raise Nonsense("requested_datetime is empty.", "submitted_at")
    try:
        return plan.moment(said)
    except (ValueError, OverflowError) as problem:
        zone = " It has no zone; name the city's under 'time_zone'." if "zone" in str(problem) else ""
        raise Nonsense(f"requested_datetime is no time that can be read.{zone}", "submitted_at") from None


def _status(plan: Plan, said: str) -> Status | None:
    try:
        return plan.status_of(said)
    except UnmappedWord as problem:
        raise Nonsense(f"The status {problem.word[:40]!r} is not in the map; add it under 'status'.", "status") from None


def _place(row: Row, code: str | None) -> Place | None:
    address = word(row, "address") or word(row, "address_string")
    latitude, longitude = _degrees(row, "lat", 90.0), _degrees(row, "long" if "long" in row else "lon", 180.0)
    if address is None and latitude is None and longitude is None and code is None:
        return None
    return Place(code, address, latitude, longitude)


def _degrees(row: Row, name: str, most: float) -> float | None:
    value = row.get(name)
    if value is None or (isinstance(value, str) and (not value or value.isspace())):
        return None
    try:
        degrees = float(value)
    except (TypeError, ValueError):
        degrees = most + 1
    if not -most <= degrees <= most:
        raise Nonsense(f"{name} is no number of degrees.", "latitude" if name == "lat" else "longitude")
    return degrees


def _extra(plan: Plan, row: Row) -> dict[Field, str]:
    return {name: value for name, element in plan.extra.items() if name is not Field.TAGS and (value := text(row, element))}


def _tags(row: Row, element: str) -> tuple[str, ...] | None:
    """Read a list of words, or words with commas between them; where the city says nothing, it says nothing of tags."""
    said = row.get(element)
    words = said if isinstance(said, list) else said.split(",") if isinstance(said, str) else []
    return tuple([each.strip() for each in words if isinstance(each, str) and each.strip()]) or None


def _day(said: str) -> date:
    try:
        return date.fromisoformat(said.strip()[:10])
    except ValueError:
        raise Nonsense("occurred_on is no day like 2026-03-01.", "occurred_on") from None


def attachments(row: Row) -> tuple[Attachment, ...]:
    """Return the files that media_url names; what is no address is left out."""
    said = row.get("media_url")
    if not said:
        return ()
    urls = said if isinstance(said, list) else [said]
    return tuple(_attachment(each.strip()) for each in urls if isinstance(each, str) and _URL.fullmatch(each.strip()))


def _attachment(url: str) -> Attachment:
    _, _, behind = _ASIDE.split(url, 1)[0].partition("://")
    name = unquote(behind.partition("/")[2].rpartition("/")[2])[:255] or "media"
    return Attachment(name, _media_type(name.rpartition(".")[2].casefold()), url=url)


@lru_cache(maxsize=256)
def _media_type(ending: str) -> str | None:
    return mimetypes.guess_type(f"x.{ending}")[0]


def _responses(plan: Plan, notes: str | None, updates: Sequence[Row]) -> tuple[LocalResponse, ...]:
    first = (LocalResponse(NOTES, Response(notes, Visibility.PUBLIC)),) if notes and plan.notes == "response" else ()
    read = list(_each_update(plan, updates)) if updates else []
    if len(read) > 1:
        read.sort(key=lambda each: (each.response.written_at or _OLDEST, each.ref))
    return (*first, *read)


def _each_update(plan: Plan, updates: Sequence[Row]) -> Iterable[LocalResponse]:
    """Yield the updates that say something; one without a text only changed the status."""
    counted: dict[str, int] = {}
    for row in updates:
        said = text(row, "description")
        files = attachments(row)
        if said is None and not files:
            continue
        moment = lenient(plan, row, "updated_datetime")
        ref = word(row, "update_id")
        if ref is None:
            # Without an id: known by time and text, and by count where these are equal.
            known = _digest(f"{text(row, 'updated_datetime')}\0{said}")
            counted[known] = counted.get(known, 0) + 1
            ref = f"{known}-{counted[known]}"
        yield LocalResponse(ref, Response(said or "", Visibility.PUBLIC, moment, attachments=files))


def _updated(plan: Plan, row: Row, requested: datetime, responses: Sequence[LocalResponse]) -> datetime | None:
    # Where the feed is that of updates, updated_datetime need not move with them.
    return None if plan.feed == "updates" else lenient(plan, row, "updated_datetime") or _last(requested, responses)


def _last(requested: datetime, responses: Sequence[LocalResponse]) -> datetime:
    said = [each.response.written_at for each in responses if each.response.written_at is not None]
    return max([requested, *said])


def _digest(said: str) -> str:
    return hashlib.sha256(said.encode("utf-8", "surrogatepass")).hexdigest()[:16]
