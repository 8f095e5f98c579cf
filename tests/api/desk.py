"""Whoever calls the app: people with a cookie, programs with a token."""

from __future__ import annotations

import re
from functools import cached_property
from pathlib import Path
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from hub.accounts.roles import Role, Scope
from hub.api.here import give_hub
from hub.operations.tokens import add_token
from tests.hub.cli.office import Office

PASSWORD = "kucing-hujan-sepeda-7"
NAMES = {Role.MONITOR: "mira", Role.COORDINATOR: "koko", Role.ADMIN: "ada"}
API = "/api/v1"


class Desk(Office):
    """An office whose hub also answers on the web."""

    def __init__(self, home: Path, web: Flask, database: str = "") -> None:
        super().__init__(home)
        self.environ["SIMPUL_DATABASE"] = database
        self.web = web
        self.terminal.begin()
        give_hub(web, self.terminal.hub)

    @cached_property
    def anybody(self) -> FlaskClient:
        """A caller without a login."""
        return self.web.test_client()

    def token(self, role: Role, scope: Scope = Scope.WRITE, days: int = 30) -> dict[str, str]:
        """Return the header of a program that calls with a token."""
        made = add_token(self.terminal.hub, NAMES[role], "test", scope, days=days)
        return {"Authorization": f"Bearer {made}"}

    def enter(self, name: str, password: str = PASSWORD, app: Flask | None = None) -> tuple[FlaskClient, TestResponse]:
        """Log in on the page, as a browser does."""
        client = (app or self.web).test_client()
        form = {"csrf_token": csrf(client.get("/login").text), "name": name, "password": password}
        return client, client.post("/login", data=form)

    def person(self, role: Role) -> FlaskClient:
        """Return a browser that is logged in."""
        client, answer = self.enter(NAMES[role])
        assert answer.status_code == 303
        return client

    def get(self, address: str, role: Role = Role.MONITOR) -> Any:
        """Ask the API as a program, and return the answer, which must be one."""
        answer = self.anybody.get(API + address, headers=self.token(role, Scope.READ))
        assert answer.status_code == 200, answer.text
        return answer.json

    def post(self, address: str, role: Role = Role.COORDINATOR, **body: Any) -> TestResponse:
        """Do something over the API as a program."""
        return self.anybody.post(API + address, json=body, headers=self.token(role))

    def refused(self, code: int, answer: TestResponse) -> dict[str, Any]:
        """Return a problem, which must be one of this code and of the right form."""
        assert answer.status_code == code, answer.text
        assert answer.mimetype == "application/problem+json"
        told = answer.json
        assert isinstance(told, dict) and told["status"] == code and told["detail"] and "Traceback" not in answer.text
        return told


def csrf(page: str) -> str:
    """Return the token of a form on a page."""
    found = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert found, page
    return found.group(1)


def mark(client: FlaskClient) -> str:
    """Return what the pages of a browser's session send back with a change."""
    with client.session_transaction() as session:
        return str(session["csrf"])
