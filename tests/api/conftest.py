"""A hub with accounts, answered for by the real app; passwords are hashed at the lowest cost."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from flask import Flask

from connectors.memory.app import MemoryApp
from hub.accounts import passwords
from hub.accounts.roles import Role
from hub.api.app import create_app
from hub.operations.accounts import add_account
from tests.api.desk import NAMES, PASSWORD, Desk
from tests.hub.cli.office import Office

CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


@pytest.fixture(autouse=True)
def cheap_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is tested here is not how long argon2 takes."""
    monkeypatch.setattr(passwords, "HASHER", CHEAP)


@pytest.fixture(scope="session")
def staffed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a hub with one account of each role."""
    home = tmp_path_factory.mktemp("staffed")
    office = Office(home)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passwords, "HASHER", CHEAP)
        for role in Role:
            add_account(office.terminal.hub, NAMES[role], PASSWORD, role)
    office.terminal.close()
    return home / "hub"


@pytest.fixture(scope="session")
def web(staffed: Path) -> Iterator[Flask]:
    """The app: it takes longer to make than most tests, so each gives it a hub of its own (pages keep this one)."""
    office = Office(staffed.parent)
    yield create_app(office.terminal.hub)
    office.terminal.close()


@pytest.fixture
def desk(tmp_path: Path, staffed: Path, web: Flask) -> Iterator[Desk]:
    """An office of this test's own, which answers on the web."""
    shutil.copytree(staffed, tmp_path / "hub")
    desk = Desk(tmp_path, web)
    yield desk
    desk.terminal.close()
    MemoryApp.forget()
