from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path
from string import Formatter

import pytest
from flask import Flask
from flask.testing import FlaskClient

from hub import dashboard
from hub.dashboard import language, words, writing
from hub.dashboard.english import ENGLISH

HERE = Path(dashboard.__file__).parent
CALL = re.compile(r"""\bt\(\s*(?:"([^"]+)"|'([^']+)')""")


def used() -> set[str]:
    """Return every text that templates and code ask to be translated."""
    found = {
        match[1] or match[2] for path in HERE.rglob("*") if path.suffix in (".html", ".py") for match in CALL.finditer(path.read_text())
    }
    tables = (words.FIELDS, words.LINK_STATES, words.RULES)
    units = {text for unit in writing._UNITS for text in unit[1:]}
    return found | units | {text for table in tables for text in table.values()} | set(SIDES)


SIDES = ("Dari", "Menjadi", "Nilai hub", "Nilai aplikasi")


def test_every_text_has_its_english_and_none_is_left_over() -> None:
    assert used() - ENGLISH.keys() == set()
    assert ENGLISH.keys() - used() == set()


def test_both_languages_have_the_same_places_for_values() -> None:
    for indonesian, english in ENGLISH.items():
        places = [sorted(str(name) for _, name, _, _ in Formatter().parse(text) if name) for text in (indonesian, english)]
        assert places[0] == places[1], indonesian


def test_no_text_stands_in_a_template_without_being_asked_for() -> None:
    for path in (HERE / "templates").glob("*.html"):
        bare = re.sub(r"\{[{%#].*?[}%#]\}", "", path.read_text(), flags=re.DOTALL)
        bare = re.sub(r"<[^>]*>", "", bare)
        assert set(re.findall(r"[^\W\d_]{3,}", bare)) <= {"Simpul"}, path.name


@pytest.fixture
def said() -> Flask:
    app = Flask(__name__)
    app.add_url_rule("/", view_func=lambda: language.t("{n} hari", n=writing.number(12_345)))
    app.after_request(language.remember)
    return app


@pytest.mark.parametrize(("default", "there"), [("id", "12.345 hari"), ("en", "12,345 days")])
def test_who_chose_nothing_gets_the_language_of_the_hub(said: Flask, default: str, there: str) -> None:
    language.set_default(said, default)
    for address in ("/", "/?lang=fr", "/?lang="):
        answer = said.test_client().get(address)
        assert answer.text == there
        assert "Set-Cookie" not in answer.headers


def test_a_choice_is_remembered_and_can_be_taken_back(said: Flask) -> None:
    client = said.test_client()
    chosen = client.get("/?lang=en")
    assert chosen.text == client.get("/").text == "12,345 days"
    assert {"HttpOnly", "SameSite=Lax", "Path=/"} <= set(chosen.headers["Set-Cookie"].split("; "))
    assert client.get("/?lang=id").text == client.get("/").text == "12.345 hari"


def test_the_switch_keeps_the_filters_and_escapes_them(country: object, visitor: FlaskClient) -> None:
    page = visitor.get('/complaints?status=open&connection=&q=%3Cb%3E"').text
    assert 'href="/complaints?status=open&amp;connection=&amp;q=%3Cb%3E%22&amp;lang=en"' in page


def test_days_moments_and_spans_are_written_in_the_language_and_in_wib() -> None:
    late = datetime(2026, 5, 31, 17, 5, tzinfo=UTC)
    app = Flask(__name__)
    with app.test_request_context("/?lang=id"):
        assert writing.moment(late) == '<time datetime="2026-06-01T00:05:00+07:00">1 Jun 2026 00.05 WIB</time>'
        assert writing.moment(late.astimezone(timezone(timedelta(hours=9)))) == writing.moment(late)
        assert writing.moment(None) == "–"
        assert writing.day(date(2026, 8, 17)) == "17 Agu 2026"
        spans = [
            timedelta(0),
            timedelta(seconds=59),
            timedelta(minutes=1),
            timedelta(minutes=90),
            timedelta(hours=1),
            timedelta(days=3, hours=5),
        ]
        assert [writing.span(each) for each in spans] == ["1 detik", "59 detik", "1 menit", "90 menit", "1 jam", "3 hari"]
    with app.test_request_context("/?lang=en"):
        assert "1 Jun 2026 00:05 WIB" in writing.moment(late)
        days = [date(2026, 5, 1), date(2026, 4, 30), date(2026, 4, 29), date(2026, 5, 2)]
        assert [writing.age(each, date(2026, 5, 1)) for each in days] == ["0 days", "1 day", "2 days", "0 days"]
