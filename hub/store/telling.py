"""What one transaction tells its database, in order: many rows are sent ahead, single changes wait to be told together."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Table

from hub.store import tables
from hub.store.behind import Behind
from hub.store.bulk import COPIED, Told, deleted, inserted
from hub.store.direct import tell, tell_all
from hub.store.wording import Row, worded


class Telling:
    """The way to the database of one transaction. ``behind``: what is on its way there already; None where nothing is sent ahead."""

    def __init__(self, sql: Connection) -> None:
        self._sql = sql
        self.dialect = sql.dialect
        self.behind = Behind(sql) if sql.dialect.name == "postgresql" else None
        # Changes of one row each that the database has not been told yet.
        self._single: list[tuple[str, tuple[Any, ...]]] = []

    @property
    def sql(self) -> Connection:
        """The transaction's connection, once the database has everything."""
        self.say()
        return self.beside

    @property
    def beside(self) -> Connection:
        """The transaction's connection for what no change that waits here can change."""
        if self.behind is not None:
            self.behind.settle()
        return self._sql

    def kept(self, table: Table, names: tuple[str, ...], rows: list[Row]) -> tuple[tuple[str, ...], list[Row]]:
        """Return rows as this database keeps them, after the names of their columns: complaints with their words, where it keeps any."""
        return worded(names, rows) if table is tables.complaints and self.behind is not None else (names, rows)

    def insert(self, table: Table, names: tuple[str, ...], rows: Sequence[tuple[Any, ...]]) -> None:
        """Insert rows whose values stand in the order of ``names``."""
        if self.behind is not None and len(rows) >= COPIED:
            self.say()
            self.behind.add(table, names, rows)
        else:
            self.change(inserted(self.dialect, table, names, rows))

    def change(self, told: Told) -> None:
        """Change rows; what is for one row only waits for others of that kind, as long as nobody asks for anything."""
        said, rows = told
        if len(rows) == 1:
            self._single.append((said, rows[0]))
        else:
            tell(self.sql, said, rows)

    def drop(self, table: Table, values: dict[str, str | int]) -> None:
        """Delete one row, if it is there; that waits too."""
        self._single.append((deleted(self.dialect, table, tuple(values)), tuple(values.values())))

    def say(self) -> None:
        """Tell what waits."""
        if self._single:
            single, self._single = self._single, []
            tell_all(self.beside, single)

    def close(self) -> None:
        """Leave the connection to whoever ends the transaction; nothing more is sent."""
        if self.behind is not None:
            self.behind.drop()
