"""docs/operations.md answers for every alarm that can ring, and for nothing that cannot."""

from __future__ import annotations

import os
import re
import subprocess
import time
from pathlib import Path

from ruamel.yaml import YAML

from tests.docker.files import compose

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "operations.md").read_text("utf-8")


def test_every_alarm_has_its_heading_with_its_severity_and_no_other_has() -> None:
    rules = YAML(typ="safe").load(ROOT / "docker" / "prometheus" / "alerts.yml")["groups"]
    alarms = {rule["alert"]: rule["labels"]["severity"] for group in rules for rule in group["rules"]}
    told = {name: severity.lower() for name, severity in re.findall(r"^### (Simpul\w+)\n\n\*(\w+)\.\*", PAGE, re.MULTILINE)}
    assert told == alarms


def test_the_page_knows_every_port_that_is_listened_at() -> None:
    services = compose()["services"]
    ports = {port.rpartition(":")[2] for service in services.values() for port in service.get("ports", [])}
    ports |= {port for service in services.values() for port in service.get("expose", [])}
    table = PAGE[PAGE.index("## Ports") : PAGE.index("## TLS")]
    assert ports and all(port in table for port in ports)


def test_the_check_of_the_last_backup_fails_unless_there_is_a_whole_one_of_last_night(tmp_path: Path) -> None:
    (line,) = re.findall(r"^find /var/backups/simpul .*$", PAGE, re.MULTILINE)

    def good() -> bool:
        return subprocess.run(["sh", "-c", line.replace("/var/backups/simpul", str(tmp_path))], check=False).returncode == 0

    assert not good()
    (tmp_path / ".simpul-backup.part").touch()  # what a killed one leaves
    assert not good()
    made = tmp_path / "simpul-20261122-013000Z.zip"
    made.touch()
    assert good()
    os.utime(made, (time.time() - 27 * 3600,) * 2)
    assert not good()
