"""The settings an IT team writes by hand: every name, what it is for, and what is refused."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from marshmallow import ValidationError, fields, validate, validates, validates_schema

from connectors.database.layout import REPORTER_FIELDS, address, words, zone
from connectors.mapping import StatusMapSchema
from contracts.content import Field
from contracts.strict import StrictSchema
from contracts.vocabulary import Visibility

_SECRET_COLUMN = re.compile(
    r"pass?_?wo?rd|passwd|passphrase|pwd|remember_token|api_?key|(?:^|[^a-z])(?:kata_?)?sandi(?![a-z])", re.IGNORECASE
)
_OWN = [name.value for name in Field if name not in {Field.TAGS, Field.HOLDER}]
_PEOPLE = sorted(name.value for name in REPORTER_FIELDS)
_MAPPED = [Field.CATEGORY.value, Field.CLASSIFICATION.value, Field.CHANNEL.value]
_VISIBLE = [word.value for word in Visibility]


def looks_secret(column: str) -> bool:
    """Tell whether a column's name says that it holds a password or key, which no connector may read or write."""
    return bool(_SECRET_COLUMN.search(column))


def _help(sentence: str, **more: bool) -> dict[str, Any]:
    return {"help": sentence, **more}


def _harmless(column: str) -> None:
    if not column.strip():
        raise ValidationError("Name a column.")
    if looks_secret(column):
        raise ValidationError("This looks like a column of passwords; the connector never touches one. Remove it.")


def _column(help_: str, **options: Any) -> fields.String:
    return fields.String(validate=_harmless, metadata=_help(help_), **options)


def _columns(names: list[str], help_: str, **options: Any) -> fields.Dict:
    keys = fields.String(validate=validate.OneOf(names))
    return fields.Dict(keys, fields.String(validate=_harmless), metadata=_help(help_), **options)


def _constants(help_: str) -> fields.Dict:
    value = fields.Raw(allow_none=True, validate=_plain)
    return fields.Dict(fields.String(validate=_harmless), value, load_default=dict, metadata=_help(help_))


def _plain(value: object) -> None:
    if not isinstance(value, str | int | float | bool | None):
        raise ValidationError("Write one plain value: text, a number, yes or no, or nothing.")


class AttachmentSettings(StrictSchema):
    """The column with names of uploaded files."""

    column = _column("Column with the name of the uploaded file.", required=True)
    url = fields.String(load_default=None, metadata=_help("Address of the folder under which the app shows the files, ending in /."))


class ComplaintSettings(StrictSchema):
    """The table of complaints."""

    table = fields.String(required=True, metadata=_help("Table of complaints, with its schema where needed (public.pengaduan)."))
    key = _column("Primary key of that table.", required=True)
    columns = _columns(_OWN, "Which column holds which field.", required=True)
    status = fields.Nested(StatusMapSchema, load_default=None, metadata=_help("What your status words mean."))
    words = fields.Dict(
        fields.String(validate=validate.OneOf(_MAPPED)),
        fields.Dict(fields.String(), fields.String()),
        load_default=dict,
        metadata=_help("For category, classification or channel: your words and what each means."),
    )
    created = _column("Column with the time (or date) the complaint was filed.", load_default=None)
    modified = _column(
        "Column that changes with every change of the row, if there is one; without it everything is compared.", load_default=None
    )
    touch_modified = fields.Boolean(
        load_default=False, metadata=_help("The hub sets 'modified' when it writes, because your program does so and not the database.")
    )
    date_only = fields.Boolean(load_default=False, metadata=_help("'created' holds a date without time."))
    deleted = _column("Column that is filled when the row was deleted softly (deleted_at).", load_default=None)
    token = _column("An empty text column of 200 characters for the hub's mark; strongly advised.", load_default=None)
    same_as = fields.Dict(
        fields.String(),
        fields.String(validate=_harmless),
        load_default=dict,
        metadata=_help("Where your staff type another system's number: name of that connection, and your column."),
    )
    identity = fields.List(
        fields.String(validate=_harmless),
        load_default=list,
        metadata=_help("Columns that never change; by default 'created' and the reporter's key."),
    )
    where = _constants("Only rows with these values are complaints (null: only rows where it is empty).")
    lengths = fields.Dict(
        fields.String(validate=validate.OneOf(_OWN)),
        fields.Integer(validate=validate.Range(min=1)),
        load_default=dict,
        metadata=_help("How many characters a field's column holds; longer text is cut to that."),
    )
    attachment = fields.Nested(AttachmentSettings, load_default=None, metadata=_help("Names of uploaded files, read only."))

    @validates("words")
    def known_words(self, pairs: Mapping[str, Mapping[str, str]], **_: Any) -> None:
        """Refuse classes and channels that do not exist."""
        for name, local in pairs.items():
            try:
                words(Field(name), local)
            except ValueError as problem:
                raise ValidationError({name: [str(problem)]}) from problem

    @validates_schema
    def whole(self, data: Mapping[str, Any], **_: Any) -> None:
        """Refuse settings that only make sense together."""
        if ("status" in data["columns"]) != bool(data["status"]):
            raise ValidationError("Give both: the column of the status under 'columns', and its words under 'status'.", "status")
        for name in (Field.CLASSIFICATION.value, Field.CHANNEL.value):
            if name in data["columns"] and name not in data["words"]:
                raise ValidationError({name: ["Say what your words mean."]}, "words")
        if data["touch_modified"] and not data["modified"]:
            raise ValidationError("There is no 'modified' to set.", "touch_modified")


class ReporterSettings(StrictSchema):
    """The table of the people who complain."""

    column = _column("Column in the table of complaints that points to the reporter.", required=True)
    table = fields.String(required=True, metadata=_help("Table of reporters."))
    key = _column("Key of that table.", required=True)
    columns = _columns(_PEOPLE, "Which column holds which field.", load_default=dict)
    optional = fields.Boolean(load_default=False, metadata=_help("A complaint may have no reporter (anonymous)."))
    create = fields.Boolean(load_default=False, metadata=_help("The hub may add a reporter for a complaint it files."))
    constants = _constants("Values for the other columns of a reporter the hub adds.")


class VisibilitySettings(StrictSchema):
    """Who may read a reply."""

    default = fields.String(
        load_default="public", validate=validate.OneOf(_VISIBLE), metadata=_help("public or internal, for the whole table.")
    )
    column = _column("Column that says it reply by reply.", load_default=None)
    words = fields.Dict(
        fields.String(),
        fields.String(validate=validate.OneOf(_VISIBLE)),
        load_default=dict,
        metadata=_help("Its words, and whether each is public or internal."),
    )


class ReplySettings(StrictSchema):
    """One table of replies."""

    table = fields.String(required=True, metadata=_help("Table of replies; it may be the table of complaints again."))
    key = _column("Primary key of that table.", required=True)
    complaint = _column("Column that points to the complaint.", required=True)
    text = _column("Column with the text.", required=True)
    created = _column("Column with the time (or date) of the reply.", load_default=None)
    modified = _column("Column that changes when the reply is edited.", load_default=None)
    author = _column("Column with the author's name as text.", load_default=None)
    visibility = fields.Nested(
        VisibilitySettings,
        load_default=lambda: VisibilitySettings().load({}),
        metadata=_help("Who may read the replies; everybody, if left out."),
    )
    where = _constants("Only rows with these values are replies; a reply of the hub gets them too.")
    write = fields.Boolean(load_default=False, metadata=_help("The hub's replies go into this table."))
    length = fields.Integer(load_default=None, validate=validate.Range(min=1), metadata=_help("How many characters the text column holds."))
    constants = _constants("Values for the other columns of a reply of the hub, such as the officer's id.")


class CreateSettings(StrictSchema):
    """How the hub files new complaints here."""

    fields_ = fields.List(
        fields.String(validate=validate.OneOf(_OWN)),
        data_key="fields",
        attribute="fields",
        load_default=list,
        metadata=_help("Fields the hub fills; by default all under 'columns'."),
    )
    constants = _constants("Values for the other columns. {today} is the date as 20260926, {unique} eight letters and digits.")


class DatabaseSettings(StrictSchema):
    """Everything about one app's database."""

    url = fields.String(
        required=True,
        metadata=_help("mysql://user@host:3306/name, mariadb://…, postgresql://user@host:5432/name or sqlite:///path/to/file."),
    )
    password = fields.String(load_default=None, load_only=True, metadata=_help("The database user's password.", secret=True))
    password_env = fields.String(load_default=None, metadata=_help("Environment variable that has the password, instead of 'password'."))
    tls_ca = fields.String(
        load_default=None,
        metadata=_help("File with the certificate authority of the server; given, the connection is encrypted and verified."),
    )
    time_zone = fields.String(
        required=True, metadata=_help("Zone of the times in your tables: WIB, WITA, WIT or a name such as Asia/Jakarta.")
    )
    complaints = fields.Nested(ComplaintSettings, required=True, metadata=_help("Your table of complaints."))
    reporter = fields.Nested(ReporterSettings, load_default=None, metadata=_help("Your table of reporters, if it is a table of its own."))
    replies = fields.List(fields.Nested(ReplySettings), load_default=list, metadata=_help("Your tables of replies."))
    write = fields.List(
        fields.String(validate=validate.OneOf(_OWN)),
        load_default=list,
        metadata=_help("Fields the hub may change in existing complaints; usually only status."),
    )
    create = fields.Nested(CreateSettings, load_default=None, metadata=_help("Given, the hub may file new complaints here."))
    page_size = fields.Integer(load_default=500, validate=validate.Range(1, 10_000), metadata=_help("Rows read at once."))
    overlap = fields.Integer(
        load_default=300,
        validate=validate.Range(min=0),
        metadata=_help("Seconds read again with 'modified', for rows that were saved late."),
    )

    @validates("url")
    def readable(self, value: str, **_: Any) -> None:
        """Refuse an address that cannot be meant, and one with a password in it."""
        try:
            address(value)
        except ValueError as problem:
            raise ValidationError(f"This is not an address of a database: {problem}.") from problem

    @validates("time_zone")
    def on_earth(self, value: str, **_: Any) -> None:
        """Refuse an unknown zone."""
        try:
            zone(value)
        except (KeyError, ValueError, OSError) as problem:
            raise ValidationError("There is no such zone; write WIB, WITA, WIT or a name such as Asia/Jakarta.") from problem

    @validates_schema
    def whole(self, data: Mapping[str, Any], **_: Any) -> None:
        """Refuse settings that only make sense together."""
        problems: dict[str, list[str]] = {}
        for where, problem in _contradictions(data):
            problems.setdefault(where, []).append(problem)
        if problems:
            raise ValidationError(problems)


def _contradictions(data: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    known = set(data["complaints"]["columns"])
    if data["password"] and data["password_env"]:
        yield "password", "Give 'password' or 'password_env', not both."
    for name in data["write"]:
        if name not in known:
            yield "write", f"'{name}' has no column under 'complaints'."
    for name in data["create"]["fields"] if data["create"] else ():
        if name not in known:
            yield "create", f"'{name}' has no column under 'complaints'."
    if sum(each["write"] for each in data["replies"]) > 1:
        yield "replies", "Only one table can take the hub's replies; say 'write: yes' once."
    if data["complaints"]["modified"] and any(not each["created"] for each in data["replies"]):
        yield "replies", "With 'modified', new replies are found by their time: name 'created', or leave 'modified' out."
    if data["reporter"] and known & set(data["reporter"]["columns"]):
        yield "reporter", "A field is named both under 'complaints' and under 'reporter'; keep one."
