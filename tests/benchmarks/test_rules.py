"""What the campaign changes in its copy of the hub stands there, so that a rule that is taken out is really out."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from benchmarks.campaign import letterbox, rules
from benchmarks.campaign.verdict import Verdict
from hub.plugins import Connectors


@pytest.mark.parametrize("without", [None, *sorted(rules.WITHOUT)])
def test_every_change_to_the_copy_finds_its_words(tmp_path: Path, without: str | None) -> None:
    folder = rules.copy(tmp_path / "hub", without)
    changed = {file for file, _, _ in (*rules.HURRIED, *(rules.WITHOUT[without] if without else ()))}
    assert all((folder / file).read_text("utf-8") != (rules.ROOT / file).read_text("utf-8") for file in changed)


def test_words_that_do_not_stand_there_any_more_end_the_campaign(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(rules.WITHOUT, "gone", (("hub/sync/lease.py", "these words stand nowhere", ""),))
    with pytest.raises(ValueError, match="stand 0 times in hub/sync/lease.py"):
        rules.copy(tmp_path / "hub", "gone")


def test_the_app_that_can_be_asked_nothing_is_an_installed_plugin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "path", [*sys.path])
    letterbox.install(tmp_path)
    connectors = Connectors.installed()
    assert letterbox.KIND in connectors.names() and not connectors.broken


def test_a_complaint_that_waits_on_two_lists_waits_once() -> None:
    verdict = Verdict(waiting=[("loket", "k1@loket ambiguous: x"), ("loket", "k1@loket cannot_look"), ("kota", "k2@kota parked: y")])
    assert verdict.awaited == {"k1@loket": "loket", "k2@kota": "kota"}
