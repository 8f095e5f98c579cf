"""A story has a place of its own, which goes away or stays as asked, and one way to say how it went."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from click.testing import CliRunner

from contracts.errors import NotDone
from hub.demo.claims import Claims
from hub.demo.command import after, demo
from hub.demo.performing import perform
from hub.demo.stage import Stage, own_hub
from hub.demo.telling import Teller
from hub.demo.watching import stay_away, watch


@contextmanager
def _bare(folder: Path, teller: Teller, claims: Claims) -> Iterator[Stage]:
    """A hub and no app."""
    with closing(own_hub(folder / "hub")) as hub:
        yield Stage(folder, hub, (), teller, claims)


def _good(stage: Stage) -> None:
    stage.claims.check("good", "Ya", "Yes", lambda: True)


def _bad(stage: Stage) -> None:
    _good(stage)
    stage.claims.check("bad", "Tidak", "No", lambda: False)


def _breaks_off(stage: Stage) -> None:
    _good(stage)
    raise NotDone("The app does not answer.", "Start it.")


@pytest.fixture(autouse=True)
def _temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))


def test_a_story_whose_claims_hold_is_good_and_leaves_nothing(tmp_path: Path) -> None:
    assert perform(_bare, _good)
    assert list(tmp_path.iterdir()) == []


def test_a_story_with_one_claim_that_is_not_so_is_not_good(tmp_path: Path) -> None:
    assert not perform(_bare, _bad)
    assert list(tmp_path.iterdir()) == []


def test_a_story_that_breaks_off_is_not_good_although_all_it_claimed_was_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert not perform(_bare, _breaks_off, lang="en")
    assert "The app does not answer. Start it." in capsys.readouterr().out
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_was_named_stays(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert perform(_bare, _good, folder=tmp_path / "here")
    assert (tmp_path / "here" / "hub" / "hub.db").exists()
    assert str(tmp_path / "here") in capsys.readouterr().out


def test_a_temporary_folder_stays_where_that_is_asked(tmp_path: Path) -> None:
    assert perform(_bare, _good, keep=True)
    assert [each.name.startswith("simpul-demo-") for each in tmp_path.iterdir()] == [True]


def test_a_folder_with_something_in_it_is_refused_and_not_touched(tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("keep")
    told = CliRunner().invoke(demo, ["--once", "--folder", str(tmp_path)])
    assert told.exit_code == 2
    assert "not empty" in told.output
    assert [each.name for each in tmp_path.iterdir()] == ["mine"]


def test_the_hub_of_the_demo_takes_nothing_from_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SIMPUL_DATABASE", "postgresql://nobody@127.0.0.1:1/nothing")
    assert perform(_bare, _good)


def test_what_comes_after_the_story_comes_only_after_a_good_one() -> None:
    came: list[str] = []
    assert perform(_bare, _good, after=lambda stage: came.append("good"))
    assert not perform(_bare, _bad, after=lambda stage: came.append("bad"))
    assert not perform(_bare, _breaks_off, after=lambda stage: came.append("broken off"))
    assert came == ["good"]


def test_without_a_terminal_it_says_why_it_does_not_stay(capsys: pytest.CaptureFixture[str]) -> None:
    assert perform(_bare, _good, lang="en", after=stay_away)
    assert "with --serve the hub stays" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("once", "serve", "terminal", "follows"),
    [(True, False, True, None), (False, False, True, watch), (False, False, False, stay_away), (False, True, False, watch)],
)
def test_who_has_a_terminal_or_asks_for_it_is_served(
    monkeypatch: pytest.MonkeyPatch, once: bool, serve: bool, terminal: bool, follows: object
) -> None:
    monkeypatch.setattr("sys.stdin.isatty", lambda: terminal)
    assert after(once, serve) is follows
