"""The tests that every connector must pass, for its author to run. Needs pytest; nothing else of the project imports this.

::

    class TestMine(ConnectorConformance):
        @pytest.fixture
        def world(self) -> World: ...            # a `World` on a fresh app: what its own people do there

        @pytest.fixture
        def connector(self, world) -> Connector: ...  # configured for that same app

Nothing else is overridden. What the capability sheet or the world does not offer is skipped, with the reason.
"""

from __future__ import annotations

import pytest

# Must come before the import, or a failing assert shows no values.
pytest.register_assert_rewrite(
    *(f"contracts.conformance.{name}" for name in ("declared", "reading", "following", "creating", "writing", "careful", "acts"))
)

from contracts.conformance.careful import CarefulWriting  # noqa: E402
from contracts.conformance.creating import Creating  # noqa: E402
from contracts.conformance.declared import Declared  # noqa: E402
from contracts.conformance.following import Following  # noqa: E402
from contracts.conformance.reading import Reading  # noqa: E402
from contracts.conformance.world import World  # noqa: E402
from contracts.conformance.writing import Writing  # noqa: E402

__all__ = ["ConnectorConformance", "World"]


class ConnectorConformance(Declared, Reading, Following, Creating, Writing, CarefulWriting):
    """The whole suite; a subclass gives the fixtures ``world`` and ``connector``."""
