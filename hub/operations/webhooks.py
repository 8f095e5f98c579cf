"""The secrets by which an app signs its webhooks, and what came in by them."""

from __future__ import annotations

import base64
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, insert, select, update

from contracts.errors import Refused
from hub.build import Hub
from hub.operations.finding import names
from hub.store import tables
from hub.words import HintState

# How long the secret before counts beside the new one.
OVERLAP = timedelta(hours=24)
_BYTES = 32
_NEWEST = 50

_table = tables.webhooks


@dataclass(frozen=True, slots=True)
class Received:
    """One webhook that was verified. ``problem``: why it was not understood; ``body``: only where asked for, it may hold personal data."""

    connection: str
    received_at: datetime
    state: HintState
    refs: list[str]
    problem: str | None
    body: str | None = None


def open_webhook(hub: Hub, name: str) -> str:
    """Let a connection's app send webhooks, and return the secret it signs them with, the only time; raises NotFound or Refused."""
    secret = secrets.token_bytes(_BYTES)
    with hub.store.unit() as unit:
        row = unit.connection(name, lock=True)
        if unit.sql.execute(select(_table.c.made_at).where(_table.c.connection_id == row.id)).first():
            advice = "`--rotate` makes a new one, and the old one counts for a day; `--off` takes it away."
            raise Refused(f"{name} has a secret for its webhooks already.", advice)
        unit.sql.execute(insert(_table).values(connection_id=row.id, secret=_sealed(hub, name, secret), made_at=unit.now))
    return _written(secret)


def rotate_webhook(hub: Hub, name: str) -> tuple[str, datetime]:
    """Return a new secret, and until when the one before counts beside it; raises NotFound or Refused."""
    secret = secrets.token_bytes(_BYTES)
    with hub.store.unit() as unit:
        row = unit.connection(name, lock=True)
        until = unit.now + OVERLAP
        given = {"previous": _table.c.secret, "previous_until": until, "secret": _sealed(hub, name, secret), "made_at": unit.now}
        if not unit.sql.execute(update(_table).where(_table.c.connection_id == row.id).values(given)).rowcount:
            raise Refused(f"{name} has no secret for webhooks yet.", f"`simpul connections webhook {name}` makes one.")
    return _written(secret), until


def close_webhook(hub: Hub, name: str) -> None:
    """Take no more webhooks of a connection; what came in stays. Raises NotFound or Refused."""
    with hub.store.unit() as unit:
        row = unit.connection(name, lock=True)
        if not unit.sql.execute(delete(_table).where(_table.c.connection_id == row.id)).rowcount:
            raise Refused(f"{name} has no secret for webhooks.", "There is nothing to take away.")


def received(hub: Hub, connection: str | None = None, *, raw: bool = False) -> list[Received]:
    """Return the newest webhooks, newest first; raises NotFound."""
    table = tables.inbox
    with hub.store.unit() as unit:
        query = select(table).order_by(table.c.received_at.desc(), table.c.id.desc()).limit(_NEWEST)
        query = query.where(table.c.connection_id == unit.connection(connection).id) if connection else query
        known = names(unit.sql)
        return [
            Received(
                known[row.connection_id],
                row.received_at,
                HintState(row.state),
                row.refs,
                row.problem,
                _opened(hub, known[row.connection_id], row.body) if raw and row.body else None,
            )
            for row in unit.sql.execute(query)
        ]


def seal_body(hub: Hub, name: str, body: bytes) -> bytes:
    """Seal what came in, as `received` opens it."""
    return hub.keys.seal(body, f"{name}:inbox".encode())


def secrets_of(hub: Hub, name: str, row: tuple[bytes | None, bytes | None, datetime | None], now: datetime) -> list[bytes]:
    """Open what counts now of a connection's secrets; raises Refused where the key ring is another's."""
    secret, previous, until = row
    counted = [secret, previous if until is not None and now < until else None]
    return [hub.keys.open(each, _place(name)) for each in counted if each is not None]


def _opened(hub: Hub, name: str, sealed: bytes) -> str:
    return hub.keys.open(sealed, f"{name}:inbox".encode()).decode(errors="replace")


def _sealed(hub: Hub, name: str, secret: bytes) -> bytes:
    return hub.keys.seal(secret, _place(name))


def _place(name: str) -> bytes:
    return f"{name}:webhook".encode()


def _written(secret: bytes) -> str:
    return f"whsec_{base64.b64encode(secret).decode()}"
