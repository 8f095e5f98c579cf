"""The alarms, run by Prometheus' own tool: those that are hard to read right ring when they should, and only then."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from tests import services

ALARMS = Path(__file__).parents[2] / "docker/prometheus"


@pytest.mark.real
@pytest.mark.parametrize("asked", [("check", "rules", "alerts.yml"), ("test", "rules", "alerts_test.yml")])
def test_prometheus_takes_the_alarms_and_they_ring_as_their_tests_say(asked: tuple[str, ...]) -> None:
    if (tool := shutil.which("promtool")) is None:
        services.absent("there is no promtool on this machine (it comes with Prometheus)")
    done = subprocess.run([tool, *asked], cwd=ALARMS, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stdout + done.stderr
