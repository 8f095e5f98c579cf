"""Both pages say what the code does: the examples load, the rights are those that are computed, no setting is missing."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from marshmallow import fields
from ruamel.yaml import YAML

from connectors.database.grants import grants
from connectors.database.layout import layout
from connectors.database.settings import DatabaseSettings
from tests.connectors.database.local import loaded

DOCS = Path(__file__).parents[3] / "docs"
PAGES = [DOCS / "connectors" / "database.md", DOCS / "id" / "database.md"]


def blocks(page: Path, language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", page.read_text("utf-8"), re.DOTALL)


def names(schema: Any) -> set[str]:
    found: set[str] = set()
    for name, field in schema.fields.items():
        inner = field.inner if isinstance(field, fields.List) else field
        found |= {field.data_key or name} | (names(inner.schema) if isinstance(inner, fields.Nested) else set())
    return found


@pytest.mark.parametrize("page", PAGES, ids=["english", "indonesian"])
def test_the_example_and_its_rights_are_what_the_code_says(page: Path) -> None:
    whole, same_table, filing = (YAML(typ="safe").load(block) for block in blocks(page, "yaml"))
    plan = layout(loaded(whole))
    granted = [line for line in blocks(page, "sql")[0].splitlines() if line.startswith("GRANT")]
    assert granted == grants(plan, host="10.1.2.3")
    merged = {**whole, "complaints": {**whole["complaints"], **same_table["complaints"]}, "replies": same_table["replies"]}
    assert loaded(merged)["complaints"]["where"] == {"id_pengaduan": None}
    assert loaded({**whole, **filing})["create"]["constants"]["nik"] == "3502000000000000"


@pytest.mark.parametrize("page", PAGES, ids=["english", "indonesian"])
def test_every_setting_stands_on_the_page(page: Path) -> None:
    written = set(re.findall(r"[a-z_]+", " ".join(re.findall(r"`([^`\n]+)`", page.read_text("utf-8")))))
    assert names(DatabaseSettings()) - written == set()
