"""Records that make no sense: kept whole and sealed, with the reason, while the rest goes on."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import orjson
from sqlalchemy import bindparam, select, update

from contracts.connector import Record
from hub.store import tables
from hub.store.among import among
from hub.store.direct import Question, answers
from hub.sync.desk import Desk
from hub.sync.marks import REF_KEPT
from hub.words import Recovery

_KEPT = 1_000_000
_table = tables.quarantine.c
_WAITING = select(_table.id, _table.ref).where(_table.connection_id == bindparam("here"), among(_table.ref), _table.resolved_at.is_(None))


def put_aside(desk: Desk, record: Record, cause: Exception) -> None:
    """Quarantine a record that the engine or the database could not take, and forget that it was to be read."""
    desk.read_done(record.ref)
    quarantine(desk, record.ref, repr(record), f"it cannot be taken in ({type(cause).__name__}).", None)


def quarantine(desk: Desk, ref: str, raw: str, problem: str, field: str | None) -> None:
    """Put one record aside; the same one again changes nothing."""
    table = tables.quarantine
    if _is_erased(desk, ref):
        raw = ""
    ref, problem, raw = _clean(ref)[:REF_KEPT], _clean(problem), _clean(raw)
    digest = desk.keys.digest(f"{raw}\x1f{problem}", "quarantine")
    mine = (table.c.connection_id == desk.row.id) & (table.c.ref == ref)
    known = desk.unit.sql.execute(select(table.c.digest, table.c.resolved_at, table.c.recovering).where(mine)).first()
    recovering = desk.row.recovery is Recovery.HUB or bool(known and known.recovering)
    if known is not None and known.digest == digest and known.resolved_at is None:
        # What was forgotten of it since stays forgotten.
        desk.unit.sql.execute(update(table).where(mine, table.c.recovering.is_distinct_from(recovering)).values(recovering=recovering))
        return
    values = {
        "raw": _sealed(desk, ref, raw),
        "digest": digest,
        "problem": problem,
        "field": field,
        "resolved_at": None,
        "last_at": desk.now,
        "recovering": recovering,
    }
    if known is None:
        desk.unit.sql.execute(table.insert().values(connection_id=desk.row.id, ref=ref, first_at=desk.now, **values))
    else:
        desk.unit.sql.execute(update(table).where(mine).values(**values))


def _sealed(desk: Desk, ref: str, raw: str) -> bytes:
    return desk.keys.seal(raw.encode(), f"{desk.row.name}:{ref}".encode())


def _is_erased(desk: Desk, ref: str) -> bool:
    if len(ref) > REF_KEPT or not ref.isprintable():
        return False
    link = desk.link_by_ref(ref)
    if link is not None:
        return desk.unit.complaint(link.complaint_id).erased
    # Deleted there, and still shown as making no sense: it was this complaint's once.
    alias = tables.aliases.c
    once = desk.unit.sql.execute(select(alias.complaint_id).where(alias.connection_id == desk.row.id, alias.ref == ref))
    return any(desk.unit.complaint(row.complaint_id).erased for row in once.all() if desk.unit.knows(row.complaint_id))


def _clean(text: str) -> str:
    # What made the record impossible to keep must not make its quarantine impossible too.
    return text.replace("\0", "\ufffd").encode("utf-8", "replace").decode()[:_KEPT]


def released(desk: Desk, *refs: str) -> None:
    """Mark records as understood now; what they said stands in their complaints, and nowhere else."""
    understood(desk, answers(desk.unit.sql, *waiting_for(desk.row.id, *refs)))


def waiting_for(connection_id: int, *refs: str) -> Question:
    """Ask which of these records of a connection wait to be understood."""
    return _WAITING, {"here": connection_id, "ids": sorted(refs)}


def understood(desk: Desk, waiting: Iterable[Sequence[Any]]) -> None:
    """Mark records as understood: the answers to `waiting_for`."""
    table = tables.quarantine
    for key, ref in [*waiting]:
        sealed = _sealed(desk, ref, "")
        desk.unit.sql.execute(update(table).where(table.c.id == key).values(resolved_at=desk.now, raw=sealed))


def forget_text(desk: Desk, text: str) -> None:
    """Forget what records that are not understood say, where that is an erased text; the same record is not kept again."""
    table = tables.quarantine
    forms = {text, repr(text)[1:-1], orjson.dumps(text).decode()[1:-1]}
    names = {row.id: row.name for row in desk.unit.connections()}
    waiting = select(table.c.id, table.c.connection_id, table.c.ref, table.c.raw).where(table.c.resolved_at.is_(None))
    for row in desk.unit.sql.execute(waiting).all():
        name = names[row.connection_id]
        raw = desk.keys.open(row.raw, f"{name}:{row.ref}".encode()).decode("utf-8", "replace")
        if any(form in raw for form in forms):
            sealed = desk.keys.seal(b"", f"{name}:{row.ref}".encode())
            desk.unit.sql.execute(update(table).where(table.c.id == row.id).values(raw=sealed))
