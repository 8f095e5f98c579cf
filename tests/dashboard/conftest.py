"""A country per file of tests, and somebody who has logged in to look at it."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from hub.accounts.roles import Role
from hub.api.app import create_app
from hub.operations.accounts import add_account
from tests.dashboard.country import Country

NAME, PASSWORD = "pemantau", "lampu jalan sudah menyala"


@pytest.fixture(scope="session")
def untouched(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a hub with one account: making its tables and the password's hash takes longer than most tests."""
    folder = tmp_path_factory.mktemp("untouched")
    country = Country(folder)
    add_account(country.hub, NAME, PASSWORD, Role.MONITOR)
    country.hub.close()
    return folder


@pytest.fixture(scope="module")
def country(tmp_path_factory: pytest.TempPathFactory, untouched: Path) -> Iterator[Country]:
    """An empty country of this file's own."""
    country = Country(shutil.copytree(untouched, tmp_path_factory.mktemp("country") / "hub"))
    yield country
    country.hub.close()


@pytest.fixture(scope="module")
def visitor(country: Country) -> FlaskClient:
    """A monitor who has logged in."""
    client = create_app(country.hub).test_client()
    token = re.search(r'name="csrf_token" value="([^"]+)"', client.get("/login").text)
    assert token is not None
    entered = client.post("/login", data={"name": NAME, "password": PASSWORD, "csrf_token": token[1]})
    assert entered.status_code == 303
    return client
