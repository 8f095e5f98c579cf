"""Records that make no sense: kept whole and sealed, with the reason, while the rest goes on."""

from __future__ import annotations

from sqlalchemy import select, update

from contracts.connector import Record
from hub.store import tables
from hub.sync.desk import Desk
from hub.sync.marks import REF_KEPT

_KEPT = 1_000_000


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
    known = desk.unit.sql.execute(select(table.c.digest, table.c.resolved_at).where(mine)).first()
    if known is not None and known.digest == digest and known.resolved_at is None:
        return
    values = {
        "raw": desk.keys.seal(raw.encode(), f"{desk.row.name}:{ref}".encode()),
        "digest": digest,
        "problem": problem,
        "field": field,
        "resolved_at": None,
        "last_at": desk.now,
    }
    if known is None:
        desk.unit.sql.execute(table.insert().values(connection_id=desk.row.id, ref=ref, first_at=desk.now, **values))
    else:
        desk.unit.sql.execute(update(table).where(mine).values(**values))


def _is_erased(desk: Desk, ref: str) -> bool:
    link = desk.link_by_ref(ref) if len(ref) <= REF_KEPT and "\0" not in ref and ref.isprintable() else None
    return link is not None and desk.unit.complaint(link.complaint_id).erased


def _clean(text: str) -> str:
    # What made the record impossible to keep must not make its quarantine impossible too.
    return text.replace("\0", "\ufffd").encode("utf-8", "replace").decode()[:_KEPT]


def released(desk: Desk, *refs: str) -> None:
    """Mark records as understood now."""
    table = tables.quarantine
    for start in range(0, len(refs), 400):
        mine = (table.c.connection_id == desk.row.id) & table.c.ref.in_(refs[start : start + 400]) & table.c.resolved_at.is_(None)
        desk.unit.sql.execute(update(table).where(mine).values(resolved_at=desk.now))
