"""The command itself: errors are sentences, exit codes mean something, tracebacks only with --debug."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from contracts.errors import Gone, NotDone, Reject, Stale, Stop, Unknown
from hub.cli import main
from hub.cli.exits import Exit, exit_of
from hub.cli.root import root
from hub.cli.show import clean
from hub.cli.terminal import Terminal
from hub.sync.lease import LeaseBusy
from tests.hub.cli.office import Office


def test_wrong_settings_of_the_hub_are_all_said_at_once(tmp_path: Path) -> None:
    terminal = Terminal({"SIMPUL_HOME": str(tmp_path), "SIMPUL_HOMEE": "x", "SIMPUL_LANGUAGE": "fr"})
    result = CliRunner().invoke(root, ["agencies", "list"], obj=terminal)
    assert result.exit_code == Exit.CONFIGURATION
    assert "Did you mean SIMPUL_HOME?" in result.stderr and "SIMPUL_LANGUAGE" in result.stderr and result.stdout == ""


def test_the_hubs_own_language_is_used_unless_another_is_asked_for(tmp_path: Path) -> None:
    terminal = Terminal({"SIMPUL_HOME": str(tmp_path), "SIMPUL_LANGUAGE": "en"})
    assert CliRunner().invoke(root, ["agencies", "list"], obj=terminal).stdout == "None.\n"
    assert CliRunner().invoke(root, ["agencies", "list", "--lang", "id"], obj=terminal).stdout == "Tidak ada.\n"
    assert CliRunner().invoke(root, ["--lang", "id", "agencies", "list"], obj=terminal).stdout == "Tidak ada.\n"


def test_a_traceback_is_shown_only_when_it_is_asked_for(office: Office) -> None:
    office.fails(Exit.NOT_FOUND, "connections", "show", "nowhere")
    result = CliRunner().invoke(root, ["connections", "show", "nowhere", "--debug"], obj=office.terminal)
    assert "Traceback" in result.stderr and result.exit_code == Exit.NOT_FOUND


def test_a_mistake_in_the_program_is_one_sentence_without_its_data(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise ValueError("rahasia")

    monkeypatch.setattr("hub.cli.connections.look.overview", broken)
    told = office.fails(Exit.BUG, "connections", "list")
    assert "ValueError" in told and "rahasia" not in told and "--debug" in told


def test_a_database_that_cannot_be_reached_is_a_sentence_without_its_address(tmp_path: Path) -> None:
    address = "postgresql://simpul:rahasia@127.0.0.1:1/none"
    terminal = Terminal({"SIMPUL_HOME": str(tmp_path), "SIMPUL_DATABASE": address})
    result = CliRunner().invoke(root, ["agencies", "list"], obj=terminal)
    assert result.exit_code == Exit.UNREACHABLE and "rahasia" not in result.output


def test_an_unknown_command_is_answered_with_the_nearest(office: Office) -> None:
    assert "Did you mean connections?" in office.fails(Exit.USAGE, "conections")
    assert "Did you mean pause?" in office.fails(Exit.USAGE, "connections", "pase")


def test_every_error_has_a_code() -> None:
    codes = {kind: exit_of(kind("x")) for kind in (Stop, Reject, Stale, NotDone, Unknown, Gone, LeaseBusy)}
    assert codes == {
        Stop: Exit.WAITS,
        Reject: Exit.WAITS,
        Stale: Exit.WAITS,
        NotDone: Exit.UNREACHABLE,
        Unknown: Exit.UNREACHABLE,
        Gone: Exit.NOT_FOUND,
        LeaseBusy: Exit.BUSY,
    }


def test_control_characters_are_taken_out_of_foreign_text() -> None:
    assert clean("a\x1b[2Jb\nc\u202ed") == "a\N{REPLACEMENT CHARACTER}[2Jb c\N{REPLACEMENT CHARACTER}d"


def test_the_installed_command_runs() -> None:
    assert Path(sys.executable).with_name("simpul").exists()
    assert CliRunner().invoke(root, ["--version"]).exit_code == Exit.OK


def test_an_installation_without_the_hub_says_what_to_install(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setitem(sys.modules, "hub.cli.root", None)
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == Exit.CONFIGURATION and ".[hub]" in capsys.readouterr().err
