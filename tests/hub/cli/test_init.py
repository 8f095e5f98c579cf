"""`simpul init`: a hub that works, all problems at once, and a second time that changes nothing."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest
from argon2 import PasswordHasher

from hub.accounts import passwords
from hub.cli.exits import Exit
from hub.config import Settings
from hub.operations.entering import by_password
from tests.hub.cli.office import Office

PASSWORD = "kucing-hujan-sepeda-7"


@pytest.fixture(autouse=True)
def cheap_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is tested here is not how long argon2 takes."""
    monkeypatch.setattr(passwords, "HASHER", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))


@pytest.fixture
def bare(tmp_path: Path) -> Office:
    """An office where there is no hub yet."""
    return Office(tmp_path)


def again(office: Office) -> Office:
    """The same, in a process that starts anew."""
    office.terminal.close()
    anew = Office(office.home)
    anew.environ.update(office.environ)
    return anew


def test_a_hub_is_made_and_a_second_time_nothing_is_changed(bare: Office) -> None:
    bare.environ |= {"SIMPUL_COORDINATOR": "kemenpan", "SIMPUL_TLS": "on"}
    told = bare.ok("init", "--admin", "siti", "--password-stdin", typed=f"{PASSWORD}\n")
    assert "simpul connections add" in told and PASSWORD not in told
    assert by_password(bare.terminal.hub, "siti", PASSWORD)
    before, files = (
        bare.everything(),
        {path: path.read_bytes() for path in (bare.home / "hub").glob("*.*") if path.suffix in (".yaml", ".json")},
    )
    assert {path.name for path in files} == {"simpul.yaml", "keys.json"}
    second = again(bare)
    assert "tidak ada yang diubah" in second.ok("init", "--admin", "budi")
    assert second.everything() == before and all((bare.home / "hub" / name).read_bytes() == content for name, content in files.items())
    second.terminal.close()


def test_the_settings_it_was_made_with_are_found_again_without_the_environment(bare: Office) -> None:
    bare.environ |= {"SIMPUL_COORDINATOR": "kemenpan", "SIMPUL_TLS": "on"}
    bare.ok("init", "--password-stdin", typed=f"{PASSWORD}\n")
    home = bare.environ["SIMPUL_HOME"]
    found = Settings.load({"SIMPUL_HOME": home, "HOME": str(bare.home)})
    assert found == bare.terminal.settings and (found.coordinator, found.tls) == ("kemenpan", True)
    assert Settings.load({"SIMPUL_HOME": home, "HOME": "/x", "SIMPUL_COORDINATOR": "lain"}).coordinator == "lain"
    assert stat.S_IMODE((Path(home) / "simpul.yaml").stat().st_mode) == 0o600
    bare.terminal.close()


def test_home_database_and_keys_are_their_owner_s_alone_whatever_the_shell_allows(bare: Office) -> None:
    before = os.umask(0o022)
    try:
        bare.ok("init")
        with bare.terminal.hub.store.unit():  # which keeps a log beside the file
            made = list(Path(bare.environ["SIMPUL_HOME"]).rglob("*"))
            assert {"hub.db", "hub.db-wal", "keys.json", "simpul.yaml"} <= {path.name for path in made}
            assert [path.name for path in (*made, Path(bare.environ["SIMPUL_HOME"])) if path.stat().st_mode & 0o077] == []
    finally:
        os.umask(before)
    bare.terminal.close()


def test_without_anybody_to_ask_a_password_is_made_and_told_once(bare: Office) -> None:
    told = bare.ok("init", "--lang", "en")
    made = told.split("this once: ")[1].split()[0]
    assert by_password(bare.terminal.hub, "admin", made)
    assert made not in again(bare).ok("init")


def test_a_person_is_asked_for_name_and_password(bare: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hub.cli.init.by_a_person", lambda: True)
    told = bare.ok("init", typed=f"siti\n{PASSWORD}\n{PASSWORD}\n")
    assert PASSWORD not in told and by_password(bare.terminal.hub, "siti", PASSWORD)
    bare.terminal.close()


def test_a_person_who_types_no_password_gets_one(bare: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hub.cli.init.by_a_person", lambda: True)
    told = bare.ok("init", typed="\n\n\n")
    assert by_password(bare.terminal.hub, "admin", told.split("sekali ini: ")[1].split()[0])
    bare.terminal.close()


def test_a_file_that_is_named_but_not_there_is_made_there(bare: Office) -> None:
    config = bare.home / "etc" / "hub.yaml"
    bare.environ["SIMPUL_CONFIG"] = str(config)
    bare.ok("init")
    elsewhere = Settings.load({"SIMPUL_CONFIG": str(config), "HOME": "/x"})
    assert elsewhere.home == Path(bare.environ["SIMPUL_HOME"]) == bare.terminal.settings.home
    bare.terminal.close()


def test_all_that_is_wrong_is_said_at_once_and_nothing_is_made(bare: Office) -> None:
    (bare.home / "file").write_text("")
    bare.environ |= {"SIMPUL_HOME": str(bare.home / "file" / "hub"), "SIMPUL_KEYS": str(bare.home / "hub" / "keys.json")}
    told = bare.fails(Exit.CONFIGURATION, "init", "--admin", "Si ti", "--password-stdin", typed="rahasia\n")
    assert "hub.db" in told and "simpul.yaml" in told and "name:" in told and "password:" in told and "rahasia" not in told
    assert not (bare.home / "hub").exists()
    bare.environ |= {"SIMPUL_LANGUAGE": "fr", "SIMPUL_TLS": "maybe"}
    told = again(bare).fails(Exit.CONFIGURATION, "init", "--admin", "Si ti")
    assert "SIMPUL_LANGUAGE" in told and "SIMPUL_TLS" in told and "name:" in told


def test_keys_that_are_there_already_are_kept(bare: Office) -> None:
    bare.ok("agencies", "list")
    keys = bare.home / "hub" / "keys.json"
    kept = keys.read_bytes()
    told = again(bare).ok("init")
    assert keys.read_bytes() == kept and "keys.json" not in told and "simpul.yaml" in told
