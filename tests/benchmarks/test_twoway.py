"""Edits on both sides settle, and the comparison after them sees what differs."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.databases import fresh
from benchmarks.hubs import kept, loaded, opened
from benchmarks.peers import raw
from benchmarks.running import local_app
from benchmarks.twoway import SHARED, differences, prepare, settle

RECORDS = 200

pytestmark = pytest.mark.long


def test_edits_on_both_sides_settle_and_a_later_one_is_seen_as_a_difference(tmp_path: Path) -> None:
    with local_app(RECORDS, tmp_path) as app, fresh("sqlite", tmp_path) as url, opened(app, url, tmp_path) as hub:
        loaded(hub)
        assert kept(hub)["complaints"] == kept(hub)["rollup"] == RECORDS
        assert raw.again(url, 2, tmp_path)[1] > 3 * RECORDS
        prepare(hub)
        done = settle(hub, app)
        assert (done.unequal, done.conflicts) == ([], SHARED)
        app.edit([4], status="closed", text="Selesai.", description="Lain.")
        assert [each.partition(":")[0] for each in differences(hub, app)] == ["5", "5", "5"]
