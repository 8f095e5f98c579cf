"""Settings refuse what cannot be meant, at the name it is about, and take what the pages show."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from marshmallow import ValidationError, fields
from ruamel.yaml import YAML

from connectors.open311 import plan
from connectors.open311.connector import Open311Connector
from connectors.open311.plan import EXTENDED, PLAIN
from connectors.open311.settings import Open311Settings
from contracts.connector import Feed
from contracts.errors import Stop
from contracts.vocabulary import Status

DOCS = Path(__file__).parents[3] / "docs"
PAGES = [DOCS / "connectors" / "open311.md", DOCS / "id" / "open311.md"]
LEAST = {"endpoint": "https://kota.example/v2/", "since": "2024-01-01"}


@pytest.mark.parametrize(
    ("wrong", "where"),
    [
        ({"endpoint": "kota.example/v2"}, "endpoint"),
        ({"endpoint": "https://user:pw@kota.example/v2"}, "endpoint"),
        ({"endpoint": "https://kota.example/v2?api_key=1"}, "endpoint"),
        ({"format": "yaml"}, "format"),
        ({"time_zone": "Asia/Nowhere"}, "time_zone"),
        ({"omit_time_zone": True}, "omit_time_zone"),
        ({"since": None}, "since"),
        ({"feed": "updates"}, "feed"),
        ({"create": {}}, "create"),
        ({"api_key": "a", "api_key_env": "B"}, "api_key"),
        ({"headers": {"Authorization": "Bearer x"}}, "headers"),
        ({"headers": {"X-Ok": "a\r\nHost: b"}}, "headers"),
        ({"extra": {"title": "x"}, "token": "x"}, "extra"),
        ({"status": {"words": {"closed": "closed"}}}, "status"),
        ({"page_sizes": 10}, "page_sizes"),
    ],
)
def test_what_cannot_be_meant_is_refused_where_it_stands(wrong: dict[str, Any], where: str) -> None:
    given = {name: value for name, value in {**LEAST, **wrong}.items() if value is not None}
    with pytest.raises(ValidationError) as caught:
        Open311Settings().load(given)
    assert where in caught.value.messages_dict


def test_the_key_may_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = Open311Settings().load({**LEAST, "api_key_env": "KUNCI_KOTA"})
    with pytest.raises(Stop, match="KUNCI_KOTA is empty"):
        plan.key_of(settings)
    monkeypatch.setenv("KUNCI_KOTA", "rahasia")
    assert plan.key_of(settings) == "rahasia"


def test_the_words_of_the_standard_and_of_mysociety_are_known() -> None:
    plain = plan.plan(Open311Settings().load(LEAST)).status
    assert plain.words == PLAIN and plain.put(Status.ASSIGNED) == "open" and plain.put(Status.RETURNED) is None
    rich = plan.plan(Open311Settings().load({**LEAST, "updates": {}})).status
    assert rich.words == EXTENDED
    assert (rich.put(Status.RETURNED), rich.put(Status.ANSWERED), rich.put(Status.ARCHIVED)) == (
        "not_councils_responsibility",
        "fixed",
        "no_further_action",
    )


@pytest.mark.parametrize("page", PAGES, ids=["english", "indonesian"])
def test_the_examples_of_the_page_are_settings(page: Path) -> None:
    blocks = [YAML(typ="safe").load(block) for block in re.findall(r"```yaml\n(.*?)```", page.read_text("utf-8"), re.DOTALL)]
    feeds = [Open311Connector(Open311Settings().load(each)).capabilities.feed for each in blocks]
    assert feeds == [Feed.POLL, Feed.SNAPSHOT, Feed.POLL]


@pytest.mark.parametrize("page", PAGES, ids=["english", "indonesian"])
def test_every_setting_stands_on_the_page(page: Path) -> None:
    written = set(re.findall(r"[a-z_0-9]+", " ".join(re.findall(r"`([^`\n]+)`", page.read_text("utf-8")))))
    assert _names(Open311Settings()) - written == set()


def _names(schema: Any) -> set[str]:
    found: set[str] = set()
    for name, field in schema.fields.items():
        found |= {name} | (_names(field.schema) if isinstance(field, fields.Nested) else set())
    return found
