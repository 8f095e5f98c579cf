"""Settings of a memory connection: every knob can be set, and what cannot be is said where it stands."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest
from marshmallow import ValidationError

from connectors.memory.behaviour import Behaviour, Versions
from connectors.memory.settings import MemorySettings
from contracts.connector import Feed, Part, ResponseAbility
from contracts.content import Field
from contracts.vocabulary import Status, Visibility


def loaded(**settings: Any) -> dict[str, Any]:
    result: dict[str, Any] = MemorySettings().load({"app": "any", **settings})
    return result


def test_every_knob_is_a_setting() -> None:
    assert set(MemorySettings().fields) - {"app", "webhook_secret"} == {knob.name for knob in dataclasses.fields(Behaviour)}


def test_without_settings_the_app_is_rich() -> None:
    assert Behaviour.of(loaded()) == Behaviour()


def test_settings_become_the_values_of_the_port() -> None:
    behaviour = Behaviour.of(
        loaded(
            feed="snapshot",
            words={"0": "received", "selesai": "answered"},
            write_words={"received": "0", "answered": "selesai", "closed": "selesai"},
            transitions={"received": ["answered"]},
            cuts={"title": 40},
            reads=["title", "status"],
            versions="opaque",
            together=["status", "response"],
            combines=[["status", "holder"]],
            responses={"reads": True, "writes": ["public"], "cut": 160},
        )
    )
    sheet = behaviour.capabilities
    assert (sheet.feed, behaviour.versions) == (Feed.SNAPSHOT, Versions.OPAQUE)
    assert sheet.statuses == {Status.RECEIVED: Status.RECEIVED, Status.ANSWERED: Status.ANSWERED, Status.CLOSED: Status.ANSWERED}
    assert sheet.transitions == {Status.RECEIVED: frozenset({Status.ANSWERED})}
    assert sheet.cuts == {Field.TITLE: 40}
    assert sheet.writes == {Field.TITLE, Field.STATUS}
    assert sheet.combines == {frozenset({Part.STATUS, Part.HOLDER}), frozenset({Part.STATUS, Part.RESPONSE})}
    assert sheet.responses == ResponseAbility(True, frozenset({Visibility.PUBLIC}), 160)


@pytest.mark.parametrize(
    ("settings", "where"),
    [
        ({"versions": "none"}, "conditional_write"),
        ({"carries_token": False}, "can_find"),
        ({"writes": ["description"]}, "writes"),
        ({"feed": "inbox"}, "feed"),
        ({"page_size": 0}, "page_size"),
        ({"words": {"0": "open"}}, "words"),
        ({"app": None}, "app"),
    ],
)
def test_what_no_app_could_be_is_refused_at_its_setting(settings: dict[str, Any], where: str) -> None:
    with pytest.raises(ValidationError) as caught:
        loaded(**settings)
    assert set(caught.value.messages_dict) == {where}


def test_a_misspelt_setting_suggests_the_nearest() -> None:
    with pytest.raises(ValidationError) as caught:
        loaded(pagesize=5, responses={"red": True})
    assert caught.value.messages_dict == {
        "pagesize": ["There is no such name here. Did you mean page_size?"],
        "responses": {"red": ["There is no such name here. Did you mean reads?"]},
    }
