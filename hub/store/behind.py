"""Rows that are on their way to PostgreSQL while the next ones are decided: one COPY after the other, on one connection.

No thread does it, so nothing waits for one: whoever decides gives it a push now and then, and waits only for the end.
"""

from __future__ import annotations

import selectors
from collections.abc import Generator, Sequence
from contextlib import suppress
from operator import itemgetter
from typing import Any

from sqlalchemy import Connection, Table
from sqlalchemy.exc import DBAPIError

from hub import spare
from hub.store import tables
from hub.store.copying import Values, copied

# From so many rows on: planned anew for each row, the checks of foreign keys cost as much as the rows; kept from when a table
# was empty, far more.
_MANY = 50
_CHECKS_PLANNED_ONCE = b"DISCARD PLANS; SET LOCAL plan_cache_mode = auto"
_PLANNED_EACH_TIME = b"SET LOCAL plan_cache_mode = force_custom_plan"

_READ, _BOTH = selectors.EVENT_READ, selectors.EVENT_READ | selectors.EVENT_WRITE
_RANKS = {table.name: rank for rank, table in enumerate(tables.metadata.sorted_tables)}
_FIRST, _LAST = -1, len(_RANKS)
# Yields what it waits for.
_Job = Generator[int, None, None]


def _together(jobs: list[tuple[int, bytes, bytes]]) -> tuple[bytes, list[bytes]]:
    """Join all that waits into one query, with one COPY for all rows of a kind: in each way there and back the database stands idle.

    Rows come after those that their foreign keys name, whichever waited longer.
    """
    data: dict[bytes, list[bytes]] = {}
    for _, statement, read in sorted(jobs, key=itemgetter(0)):
        data.setdefault(statement, []).append(read)
    return b"; ".join(data), [b"".join(each) for each in data.values() if each[0]]


class Behind:
    """The rows of one transaction that the database has not confirmed yet. As long as there are any, nobody else may use ``sql``.

    An error comes out of whichever call meets it, as SQLAlchemy would raise it.
    """

    def __init__(self, sql: Connection) -> None:
        from psycopg import Error, errors, pq

        driver: Any = sql.connection.driver_connection
        self._driver, self._pg = driver, driver.pgconn
        self._dialect = sql.dialect
        self._error, self._error_of, self._pq = Error, errors.error_from_result, pq
        # A rank, in which no table comes before one that its foreign keys name; a statement; and what that reads.
        self._jobs: list[tuple[int, bytes, bytes]] = []
        self._job: _Job | None = None
        self._planned_once = False

    def add(self, table: Table, names: tuple[str, ...], rows: Sequence[Values]) -> None:
        """Send rows, after those that were added before; raises also what `copied` raises."""
        job = copied(table, names, rows, self._dialect, self._driver.info.encoding)
        if self._pg.transaction_status == self._pq.TransactionStatus.IDLE:
            # The driver begins a transaction with its own first statement only.
            self._driver.execute("SELECT")
        if len(rows) >= _MANY and not self._planned_once:
            self._planned_once = True
            self._jobs.append((_FIRST, _CHECKS_PLANNED_ONCE, b""))
        self._jobs.append((_RANKS.get(table.name, 0), *job))
        self.push()

    def push(self) -> None:
        """Go on as far as it goes without waiting."""
        while (self._job or self._jobs) and self._step() is None:
            pass

    def settle(self) -> None:
        """Wait until the database has taken everything."""
        if not (self._job or self._jobs or self._planned_once):
            return
        if self._planned_once:
            self._planned_once = False
            self._jobs.append((_LAST, _PLANNED_EACH_TIME, b""))
        with spare.waiting(), selectors.DefaultSelector() as selector:
            waiting = selector.register(self._pg.socket, _READ)
            while self._job or self._jobs:
                wants = self._step()
                if wants is not None:
                    if wants != waiting.events:
                        waiting = selector.modify(self._pg.socket, wants)
                    selector.select()

    def drop(self) -> None:
        """Give up what was not sent, for a transaction that is rolled back; what is under way comes to its end."""
        self._jobs.clear()
        self._planned_once = False
        if self._job is not None:
            with suppress(DBAPIError):
                self.settle()

    def _step(self) -> int | None:
        """Return what the job under way waits for, or None when it is done."""
        if self._job is None:
            self._job = self._carried_out(*_together(self._jobs))
            self._jobs.clear()
        try:
            wants = next(self._job, None)
        except self._error as error:
            self._jobs.clear()
            self._job, self._planned_once = None, False
            raise DBAPIError.instance("COPY", None, error, self._error, hide_parameters=True, dialect=self._dialect) from None
        if wants is None:
            self._job = None
        return wants

    def _carried_out(self, statements: bytes, data: Sequence[bytes]) -> _Job:
        pg, status, rows = self._pg, self._pq.ExecStatus, iter(data)
        pg.send_query(statements)
        result = yield from self._answer()
        while result is not None:
            if result.status == status.COPY_IN:
                pg.put_copy_data(next(rows))
                pg.put_copy_end()
            elif result.status not in (status.COMMAND_OK, status.TUPLES_OK):
                while (yield from self._answer()) is not None:
                    pass
                raise self._error_of(result, encoding=self._driver.info.encoding)
            result = yield from self._answer()

    def _answer(self) -> Generator[int, None, Any]:
        while self._pg.flush():
            yield _BOTH
            self._pg.consume_input()
        while self._pg.is_busy():
            yield _READ
            self._pg.consume_input()
        return self._pg.get_result()
