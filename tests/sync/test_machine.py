"""Hypothesis tells the stories of ``machine.py``; how many, and how to hear the same again, stands in ``tell.py``."""

from __future__ import annotations

import os

import pytest

from tests.sync.machine import Disasters, Network
from tests.sync.tell import HISTORIES, SHARDED, tell

pytestmark = [pytest.mark.timeout(0), SHARDED]
# Where nobody asked for a number: a database that must be reached makes each history slower.
ON_POSTGRESQL = HISTORIES if os.environ.get("SIMPUL_HISTORIES") else 5


def test_whatever_happens_everything_holds_when_the_faults_stop(shard: int, pytestconfig: pytest.Config) -> None:
    tell(Network, shard, pytestconfig)


def test_whatever_is_restored_nothing_is_doubled_and_everything_comes_to_rest(shard: int, pytestconfig: pytest.Config) -> None:
    tell(Disasters, shard, pytestconfig)


@pytest.mark.real
def test_the_same_holds_on_postgresql(shard: int, pytestconfig: pytest.Config, postgresql_url: str) -> None:
    class OnPostgresql(Disasters):
        """The same on the other database."""

        url = postgresql_url

    tell(OnPostgresql, shard, pytestconfig, ON_POSTGRESQL)
