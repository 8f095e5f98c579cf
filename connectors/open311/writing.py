"""Writing, strictly by the standard: a new request, and an update with a status and a text, or with one where the city takes it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime

from connectors.mapping import UnmappedWord
from connectors.open311 import plan as marks
from connectors.open311.client import City
from connectors.open311.plan import ROOM, Create, Plan
from connectors.open311.reading import Reader
from connectors.open311.records import Nonsense, ref_of, word
from connectors.open311.wire import Row
from contracts.complaint import Attachment, Complaint, Reporter
from contracts.connector import Edit, Receipt, Record
from contracts.content import Field, JsonValue, to_content
from contracts.errors import ConnectorError, Reject, Unknown
from contracts.vocabulary import Status, Visibility

TICKET = "ticket:"


class Writer:
    """Writes to one city."""

    def __init__(self, plan: Plan, city: City, reader: Reader) -> None:
        self._plan = plan
        self._city = city
        self._reader = reader

    def create(self, complaint: Complaint, token: str) -> Receipt:
        """File a request. Raises Unknown where the city took it and gave neither an id nor a token for one."""
        if self._plan.create is None:
            raise Reject("The settings do not let the hub file requests here.", "Add 'create' to the settings.")
        answer = self._city.file(list(self._filing(complaint, token, self._plan.create).items()))
        ref = ref_of(answer)
        if ref is not None:
            return Receipt(ref, record=self._as_filed(ref))
        ticket = _named(answer, "token")
        if ticket is None:
            raise Unknown("The city took the request and gave no id.", "It is looked up.")
        return Receipt(ticket=TICKET + ticket)

    def apply(self, ref: str, edit: Edit, key: str) -> Receipt:
        """Write one update. What the city cannot be told is refused and nothing is sent."""
        status, text, files = self._asked(edit)
        row = self._reader.standing(ref)
        form = {"update_id": update_id(key), **self._saying(ref, row, status, text, files)}
        answer = self._city.update(list(form.items()))
        return Receipt(ref, response_ref=_named(answer, "update_id"))

    # -- new requests

    def _filing(self, complaint: Complaint, token: str, create: Create) -> dict[str, str]:
        plan, content = self._plan, to_content(complaint)
        form = {
            **create.constants,
            "service_code": self._service(complaint.category, create),
            **_place(content),
            **_person(complaint.reporter),
        }
        description = (complaint.description or "")[: kept(plan, create)]
        form["description"] = marks.marked(description, token) if plan.token == marks.DESCRIPTION else description
        form |= {element: _written(content[name]) for name, element in plan.extra.items() if content.get(name) is not None}
        form |= _media(complaint.attachments)
        if plan.token not in (marks.DESCRIPTION, marks.NONE):
            form[plan.token] = token
        return form

    def _service(self, category: str | None, create: Create) -> str:
        code = (self._plan.categories.put(category.strip()) if category else None) or create.service_code
        if code is None:
            raise Reject(
                "This category has no service_code here.", "Add it under 'services', or one for the rest under 'create'.", field="category"
            )
        return code

    def _as_filed(self, ref: str) -> Record | None:
        # The filing is acknowledged; a city that cannot show it yet is asked again later.
        try:
            return self._reader.fetch(ref)
        except ConnectorError:
            return None

    # -- updates

    def _asked(self, edit: Edit) -> tuple[Status | None, str | None, tuple[Attachment, ...]]:
        updates = self._plan.updates
        if updates is None or not updates.write:
            raise Reject("This city takes no updates.", "Write it there by hand.")
        others = [*edit.fields, *([Field.HOLDER] if edit.holder else []), *([Field.REASON] if edit.reason is not None else [])]
        if others:
            raise Reject("Open311 does not let us change this field.", "Change it there.", field=min(others).value)
        if not updates.alone and (edit.status is None or edit.response is None):
            missing = "status" if edit.status is None else "response"
            raise Reject("A status and a text travel together in one update.", "Send both in one edit.", field=missing)
        if edit.response is not None and edit.response.visibility is not Visibility.PUBLIC:
            raise Reject("An update is shown to everybody.", "Write it elsewhere.", field="response")
        if edit.status is not None and self._plan.status.put(edit.status) is None:
            raise Reject(f"The city has no word for {edit.status}.", "Name one under status.write.", field="status")
        if edit.response is None:
            return edit.status, None, ()
        return edit.status, edit.response.text[: updates.length], edit.response.attachments

    def _saying(self, ref: str, row: Row, status: Status | None, text: str | None, files: tuple[Attachment, ...]) -> dict[str, str]:
        assert self._plan.updates is not None
        # The city's own clock: what is older than its last update, it may not let change the status.
        now = self._city.said_at or datetime.now(UTC)
        return {
            **self._plan.updates.constants,
            "service_request_id": ref,
            "updated_datetime": self._plan.say(now),
            # A status that was not asked for would put back what staff choose while this is on its way.
            **({"status": self._word(row, status)} if status is not None else {}),
            **({"description": text} if text is not None else {}),
            **_media(files),
        }

    def _word(self, row: Row, status: Status) -> str:
        """Return the word to write: the one that stands there, if it means the same."""
        wanted = str(self._plan.status.put(status))
        try:
            standing = word(row, "status")
            same = standing is not None and self._plan.status.get(standing) is self._plan.status.project(status)
        except (UnmappedWord, Nonsense):
            return wanted
        return str(standing) if same else wanted


def kept(plan: Plan, create: Create) -> int:
    """Return how many characters of a description the city keeps beside the hub's mark."""
    return create.length - (ROOM if plan.token == marks.DESCRIPTION else 0)


def update_id(key: str) -> str:
    """Return our id of an update: the same for the same key."""
    return "simpul-" + hashlib.sha256(key.encode()).hexdigest()[:24]


def _written(value: JsonValue) -> str:
    return ",".join(map(str, value)) if isinstance(value, list) else str(value)


def _place(content: Mapping[Field, JsonValue]) -> dict[str, str]:
    names = {Field.LATITUDE: "lat", Field.LONGITUDE: "long", Field.ADDRESS: "address_string"}
    return {element: str(content[name]) for name, element in names.items() if content.get(name) is not None}


def _person(reporter: Reporter | None) -> dict[str, str]:
    if reporter is None:
        return {}
    first, _, last = (reporter.name or "").strip().rpartition(" ")
    said = {"first_name": first or last, "last_name": last if first else None, "email": reporter.email, "phone": reporter.phone}
    return {name: value for name, value in said.items() if value}


def _media(files: tuple[Attachment, ...]) -> dict[str, str]:
    # The standard has room for one.
    return next(({"media_url": each.url} for each in files if each.url), {})


def _named(row: Row, name: str) -> str | None:
    try:
        return word(row, name)
    except Nonsense:
        return None
