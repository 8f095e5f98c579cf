"""Local apps on the three database systems, and what their own people do there; none of it goes through the connector."""

from __future__ import annotations

import os
import secrets
import sqlite3
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pymysql
from sqlalchemy import make_url

from connectors.database.dialect import dialect
from connectors.database.grants import grants
from connectors.database.layout import layout
from connectors.database.session import Database
from connectors.database.settings import DatabaseSettings
from tests import services

SCHEMAS = Path(__file__).parent / "schemas"


class LocalDatabase(ABC):
    """One database with the rights of its administrator; ``address`` is what the connector is told, without a password."""

    kind: str
    address: str
    types: dict[str, str]
    user: str | None = None

    @abstractmethod
    def run(self, sql: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Run one statement, written with question marks, and return its rows."""

    @abstractmethod
    def insert(self, table: str, key: str, **row: Any) -> str:
        """Insert a row and return its key."""

    def build(self, schema: str) -> None:
        """Make the tables of a schema."""
        script = (SCHEMAS / f"{schema}.sql").read_text("utf-8")
        script = "\n".join(line for line in script.splitlines() if not line.startswith("--"))
        for mark, text in self.types.items():
            script = script.replace(f"<{mark}>", text)
        for statement in filter(str.strip, script.split(";")):
            self.run(statement)

    def dump(self) -> str:
        """Return everything in all tables."""
        own = dialect(self.kind)
        with Database(self.place()).reading() as session:
            names = own.tables(session.ask, self.place())
        return repr([(name, sorted(self.run(f"SELECT * FROM {own.quote_table(name)}"), key=str)) for name in names])

    def place(self) -> Any:
        """Return the administrator's address."""
        return layout(loaded({"url": self.address, "time_zone": "WIB", "complaints": {"table": "t", "key": "k", "columns": {}}})).address

    def grant(self, settings: dict[str, Any]) -> dict[str, Any]:
        """Make a user with exactly the proposed rights and return the settings that use it; on SQLite there are no users."""
        return settings

    def lock_out(self) -> None:
        """Take the connector's access away."""
        raise NotImplementedError


def loaded(settings: dict[str, Any]) -> dict[str, Any]:
    """Load settings as the hub does."""
    result: dict[str, Any] = DatabaseSettings().load(settings)
    return result


class SQLiteFile(LocalDatabase):
    """A file."""

    kind = "sqlite"
    types = {"key": "INTEGER PRIMARY KEY", "status": "VARCHAR(10)", "datetime": "DATETIME", "flag": "INTEGER", "engine": ""}

    def __init__(self, path: Path) -> None:
        self.path = path
        self.address = f"sqlite://{path}"
        self._raw = sqlite3.connect(path, isolation_level=None)

    def run(self, sql: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        return self._raw.execute(sql, tuple(values)).fetchall()

    def insert(self, table: str, key: str, **row: Any) -> str:
        sql = f"INSERT INTO {table} ({', '.join(row)}) VALUES ({', '.join('?' * len(row))}) RETURNING {key}"
        return str(self.run(sql, tuple(row.values()))[0][0])

    def lock_out(self) -> None:
        self._raw.close()
        os.rename(self.path, self.path.with_suffix(".away"))

    def close(self) -> None:
        self._raw.close()


class MariaDB(LocalDatabase):
    """A database of the MariaDB server, its tables in latin1 as on old hosts."""

    kind = "mysql"
    types = {
        "key": "INT AUTO_INCREMENT PRIMARY KEY",
        "status": "ENUM('0','proses','selesai')",
        "datetime": "DATETIME",
        "flag": "TINYINT(1)",
        "engine": " ENGINE=InnoDB DEFAULT CHARSET=latin1",
    }

    def __init__(self, url: str) -> None:
        parts = make_url(url)
        self._password = parts.password or ""
        self._raw = pymysql.connect(
            host=parts.host,
            port=parts.port or 3306,
            user=parts.username,
            password=str(self._password),
            database=parts.database,
            autocommit=True,
            charset="utf8mb4",
        )
        self._host = f"{parts.host}:{parts.port or 3306}/{parts.database}"
        self.address = f"mysql://{parts.username}@{self._host}"

    def run(self, sql: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        with self._raw.cursor() as cursor:
            cursor.execute(sql.replace("%", "%%").replace("?", "%s"), tuple(values))
            return list(cursor.fetchall())

    def insert(self, table: str, key: str, **row: Any) -> str:
        with self._raw.cursor() as cursor:
            cursor.execute(f"INSERT INTO {table} ({', '.join(row)}) VALUES ({', '.join(['%s'] * len(row))})", tuple(row.values()))
            return str(cursor.lastrowid or row[key])

    def grant(self, settings: dict[str, Any]) -> dict[str, Any]:
        self.user = f"simpul_{secrets.token_hex(6)}"
        self.run(f"CREATE USER '{self.user}'@'%' IDENTIFIED BY 'kata-kunci-uji'")
        for statement in grants(layout(loaded({**settings, "url": self.address})), _described(self, settings), self.user):
            self.run(statement)
        own = {name: value for name, value in settings.items() if name != "password_env"}
        return {**own, "url": f"mysql://{self.user}@{self._host}", "password": "kata-kunci-uji"}

    def lock_out(self) -> None:
        self.run(f"DROP USER '{self.user}'@'%'")

    def close(self) -> None:
        if self.user:
            self.run(f"DROP USER IF EXISTS '{self.user}'@'%'")
        self._raw.close()


class PostgreSQL(LocalDatabase):
    """A database of the PostgreSQL server."""

    kind = "postgresql"
    types = {"key": "SERIAL PRIMARY KEY", "status": "VARCHAR(10)", "datetime": "TIMESTAMP", "flag": "BOOLEAN", "engine": ""}

    def __init__(self, url: str) -> None:
        parts = make_url(url)
        self._raw = psycopg.connect(parts.set(drivername="postgresql").render_as_string(hide_password=False), autocommit=True)
        self._host = f"{parts.host}:{parts.port or 5432}/{parts.database}"
        self.address = f"postgresql://{parts.username}@{self._host}"

    def run(self, sql: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        cursor = self._raw.execute(sql.replace("%", "%%").replace("?", "%s").encode(), tuple(values))
        return cursor.fetchall() if cursor.description else []

    def insert(self, table: str, key: str, **row: Any) -> str:
        sql = f"INSERT INTO {table} ({', '.join(row)}) VALUES ({', '.join('?' * len(row))}) RETURNING {key}"
        return str(self.run(sql, tuple(row.values()))[0][0])

    def grant(self, settings: dict[str, Any]) -> dict[str, Any]:
        self.user = f"simpul_{secrets.token_hex(6)}"
        self.run(f"CREATE ROLE {self.user} LOGIN PASSWORD 'kata-kunci-uji'")
        for statement in grants(layout(loaded({**settings, "url": self.address})), _described(self, settings), self.user):
            self.run(statement)
        own = {name: value for name, value in settings.items() if name != "password_env"}
        return {**own, "url": f"postgresql://{self.user}@{self._host}", "password": "kata-kunci-uji"}

    def lock_out(self) -> None:
        self.run(f"ALTER ROLE {self.user} NOLOGIN")

    def close(self) -> None:
        if self.user:
            self.run(f"DROP OWNED BY {self.user}")
            self.run(f"DROP ROLE {self.user}")
        self._raw.close()


def _described(local: LocalDatabase, settings: dict[str, Any]) -> dict[str, Any]:
    database = Database(local.place())
    names = {settings["complaints"]["table"], *(each["table"] for each in settings.get("replies", ()))}
    with database.reading() as session:
        return {name: database.table(session, name) for name in names}


@contextmanager
def local_database(kind: str, folder: Path) -> Iterator[LocalDatabase]:
    """Yield an empty database of a kind; the servers' are dropped afterwards, and skipped where the server is absent."""
    if kind == "sqlite":
        file = SQLiteFile(folder / "aplikasi.db")
        try:
            yield file
        finally:
            file.close()
        return
    made = services.mariadb_database() if kind == "mysql" else services.postgresql_database()
    with made as url:
        server = MariaDB(url) if kind == "mysql" else PostgreSQL(url)
        try:
            yield server
        finally:
            server.close()
