"""A row of the app as the port has it: canonical words, with the raw value beside each mapped one."""

from __future__ import annotations

from dataclasses import replace

from connectors.memory.api import version
from connectors.memory.behaviour import Behaviour
from connectors.memory.store import Reply, Row
from contracts.complaint import Response
from contracts.connector import LocalResponse, Record, RecordState
from contracts.content import Content, Field, from_content, iso


def to_record(row: Row, behaviour: Behaviour) -> Record:
    """Translate a row. A status word that the map does not know gives no status, and stands in ``raw`` alone."""
    description = str(row.fields.get(Field.DESCRIPTION, "")) if Field.DESCRIPTION in behaviour.reads else ""
    return Record(
        ref=row.ref,
        complaint=replace(from_content(_content(row, behaviour)), attachments=row.attachments),
        identity=(iso(row.created), description),
        raw={"status": row.status} if Field.STATUS in behaviour.reads else {},
        responses=tuple(_response(reply) for reply in row.replies) if behaviour.responses.reads else (),
        version=version(row, behaviour),
        created_at=row.created,
        updated_at=row.updated if version(row, behaviour) else None,
        token=row.token,
        same_as=dict(row.foreign),
        state=RecordState.DELETED if row.deleted else RecordState.LIVE,
    )


def _content(row: Row, behaviour: Behaviour) -> Content:
    known: Content = {Field.SUBMITTED_AT: iso(row.created), **row.fields}
    status = behaviour.words.get(row.status)
    if status is not None:
        known[Field.STATUS] = status.value
    return {name: value for name, value in known.items() if name in behaviour.reads}


def _response(reply: Reply) -> LocalResponse:
    return LocalResponse(reply.ref, Response(reply.text, reply.visibility, reply.written, reply.author))
