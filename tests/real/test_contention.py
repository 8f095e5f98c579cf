"""Sessions of different connections at work on the same complaints at the same moment."""

from __future__ import annotations

import random
import time
from pathlib import Path

import pytest

from tests import services
from tests.real.homemade import People, homemade
from tests.real.network import join, unfinished, until_settled, watch
from tests.real.sessions import Sessions

pytestmark = [pytest.mark.real, pytest.mark.timeout(120)]
_SECONDS = 20


def test_sessions_of_two_connections_on_the_same_complaints_lose_no_update_and_wait_for_each_other_in_vain_never(
    postgresql_url: str, mariadb_url: str, tmp_path: Path, pytestconfig: pytest.Config
) -> None:
    chance = random.Random(int(pytestconfig.option.hypothesis_seed))
    with (
        services.postgresql_database() as other_url,
        homemade("kota", mariadb_url, careful=True) as kota,
        homemade("dinas", other_url, careful=False) as dinas,
        Sessions(tmp_path, postgresql_url) as sessions,
    ):
        join(tmp_path, postgresql_url, (kota, dinas))
        people = People((kota, dinas), chance)
        for app in (kota, dinas, kota, dinas):
            sessions.start(app.name)
        acts, began = 0, time.monotonic()
        while time.monotonic() - began < _SECONDS:
            people.act()
            acts += 1
            time.sleep(chance.uniform(0, 0.3))
        hub = watch(tmp_path, postgresql_url)
        took = until_settled(hub, 60, people.differences)
        with hub.store.reading() as sql:
            left = unfinished(sql)
        ended = sessions.stop()
        hub.close()
        print(f"{acts} acts in {_SECONDS} s: {len(people.filed)} complaints, {len(people.answered)} answers; settled in {took:.1f} s")
        assert sessions.errors() == ""
        assert not any(left.values()), left
        assert people.differences() == []
        assert ended == [0, 0, 0, 0]
