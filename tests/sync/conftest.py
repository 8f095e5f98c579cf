"""Worlds for the stories of this folder."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from connectors.memory.behaviour import Behaviour
from tests.sync.world import World

Make = Callable[..., World]


@pytest.fixture
def make() -> Iterator[Make]:
    """Make a world of apps by their names, closed at the end of the test."""
    made: list[World] = []

    def build(*, national: str | None = None, policies: dict[str, dict[str, Any]] | None = None, **apps: Behaviour) -> World:
        made.append(World(apps, national=national, policies=policies))
        return made[-1]

    yield build
    for world in made:
        world.close()
