"""Records that nothing known could be, as in a first load: taken in together, each with just the rows it would get alone.

What `identify`, `intake`, `observe` and `spread` find out of one record after the other is asked here once for all of them;
whatever needs more than that is left to them.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from contracts.connector import Record, RecordState
from contracts.content import IDENTITY_FIELDS, Field, iso
from contracts.events import Kind
from contracts.vocabulary import Status
from hub.store.rows import placed
from hub.sync.complaints import Source, holder_after, verifies
from hub.sync.desk import Desk
from hub.sync.identify import plainly_new
from hub.sync.intake import is_historic, tracking_id
from hub.sync.marks import Told, text_key
from hub.sync.receivers import Case, receivers
from hub.words import LinkState, Recovery

_RULE = "imported"
_NAMES = {name: name.value for name in Field}
_SUBMITTED, _STATUS, _HOLDER, _TEXT = Field.SUBMITTED_AT, Field.STATUS, Field.HOLDER, Field.DESCRIPTION
# With these a complaint begins as more than its record: a person's data is sealed, and a holder has to be known.
_MORE = IDENTITY_FIELDS | {_HOLDER}
# An enum's value costs more to ask for than anything else that is done with it here.
_FILED, _LINKED, _RECEIVED = Kind.FILED.value, LinkState.LINKED.value, Status.RECEIVED.value


class _Start(NamedTuple):
    """How a complaint of one status starts here; ``settled``: the hub then says just what such a record says."""

    status: Status
    word: str
    holder: str | None
    verified: bool
    settled: bool


class Newcomers:
    """Takes in, for one page that the desk has looked ahead for, new complaints that nobody else receives."""

    def __init__(self, desk: Desk) -> None:
        reads = desk.peer.sheet.reads
        self._desk = desk
        self._here = desk.row.id
        self._more = tuple(_MORE & reads)
        self._dated = _SUBMITTED in reads
        self._starts: dict[str, _Start] = {}
        self._alone = frozenset({self._here})

    def take(self, record: Record, says: Told) -> bool:
        """Take one record in, if it is plainly new and nothing follows from it."""
        desk, plain = self._desk, says.plain
        if not self._is_new(record, says) or (self._dated and plain[_SUBMITTED] is None):
            return False
        start = self._start(plain.get(_STATUS) or _RECEIVED)
        place, kind, historic = plain.get(Field.PLACE_CODE), plain.get(Field.CLASSIFICATION), is_historic(desk, record)
        case = Case(start.status, start.holder, self._here, place, kind, start.verified, historic)
        if not start.settled or receivers(case, desk.network) != self._alone:
            return False
        happened = record.created_at or record.complaint.submitted_at
        content = {_NAMES[name]: value for name, value in plain.items() if value is not None}
        if _SUBMITTED not in plain:
            content["submitted_at"] = iso(happened or desk.now)
        key, names = desk.unit.new_id(), sorted(content)
        content["status"] = start.word
        if start.holder:
            content["holder"] = {"agency": start.holder, "unit": None}
        told = {"fields": names, "status": start.word, "holder": start.holder}
        what = {"connection_id": self._here, "actor": None, "happened_at": happened, "new": told}
        head = desk.unit.enter(key, None, _FILED, _RULE, what)
        text = text_key(plain.get(_TEXT), desk.keys)
        desk.now_holds(record.ref, key)
        desk.unit.bring(self._complaint(key, content, start, historic=historic, head=head, text=text), self._link(key, record, says))
        return True

    def _is_new(self, record: Record, says: Told) -> bool:
        desk = self._desk
        if desk.holds(record.ref) or not plainly_new(desk, record, says.fingerprint) or desk.row.recovery is not Recovery.NONE:
            return False
        if record.state is not RecordState.LIVE or record.responses:
            return False
        return not self._more or all(says.plain[name] is None for name in self._more)

    def _start(self, word: str) -> _Start:
        if word not in self._starts:
            self._starts[word] = self._worked_out(Status(word))
        return self._starts[word]

    def _worked_out(self, status: Status) -> _Start:
        desk, sheet = self._desk, self._desk.peer.sheet
        source = Source(self._here, None, _RULE)
        holder = holder_after(desk, status, None, source, origin=self._here)
        settled = sheet.statuses.get(status) == status and not (holder and _HOLDER in sheet.reads)
        return _Start(status, status.value, holder, verifies(desk, status, source), settled)

    def _complaint(
        self, key: str, content: dict[str, Any], start: _Start, *, historic: bool, head: str, text: str | None
    ) -> tuple[Any, ...]:
        now, status, here = self._desk.now, start.word, self._here
        filed, province = placed(content, now)
        # In the order of ComplaintRow's fields.
        return (
            *(key, tracking_id(key), content, None, {}, {}, 1, status, start.holder, here, start.verified, historic, False),
            *({}, head, text, now, now, filed, province),
        )

    def _link(self, key: str, record: Record, says: Told) -> tuple[Any, ...]:
        now, new_id = self._desk.now, self._desk.unit.new_id()
        # In the order of LinkRow's fields.
        return (
            *(new_id, self._here, key, now, now, _LINKED, True, record.ref, None, says.fingerprint, record.version),
            *(says.mark, says.veiled, {}, [], {}, {}, {}, [], dict(record.raw), 0, None, 0, 0, 0, None),
        )
