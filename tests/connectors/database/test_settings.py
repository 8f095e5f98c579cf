"""What the settings refuse, and how they say it."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from marshmallow import fields

from connectors.database.layout import layout
from connectors.database.settings import DatabaseSettings, looks_secret
from contracts.content import Field
from tests.connectors.database.local import loaded
from tests.connectors.database.worlds import APPS, LARAVEL, USUAL

URL = "mysql://simpul@127.0.0.1:3306/pengaduan"


def _with(path: str, value: Any, base: dict[str, Any] = USUAL) -> dict[str, Any]:
    settings = copy.deepcopy({**base, "url": URL})
    where: Any = settings
    *parents, last = path.split(".")
    for name in parents:
        where = where[int(name) if name.isdigit() else name]
    where[last] = value
    return settings


@pytest.mark.parametrize("app", sorted(APPS))
def test_the_three_apps_can_be_described(app: str) -> None:
    assert layout(loaded({**APPS[app][0], "url": URL})).complaints.key


@pytest.mark.parametrize(
    ("path", "value", "says"),
    [
        ("url", "mysql://simpul:rahasia@127.0.0.1/x", "take the password out"),
        ("url", "oracle://x/y", "begin with"),
        ("url", "mysql://simpul@127.0.0.1", "name of the database"),
        ("url", "sqlite://", "sqlite:///path"),
        ("url", "mysql://h/db?ssl=0", "nothing may follow"),
        ("time_zone", "Asia/Jakrta", "no such zone"),
        ("complaints.tabel", "pengaduan", "id you mean table"),
        ("complaints.columns", {"title": "password"}, "passwords"),
        ("reporter.columns", {"reporter_name": "kata_sandi"}, "passwords"),
        ("replies.0.constants", {"user_password": "x"}, "passwords"),
        ("complaints.columns", {"description": "isi_laporan"}, "Give both"),
        ("complaints.status", {"words": {"selesai": "closed"}}, "must not mean closed"),
        ("complaints.words", {"classification": {"aduan": "komplain"}}, "komplain"),
        ("complaints.touch_modified", True, "no 'modified'"),
        ("complaints.where", {"jenis": ["a"]}, "one plain value"),
        ("write", ["title"], "no column"),
        ("create", {"fields": ["title"]}, "no column"),
        ("password_env", "X", "not both"),
        ("page_size", 0, "Must be"),
    ],
)
def test_a_setting_that_cannot_be_meant_is_refused_with_its_reason(path: str, value: Any, says: str) -> None:
    settings = _with(path, value)
    if path == "password_env":
        settings["password"] = "rahasia-sekali"
    problems = repr(DatabaseSettings().validate(settings))
    assert says in problems
    assert "rahasia-sekali" not in problems


def test_replies_without_a_time_cannot_be_asked_for_since() -> None:
    settings = _with("replies.0.created", None, LARAVEL)
    assert "leave 'modified' out" in repr(DatabaseSettings().validate(settings))


def test_only_one_table_takes_the_replies_of_the_hub() -> None:
    settings = _with("replies", [USUAL["replies"][0], USUAL["replies"][0]])
    assert "Only one table" in repr(DatabaseSettings().validate(settings))


@pytest.mark.parametrize(
    "name", ["password", "user_password", "passwd", "pwd", "kata_sandi", "sandi", "remember_token", "api_key", "pasword"]
)
def test_a_column_of_passwords_is_known_by_its_name(name: str) -> None:
    assert looks_secret(name)


@pytest.mark.parametrize("name", ["token_simpul", "persandian", "alamat", "passage", "bypass", "compass"])
def test_other_columns_are_not_taken_for_passwords(name: str) -> None:
    assert not looks_secret(name)


def test_the_password_is_marked_as_a_secret_and_never_written_out() -> None:
    assert DatabaseSettings().fields["password"].metadata["secret"]
    assert "password" not in DatabaseSettings().dump({"password": "x", "url": URL})


def _helpless(schema: Any, path: str = "") -> list[str]:
    found = []
    for name, field in schema.fields.items():
        inner = field.inner if isinstance(field, fields.List) else field
        found += [] if field.metadata.get("help") else [path + name]
        found += _helpless(inner.schema, f"{path}{name}.") if isinstance(inner, fields.Nested) else []
    return found


def test_every_setting_says_what_it_is_for() -> None:
    assert _helpless(DatabaseSettings()) == []


def test_the_zone_may_be_written_as_people_say_it() -> None:
    assert layout(loaded({**USUAL, "url": URL, "time_zone": "wita"})).zone.key == "Asia/Makassar"


def test_a_new_complaint_fills_every_column_of_the_complaint_by_default() -> None:
    plan = layout(loaded({**USUAL, "url": URL}))
    assert plan.create is not None
    assert plan.create.fields == {Field.DESCRIPTION, Field.STATUS}
