"""Where things are in the app's database: the settings as typed values. Pure.

Everything that builds SQL or reads rows takes its names from here, and only from here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote, urlsplit
from zoneinfo import ZoneInfo

from connectors.mapping import StatusMap, WordMap, status_map
from contracts.content import Field
from contracts.vocabulary import Channel, Classification, Visibility

SCHEMES = {"mysql": "mysql", "mariadb": "mysql", "postgresql": "postgresql", "postgres": "postgresql", "sqlite": "sqlite"}
ZONES = {"WIB": "Asia/Jakarta", "WITA": "Asia/Makassar", "WIT": "Asia/Jayapura"}
REPORTER_FIELDS = frozenset({Field.REPORTER_NAME, Field.REPORTER_PHONE, Field.REPORTER_EMAIL, Field.REPORTER_IDENTITY})

Constants = Mapping[str, str | int | float | bool | None]


@dataclass(frozen=True, slots=True)
class Address:
    """Where the database is; ``kind`` is mysql, postgresql or sqlite, ``database`` a name or a file's path."""

    kind: str
    database: str
    host: str = "127.0.0.1"
    port: int | None = None
    user: str | None = None


def address(url: str) -> Address:
    """Read a database URL. Raises ValueError with a sentence that repeats no secret."""
    parts = urlsplit(url)
    if parts.scheme not in SCHEMES:
        raise ValueError("begin with mysql://, mariadb://, postgresql:// or sqlite:///")
    if parts.password is not None:
        raise ValueError("take the password out of the address and put it into 'password' or 'password_env'")
    if parts.query or parts.fragment:
        raise ValueError("nothing may follow the database name")
    kind = SCHEMES[parts.scheme]
    database = unquote(parts.path)[1:] if kind != "sqlite" else unquote(parts.path)
    if not database or database == "/":
        raise ValueError("end with the name of the database" if kind != "sqlite" else "write sqlite:///path/to/file.db")
    if kind == "sqlite":
        # sqlite:////var/app.db and sqlite:///var/app.db both mean the absolute path.
        return Address(kind, "/" + database.lstrip("/"))
    if not parts.hostname:
        raise ValueError("name the host, for example 127.0.0.1")
    return Address(kind, database, parts.hostname, parts.port, unquote(parts.username) if parts.username else None)


@dataclass(frozen=True, slots=True)
class Attached:
    """The column with names of uploaded files, and the address under which the app shows them."""

    column: str
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Complaints:
    """The table of complaints. ``columns`` has the complaint's own fields; ``where`` keeps other rows out."""

    table: str
    key: str
    columns: Mapping[Field, str]
    status: StatusMap | None = None
    words: Mapping[Field, WordMap[Any]] = field(default_factory=dict)
    created: str | None = None
    modified: str | None = None
    deleted: str | None = None
    token: str | None = None
    same_as: Mapping[str, str] = field(default_factory=dict)
    identity: tuple[str, ...] = ()
    where: Constants = field(default_factory=dict)
    lengths: Mapping[Field, int] = field(default_factory=dict)
    attachment: Attached | None = None
    touch_modified: bool = False
    date_only: bool = False

    def selected(self, reporter: Reporters | None) -> tuple[str, ...]:
        """Return every column that is read, each once, the key first."""
        names = [self.key, *self.columns.values(), *self.same_as.values(), *self.identity, *self.where]
        names += [name for name in (self.created, self.modified, self.deleted, self.token) if name]
        names += [self.attachment.column] if self.attachment else []
        names += [reporter.column] if reporter else []
        return tuple(dict.fromkeys(names))


@dataclass(frozen=True, slots=True)
class Reporters:
    """The table of reporters. ``column`` is in the complaints table and points to ``key``."""

    table: str
    key: str
    column: str
    columns: Mapping[Field, str]
    optional: bool = False
    create: bool = False
    constants: Constants = field(default_factory=dict)

    @property
    def selected(self) -> tuple[str, ...]:
        """Every column that is read, each once, the key first."""
        return tuple(dict.fromkeys([self.key, *self.columns.values()]))

    @property
    def inserted(self) -> tuple[str, ...]:
        """Every column that is filled when the hub adds a reporter."""
        return tuple(dict.fromkeys([*self.columns.values(), *self.constants]))


@dataclass(frozen=True, slots=True)
class Shown:
    """Who may read a reply: a column with words, or one visibility for the whole table."""

    default: Visibility = Visibility.PUBLIC
    column: str | None = None
    words: WordMap[Visibility] | None = None


@dataclass(frozen=True, slots=True)
class Replies:
    """One table of replies, possibly the complaints table itself. ``complaint`` points to the complaint's key."""

    table: str
    key: str
    complaint: str
    text: str
    created: str | None = None
    modified: str | None = None
    author: str | None = None
    shown: Shown = Shown()
    where: Constants = field(default_factory=dict)
    write: bool = False
    length: int | None = None
    constants: Constants = field(default_factory=dict)

    @property
    def inserted(self) -> tuple[str, ...]:
        """Every column that is filled when the hub replies."""
        names = [self.complaint, self.text, self.created, self.modified, self.author, self.shown.column, *self.where, *self.constants]
        return tuple(dict.fromkeys(name for name in names if name))

    @property
    def selected(self) -> tuple[str, ...]:
        """Every column that is read, each once, the key first."""
        names = [self.key, self.complaint, self.text, self.created, self.modified, self.author, self.shown.column, *self.where]
        return tuple(dict.fromkeys(name for name in names if name))


@dataclass(frozen=True, slots=True)
class Creation:
    """How the hub files a new complaint: ``fields`` it fills, and ``constants`` for the app's other columns."""

    fields: frozenset[Field]
    constants: Constants = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Layout:
    """The whole connection, typed."""

    address: Address
    zone: ZoneInfo
    complaints: Complaints
    reporter: Reporters | None = None
    replies: tuple[Replies, ...] = ()
    write: frozenset[Field] = frozenset()
    create: Creation | None = None
    page_size: int = 500
    overlap: int = 300

    @property
    def answers(self) -> Replies | None:
        """The table that takes the hub's replies, if one does."""
        return next((replies for replies in self.replies if replies.write), None)

    @property
    def updated(self) -> tuple[str, ...]:
        """The columns of the complaints table that an edit may change."""
        table = self.complaints
        names = [table.columns[name] for name in sorted(self.write)]
        touched = table.modified if table.touch_modified and (names or self.answers) else None
        return tuple(dict.fromkeys([*names, *([touched] if touched else [])]))

    @property
    def inserted(self) -> tuple[str, ...]:
        """The columns of the complaints table that are filled in a new complaint; none if the hub files none."""
        table, plan = self.complaints, self.create
        if plan is None:
            return ()
        names = [table.columns[name] for name in sorted(plan.fields | {Field.STATUS}) if name in table.columns]
        names += [name for name in (table.created, table.modified, table.token) if name]
        names += [self.reporter.column] if self.reporter and self.reporter.create else []
        return tuple(dict.fromkeys([*names, *table.where, *plan.constants]))

    @property
    def identity(self) -> tuple[str, ...]:
        """The columns that never change while a row is the same complaint."""
        table = self.complaints
        if table.identity:
            return table.identity
        usual = [name for name in (table.created, self.reporter.column if self.reporter else None) if name]
        return tuple(usual) or tuple(table.columns[name] for name in (Field.DESCRIPTION,) if name in table.columns)


def zone(name: str) -> ZoneInfo:
    """Return a time zone by its name; WIB, WITA and WIT will do. Raises KeyError (zoneinfo's) or ValueError."""
    return ZoneInfo(ZONES.get(name.upper(), name))


def layout(settings: Mapping[str, Any]) -> Layout:
    """Build the typed layout from settings loaded by `DatabaseSettings`."""
    reporter, create = settings.get("reporter"), settings.get("create")
    complaints = _complaints(settings["complaints"])
    return Layout(
        address=address(settings["url"]),
        zone=zone(settings["time_zone"]),
        complaints=complaints,
        reporter=Reporters(**{**reporter, "columns": _fields(reporter["columns"])}) if reporter else None,
        replies=tuple(_replies(each) for each in settings["replies"]),
        write=frozenset(Field(name) for name in settings["write"]),
        create=_creation(create, complaints, reporter) if create is not None else None,
        page_size=settings["page_size"],
        overlap=settings["overlap"],
    )


def _fields(names: Mapping[str, Any]) -> dict[Field, Any]:
    return {Field(name): value for name, value in names.items()}


def _complaints(raw: Mapping[str, Any]) -> Complaints:
    attachment = raw.get("attachment")
    return Complaints(
        **{
            **raw,
            "columns": _fields(raw["columns"]),
            "status": status_map(raw["status"]) if raw.get("status") else None,
            "words": {Field(name): words(Field(name), pairs) for name, pairs in raw["words"].items()},
            "identity": tuple(raw["identity"]),
            "lengths": _fields(raw["lengths"]),
            "attachment": Attached(**attachment) if attachment else None,
        }
    )


def words(name: Field, pairs: Mapping[str, str]) -> WordMap[Any]:
    """Build the word map of a category, class or channel. Raises ValueError for an unknown class or channel, or MapProblem."""
    if name is Field.CLASSIFICATION:
        return WordMap({local: Classification(word) for local, word in pairs.items()})
    if name is Field.CHANNEL:
        return WordMap({local: Channel(word) for local, word in pairs.items()})
    return WordMap(pairs, keep=True)


def _replies(raw: Mapping[str, Any]) -> Replies:
    seen = raw["visibility"]
    pairs = {local: Visibility(word) for local, word in seen["words"].items()}
    shown = Shown(Visibility(seen["default"]), seen.get("column"), WordMap(pairs) if seen.get("column") else None)
    return Replies(**{**{name: value for name, value in raw.items() if name != "visibility"}, "shown": shown})


def _creation(raw: Mapping[str, Any], table: Complaints, reporter: Mapping[str, Any] | None) -> Creation:
    named = frozenset(Field(name) for name in raw["fields"]) or frozenset(table.columns)
    if table.created and not table.date_only:
        named |= {Field.SUBMITTED_AT}
    if reporter and reporter["create"]:
        named |= frozenset(_fields(reporter["columns"]))
    return Creation(named, raw["constants"])
