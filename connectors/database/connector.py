"""The connector for a home-made app's own tables."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from itertools import combinations
from typing import Any

from connectors.database.checking import check
from connectors.database.layout import Layout, layout
from connectors.database.reading import Reader
from connectors.database.session import Database, password_of
from connectors.database.settings import DatabaseSettings
from connectors.database.writing import Writer
from contracts.complaint import Complaint
from contracts.connector import Capabilities, Connector, Edit, Feed, Page, Part, Receipt, Record, ResponseAbility
from contracts.content import Field
from contracts.vocabulary import Visibility


class DatabaseConnector(Connector):
    """Reads and writes the tables of an app that has no interface, with the rights its owner granted and no others."""

    name = "database"
    summary = "A home-made app's own tables in MariaDB/MySQL, PostgreSQL or SQLite"
    settings_schema = DatabaseSettings

    def __init__(self, settings: Mapping[str, Any]) -> None:
        super().__init__(settings)
        self._layout: Layout = layout(settings)

    @cached_property
    def _database(self) -> Database:
        return Database(self._layout.address, password_of(self.settings), self.settings.get("tls_ca"), self._layout)

    @cached_property
    def _reader(self) -> Reader:
        return Reader(self._database, self._layout)

    @cached_property
    def _writer(self) -> Writer:
        return Writer(self._database, self._layout, self._reader)

    @cached_property
    def capabilities(self) -> Capabilities:
        """What the settings allow; the app itself is not asked."""
        plan = self._layout
        table = plan.complaints
        return Capabilities(
            feed=Feed.POLL if table.modified else Feed.SNAPSHOT,
            reads=_reads(plan),
            creates=plan.create.fields if plan.create else frozenset(),
            writes=plan.write,
            cuts=dict(table.lengths),
            statuses=table.status.statuses if table.status else {},
            reopens=table.status.reopens if table.status else frozenset(),
            combines=_combines(plan),
            responses=_responses(plan),
            can_create=plan.create is not None,
            can_find=bool(table.token),
            carries_token=bool(table.token),
            # Without a column to update there is no right to lock the row either; a file is locked whole.
            conditional_write=bool(plan.updated) or plan.address.kind == "sqlite",
            idempotent_create=bool(table.token),
            signals_deletion=bool(table.modified and table.deleted),
            page_cap=plan.page_size,
        )

    def check(self) -> None:
        """Compare every configured name and right with the real database. Raises NotDone, or Stop with all that is wrong."""
        check(self._database, self._layout, self._reader)

    def changes(self, since: str | None) -> Iterator[Page]:
        """Yield what changed (with ``modified``) or everything; short transactions, none is held between pages."""
        return self._reader.poll(since) if self._layout.complaints.modified else self._reader.listing()

    def fetch(self, ref: str) -> Record:
        """Read one complaint with its reporter and replies."""
        return self._reader.fetch(ref)

    def find(self, token: str) -> Record | None:
        """Search the token column."""
        with self._database.reading() as session:
            return self._reader.find(session, token)

    def create(self, complaint: Complaint, token: str, idempotency_key: str) -> Receipt:
        """Insert a complaint, and its reporter where configured; with a token column never a second one."""
        return self._writer.create(complaint, token)

    def apply(self, ref: str, edit: Edit, expected: str | None, idempotency_key: str) -> Receipt:
        """Change, in one transaction, only the columns the edit names, and insert its reply."""
        return self._writer.apply(ref, edit, expected)


def _reads(plan: Layout) -> frozenset[Field]:
    named = set(plan.complaints.columns) | (set(plan.reporter.columns) if plan.reporter else set())
    return frozenset(named | ({Field.SUBMITTED_AT} if plan.complaints.created else set()))


def _responses(plan: Layout) -> ResponseAbility:
    answers = plan.answers
    if answers is None:
        return ResponseAbility(reads=bool(plan.replies))
    shown = answers.shown
    takes = frozenset(shown.words.words.values()) if shown.column and shown.words else frozenset({shown.default})
    return ResponseAbility(True, frozenset(Visibility(word) for word in takes), answers.length)


def _combines(plan: Layout) -> frozenset[frozenset[Part]]:
    parts = [Part.FIELDS] if plan.write - {Field.STATUS} else []
    parts += [Part.STATUS] if Field.STATUS in plan.write else []
    parts += [Part.RESPONSE] if plan.answers else []
    return frozenset(frozenset(some) for size in range(2, len(parts) + 1) for some in combinations(parts, size))
