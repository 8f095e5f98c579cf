"""How most stories begin: a complaint that was filed, or filed and assigned; and the ways in which things are doubted."""

from __future__ import annotations

from dataclasses import replace

import pytest

from connectors.memory.faults import FaultKind
from tests.sync.people import assign, complaints
from tests.sync.profiles import (
    FORGETFUL,
    HOME_MADE,
    RICH,
)
from tests.sync.world import World

FINDABLE = replace(RICH, idempotent_create=False)
LADDER = pytest.mark.parametrize("behaviour", [RICH, FINDABLE, FORGETFUL, HOME_MADE], ids=["idempotent", "token", "listed", "snapshot"])
LOSSES = pytest.mark.parametrize("fault", [FaultKind.LOST_REQUEST, FaultKind.LOST_REPLY, FaultKind.LATE])
TEXT = "Lampu jalan mati sejak tiga hari"


def filed(world: World, name: str = "a", text: str = TEXT) -> str:
    """A citizen files in one app; everybody synchronises. Returns the hub's id."""
    known = {row.id for row in complaints(world)}
    world.apps[name].file("Lampu mati di jalan", text)
    world.sync_all(2)
    return next(row.id for row in complaints(world) if row.id not in known)


def given(world: World, agency: str = "B", text: str = TEXT) -> str:
    """A complaint of app a that was assigned, and has reached the agency's app."""
    key = filed(world, text=text)
    assign(world, key, agency)
    world.sync_all(2)
    return key
