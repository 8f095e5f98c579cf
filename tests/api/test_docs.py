"""docs/api.md and the OpenAPI document say what there is, and nothing else."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from contracts.schema import ComplaintSchema
from hub.accounts.roles import Role
from tests.api.desk import API, Desk

DOCS = (Path(__file__).parents[2] / "docs" / "api.md").read_text("utf-8")


@pytest.fixture
def document(desk: Desk) -> dict[str, Any]:
    answer = desk.anybody.get(f"{API}/openapi.json", headers=desk.token(Role.MONITOR))
    return dict(answer.json or {})


def operations(document: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {
        f"{method.upper()} {path.removeprefix(API)}": said
        for path, below in document["paths"].items()
        for method, said in below.items()
        if method != "parameters"
    }


def role(web: Flask, route: str) -> str:
    method, path = route.split()
    rule = re.sub(r"{(\w+)}", r"<\1>", API + path).replace("<conflict>", "<int:conflict>")
    endpoint = next(each.endpoint for each in web.url_map.iter_rules() if each.rule == rule and method in (each.methods or ()))
    needed: Role = getattr(web.view_functions[endpoint], "role", Role.MONITOR if method == "GET" else Role.ADMIN)
    return str(needed)


def test_every_route_is_in_the_docs_with_its_role_and_no_other(desk: Desk, document: dict[str, Any]) -> None:
    told = dict(re.findall(r"^\| `((?:GET|POST) /[^`]*)` \| (\w+) \|", DOCS, re.MULTILINE))
    assert told == {route: role(desk.web, route) for route in operations(document)}


def test_the_docs_name_every_filter_and_every_field_of_a_body(document: dict[str, Any]) -> None:
    rows = dict(re.findall(r"^\| `((?:GET|POST) /[^`]*)` \| \w+ \| (.*) \|$", DOCS, re.MULTILINE))
    for route, said in operations(document).items():
        names = {one["name"] for one in said.get("parameters", ()) if one["in"] == "query"} - {"limit", "cursor"}
        body = said.get("requestBody")
        if body:
            schema = body["content"]["application/json"]["schema"]["$ref"].rpartition("/")[2]
            names |= set(document["components"]["schemas"][schema]["properties"])
        assert all(f"`{name}" in rows[route] for name in names), (route, names)


def test_the_document_tells_of_the_login_and_of_problems(document: dict[str, Any]) -> None:
    assert document["openapi"].startswith("3.") and document["security"] == [{"token": []}, {"session": []}]
    for route, said in operations(document).items():
        assert said["summary"] and "default" in said["responses"], route
    text = json.dumps(document)
    whole = document["components"]["schemas"]["WholeOut"]["properties"]["complaint"]
    shown = document["components"]["schemas"][whole.get("$ref", whole.get("allOf", [{}])[0].get("$ref", "")).rpartition("/")[2]]
    assert set(shown["properties"]) == set(ComplaintSchema().fields) - {"reporter"}
    assert "identity_number" not in text and "phone" not in shown["properties"]
    assert all(reference.rpartition("/")[2] in text for reference in re.findall(r'"\$ref": "([^"]+)"', text))
