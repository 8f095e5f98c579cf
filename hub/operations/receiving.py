"""A webhook comes in: verified, written down, and the connection woken. It is a hint; what it is about is read in the app.

Two forms: the hub's own, signed as Standard Webhooks (standardwebhooks.com) with the connection's secret, which any
connection can use; and an app's own, where its connector promises ``webhooks``.
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import orjson
from marshmallow import ValidationError, fields
from marshmallow.validate import Length
from sqlalchemy import Row, Select, bindparam, delete, select
from sqlalchemy.dialects import postgresql, sqlite
from standardwebhooks import Webhook

from contracts.connector import Hint
from contracts.errors import ConfigurationProblems, Refused, SimpulError
from contracts.sheet import capabilities_from_json
from contracts.strict import StrictSchema
from contracts.wire import Text
from hub.build import Hub
from hub.operations.webhooks import seal_body, secrets_of
from hub.plugins import listed
from hub.store import tables
from hub.store.unit import Unit
from hub.sync.inbox import forget_old
from hub.words import HintState, Phase

SIGNED = ("webhook-id", "webhook-timestamp", "webhook-signature")
# Seconds that a webhook may be old, or ahead of our clock: what is older may be somebody's recording.
WINDOW = 300
MOST_REFS = 100
# So many may wait for one connection: it rests or cannot be read, and will be polled when it goes on.
MOST_WAITING = 1000
# So many of what was refused are kept of one connection, the newest: enough for a person to see what is wrong.
MOST_REFUSED = 100
_LONGEST_PROBLEM = 300
_LONGEST_REF = 500
_MOST_SIGNATURES = 8
_NOT_THEIRS = "This is not a webhook of a connection that is known here."

_ID = re.compile(r"[!-~]{1,200}")
_SECONDS = re.compile(r"[0-9]{1,11}")
# Compared with what nobody knows, an unknown connection takes as long as a wrong signature.
_NOBODY = Webhook(b"nobody's secret")


class NotTheirs(SimpulError):
    """A webhook that no app of ours can be proven to have sent; why is told to nobody."""


class TooMany(SimpulError):
    """More webhooks than are taken now. ``retry_after`` in seconds."""

    def __init__(self, problem: str, advice: str, retry_after: int) -> None:
        super().__init__(problem, advice)
        self.retry_after = retry_after


class _Ref(Text):
    """A ref as the app calls it; a whole number is one too."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **rest: Any) -> Any:
        ref: str = super()._deserialize(str(value) if type(value) is int else value, attr, data, **rest)
        if not ref.isprintable():
            raise ValidationError("Holds characters that cannot be printed; send the ref as the app shows it.")
        return ref


class HintSchema(StrictSchema):
    """The hub's own form. ``refs``: the records that changed; none says that something did."""

    refs = fields.List(_Ref(_LONGEST_REF, shortest=1), load_default=list, validate=Length(max=MOST_REFS))


_HINT = HintSchema()


@dataclass(frozen=True, slots=True)
class Sender:
    """The connection that a webhook says it is for, as far as it was found and the webhook is its own."""

    id: int
    name: str
    refs: list[str] | None
    problem: ConfigurationProblems | None = None


_connection, _webhook, _inbox = tables.connections.c, tables.webhooks.c, tables.inbox
_WHO: Select[Any] = (
    select(_connection.id, _connection.sheet, _webhook.secret, _webhook.previous, _webhook.previous_until)
    .outerjoin(tables.webhooks, _webhook.connection_id == _connection.id)
    .where(_connection.name == bindparam("name"), _connection.phase != Phase.REMOVED.value)
)
_FULL = (
    select(_inbox.c.id)
    .where(_inbox.c.connection_id == bindparam("connection"), _inbox.c.state == HintState.WAITING.value)
    .limit(1)
    .offset(bindparam("most"))
)
_refused = (_inbox.c.connection_id == bindparam("connection"), _inbox.c.state == HintState.REFUSED.value)
_newest = select(_inbox.c.id).where(*_refused).order_by(_inbox.c.received_at.desc(), _inbox.c.id.desc()).limit(bindparam("most"))
_SURPLUS = delete(_inbox).where(*_refused, _inbox.c.id.not_in(_newest))


def verified(hub: Hub, name: str, headers: Mapping[str, str], body: bytes) -> Sender:
    """Return whose webhook it is and what it says; raises NotTheirs, in the same words whatever the reason."""
    now = hub.store.now()
    with hub.store.reading() as sql:
        row = sql.execute(_WHO, {"name": name}).first()
    hint = Hint(headers, body, verified=_is_signed(hub, name, row, headers, body, now))
    if row is None or not (hint.verified or capabilities_from_json(row.sheet).webhooks):
        raise NotTheirs(_NOT_THEIRS)
    return _understood(hub, name, row, hint)


def _is_signed(hub: Hub, name: str, row: Row[Any] | None, headers: Mapping[str, str], body: bytes, now: datetime) -> bool:
    message, at, given = (headers.get(each, "") for each in SIGNED)
    if not (_ID.fullmatch(message) and _SECONDS.fullmatch(at) and given.isascii()):
        return False
    moment = datetime.fromtimestamp(int(at), UTC)
    sealed = row.secret if row else None
    try:
        kept = secrets_of(hub, name, (sealed, row.previous, row.previous_until), now) if row and sealed else []
        keys = [Webhook(each) for each in kept] or [_NOBODY]
        signed = [key.sign(message, moment, body.decode()) for key in keys]
    except (Refused, UnicodeDecodeError):
        return False
    shown = given.split(" ")[:_MOST_SIGNATURES]
    same = [hmac.compare_digest(one, other) for one in signed for other in shown]
    return any(same) and sealed is not None and abs((now - moment).total_seconds()) <= WINDOW


def _understood(hub: Hub, name: str, row: Row[Any], hint: Hint) -> Sender:
    try:
        given: Any = orjson.loads(hint.body) if hint.verified else None
    except ValueError:
        given = None
    problem = ConfigurationProblems([("body", 'is not JSON (RFC 8259); write {"refs": ["..."]}')])
    if isinstance(given, dict):
        try:
            return Sender(row.id, name, _HINT.load(given)["refs"])
        except ValidationError as error:
            problem = ConfigurationProblems(listed(error.messages))
    elif given is not None:
        problem = ConfigurationProblems([("body", 'is not an object; write {"refs": ["..."]}')])
    if not capabilities_from_json(row.sheet).webhooks:
        return Sender(row.id, name, None, problem)
    return _by_connector(hub, name, row, hint, problem)


def _by_connector(hub: Hub, name: str, row: Row[Any], hint: Hint, problem: ConfigurationProblems) -> Sender:
    connection = hub.store.connection(row.id)
    try:
        with closing(hub.connector(connection)) as connector:
            refs = [str(ref) for ref in connector.receive(hint)]
    except Exception:
        # Reject is what it should raise; whatever else it trips over came from outside, and nobody is told what.
        if hint.verified:
            return Sender(row.id, name, None, problem)
        raise NotTheirs(_NOT_THEIRS) from None
    sound = len(refs) <= MOST_REFS and all(0 < len(ref) <= _LONGEST_REF and ref.isprintable() for ref in refs)
    return Sender(row.id, name, refs if sound else [])


def keep(hub: Hub, sender: Sender, headers: Mapping[str, str], body: bytes) -> bool:
    """Write a webhook down, once however often it comes, and wake its connection; False for a repeat.

    Raises TooMany, and ConfigurationProblems for one that was not understood, which is kept for a person to look at.
    """
    with hub.store.unit() as unit:
        fresh = _written(hub, unit, sender, headers.get(SIGNED[0]) or unit.new_id(), body)
        if fresh and unit.sql.execute(_FULL, {"connection": sender.id, "most": MOST_WAITING}).first():
            advice = "It is paused or cannot be read; when it goes on, it is polled, and nothing is missed."
            raise TooMany(f"{MOST_WAITING} webhooks wait for {sender.name} already.", advice, retry_after=60)
        if fresh and sender.problem is None:
            unit.due.add(sender.id)
        if fresh and sender.problem is not None:
            unit.sql.execute(_SURPLUS, {"connection": sender.id, "most": MOST_REFUSED})
            forget_old(unit.sql, sender.id, unit.now)
    if sender.problem is not None:
        raise sender.problem
    return fresh


def _written(hub: Hub, unit: Unit, sender: Sender, message: str, body: bytes) -> bool:
    insert = (postgresql.insert if unit.sql.dialect.name == "postgresql" else sqlite.insert)(_inbox)
    values = {
        "state": (HintState.WAITING if sender.problem is None else HintState.REFUSED).value,
        "refs": sender.refs or [],
        "body": seal_body(hub, sender.name, body),
        "problem": _in_short(sender.problem) if sender.problem else None,
        "received_at": unit.now,
    }
    mark = hub.keys.digest(message, f"inbox:{sender.id}")
    given = insert.values(connection_id=sender.id, mark=mark, **values)
    # One that was refused and is understood now (a newer hub, a repaired sender) counts after all.
    given = given.on_conflict_do_update(
        index_elements=["connection_id", "mark"], set_=values, where=_inbox.c.state == HintState.REFUSED.value
    )
    return bool(unit.sql.execute(given).rowcount)


def _in_short(problem: ConfigurationProblems) -> str:
    """Say what is wrong in the hub's own words: a name that is not known here is the sender's, and may be a citizen's."""
    ours = {*_HINT.fields, "body"}
    told = {where if where.partition(".")[0] in ours else "an unknown name": what for where, what in problem.problems}
    return "; ".join(f"{where}: {what}" for where, what in told.items())[:_LONGEST_PROBLEM]
