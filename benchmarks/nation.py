"""A nation's complaints, written straight into the tables in the very form in which the engine leaves them there.

Six in ten are history that was taken in with its app; the others have a story of some steps. Chains, links and counts are made
by the code that makes them when they come one by one.
"""

from __future__ import annotations

import random
import secrets
import uuid
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from typing import Any

from benchmarks.apps.records import PROVINCES, Requests
from benchmarks.network import name_of
from contracts.content import Field, iso
from contracts.events import Kind
from contracts.vocabulary import Status
from hub.store import rollup
from hub.store.ledger import sealed
from hub.store.rows import ComplaintRow, LinkRow
from hub.words import LinkState

REGIONS, COORDINATOR = 700, "pusat"
_YEARS = 3
_BATCH = 5_000
_STORIES = (
    (Status.RECEIVED, 4),
    (Status.VERIFIED, 2),
    (Status.RETURNED, 1),
    (Status.ASSIGNED, 8),
    (Status.IN_PROGRESS, 10),
    (Status.ANSWERED, 15),
    (Status.CLOSED, 60),
)
_HISTORY = ((Status.CLOSED, 90), (Status.ANSWERED, 7), (Status.ARCHIVED, 3))
# The steps by which a complaint comes to where it stands.
_WAY = {
    Status.RECEIVED: (),
    Status.VERIFIED: (Status.VERIFIED,),
    Status.RETURNED: (Status.ASSIGNED, Status.RETURNED),
    Status.ASSIGNED: (Status.ASSIGNED,),
    Status.IN_PROGRESS: (Status.ASSIGNED, Status.IN_PROGRESS),
    Status.ANSWERED: (Status.ASSIGNED, Status.IN_PROGRESS, Status.ANSWERED),
    Status.CLOSED: (Status.ASSIGNED, Status.IN_PROGRESS, Status.ANSWERED, Status.CLOSED),
}


# People's words, the commonest first: the one of rank r is used in proportion to 1 / (r + 5), as in every language.
_PARTS = ("ba", "ce", "di", "ga", "ju", "ka", "le", "mo", "nu", "pi", "ra", "si", "ta", "wu", "ya", "ngo")
WORDS = ("jalan", "rusak", "lampu", "sampah", "air", "lubang", "pasar", "sekolah", "banjir", "warga") + tuple(
    "".join(_PARTS[number >> 4 * place & 15] for place in range(4)) for number in range(20_000)
)
_OFTEN = tuple(accumulate(1 / (rank + 5) for rank in range(len(WORDS))))
_LONG = 40


@dataclass(slots=True)
class Batch:
    """Rows of some complaints, table by table."""

    complaints: list[ComplaintRow]
    links: list[LinkRow]
    ledger: list[dict[str, Any]]


class Nation:
    """Invents the same complaints each time for a seed; ``ends`` is when the last one was filed."""

    def __init__(self, size: int, seed: int, ends: datetime) -> None:
        self.size, self._ends = size, ends
        self._chance = random.Random(seed)
        self._make = Requests(seed).make
        self._step = timedelta(days=365 * _YEARS) / size
        self._salt = secrets.token_hex(16)
        self.counts: Counter[rollup.Cell] = Counter()

    def batches(self) -> Iterator[Batch]:
        """Make all of them, oldest first."""
        for start in range(0, self.size, _BATCH):
            batch = Batch([], [], [])
            for number in range(start, min(start + _BATCH, self.size)):
                self._add(batch, number)
            yield batch

    def _add(self, batch: Batch, number: int) -> None:
        chance, said = self._chance, self._make(number)
        filed = self._ends - self._step * (self.size - number)
        learned = filed + timedelta(minutes=1)
        region, historic = chance.randrange(REGIONS), chance.random() < 0.6
        status = chance.choices(*zip(*(_HISTORY if historic else _STORIES), strict=True))[0]
        content: dict[str, Any] = {
            Field.TITLE.value: f"{said['service_name']} di {said['address']}",
            Field.DESCRIPTION.value: f"Laporan {number + 1}: {' '.join(chance.choices(WORDS, cum_weights=_OFTEN, k=_LONG))}.",
            Field.CATEGORY.value: said["service_name"],
            Field.ADDRESS.value: said["address"],
            Field.LATITUDE.value: said["lat"],
            Field.LONGITUDE.value: said["long"],
            Field.TAGS.value: said["tags"],
            Field.PLACE_CODE.value: f"{PROVINCES[region % len(PROVINCES)]}.{region % 30 + 1:02d}",
            Field.STATUS.value: status.value,
            Field.SUBMITTED_AT.value: iso(filed.replace(microsecond=0)),
        }
        row = ComplaintRow(
            id=_id(learned, chance),
            tracking_id=_tracking(number),
            content=content,
            sealed=None,
            digests={},
            sources={"status": {"connection": None, "actor": None, "rule": "imported", "version": 1}},
            version=1,
            status=status.value,
            holder=None,
            origin_id=region + 1,
            verified=not historic,
            historic=historic,
            erased=False,
            held={},
            head=None,
            text_key=f"{chance.getrandbits(128):032x}",
            created_at=learned,
            updated_at=learned,
        )
        if historic and status is Status.ANSWERED:
            _held(row, name_of(region))
        steps = () if historic else _WAY[status]
        self._log(batch, row, Kind.FILED, learned, {
            "new": {"fields": sorted(content), "holder": None, "status": status.value if historic else Status.RECEIVED.value},
            "connection_id": row.origin_id, "happened_at": filed.replace(microsecond=0),
        })  # fmt: skip
        batch.links.append(_link(row, row.origin_id or 0, str(number + 1), learned, chance))
        self._walk(batch, row, steps, chance)
        row.place()
        self.counts[rollup.cell(row)] += 1
        batch.complaints.append(row)

    def _walk(self, batch: Batch, row: ComplaintRow, steps: tuple[Status, ...], chance: random.Random) -> None:
        at, before = row.created_at, Status.RECEIVED
        for step in steps:
            # Never ahead of the clock, however late it was filed.
            at += min(timedelta(hours=chance.randint(1, 72)), (self._ends - at) * 0.4)
            if step in (Status.VERIFIED, Status.RETURNED):
                _held(row, COORDINATOR)
            if step is Status.ASSIGNED:
                holder = chance.randrange(REGIONS)
                _held(row, name_of(holder))
                self._log(
                    batch, row, Kind.ASSIGNED, at, {"field": "holder", "new": row.content[Field.HOLDER.value], "actor": "koordinator"}
                )
                if holder + 1 != row.origin_id:
                    batch.links.append(_link(row, holder + 1, f"c-{row.tracking_id}", at, chance))
            self._log(batch, row, Kind.STATUS, at, {"field": "status", "old": before.value, "new": step.value, "actor": "koordinator"})
            before = step
        row.updated_at = at

    def _log(self, batch: Batch, row: ComplaintRow, kind: Kind, at: datetime, what: dict[str, Any]) -> None:
        rule = "imported" if kind is Kind.FILED else "person"
        entry = sealed(row.id, kind.value, rule, at, what, previous=row.head, salt=self._salt)
        row.head = entry["hash"]
        batch.ledger.append(entry)


def _held(row: ComplaintRow, agency: str) -> None:
    row.holder = agency
    row.content[Field.HOLDER.value] = {"agency": agency, "unit": None}


def _link(row: ComplaintRow, connection: int, ref: str, at: datetime, chance: random.Random) -> LinkRow:
    return LinkRow(
        id=_id(at, chance),
        connection_id=connection,
        complaint_id=row.id,
        created_at=at,
        updated_at=at,
        state=LinkState.LINKED,
        ref=ref,
        fingerprint=f"{chance.getrandbits(128):032x}",
        seen=f"{chance.getrandbits(128):032x}",
        base={name: value for name, value in row.content.items() if name != Field.HOLDER.value},
        raw={"category": "jalan", "status": "open"},
        touched=1,
    )


def _id(at: datetime, chance: random.Random) -> str:
    """Return a UUIDv7 of that moment."""
    number = int(at.astimezone(UTC).timestamp() * 1_000) << 80 | 7 << 76 | chance.getrandbits(12) << 64 | 2 << 62 | chance.getrandbits(62)
    return str(uuid.UUID(int=number))


_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"


def _tracking(number: int) -> str:
    # An odd factor: no two numbers below 2**60 get the same one, and neighbours look nothing alike.
    mixed = number * 0x9E3779B97F4A7C15 % 2**60
    letters = "".join(_LETTERS[mixed >> 5 * place & 31] for place in range(12))
    return f"{letters[:4]}-{letters[4:8]}-{letters[8:]}"
