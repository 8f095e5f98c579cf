"""The demo with the real app proves all its claims."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests import services
from tests.apps.django_helpdesk.app import install

ROOT = Path(__file__).resolve().parents[3]

pytestmark = [pytest.mark.real, pytest.mark.timeout(900)]


def test_every_claim_about_the_real_app_is_proven(tmp_path: Path) -> None:
    try:
        install()
    except RuntimeError as problem:
        services.absent(f"django-helpdesk cannot be installed: {problem}")
    command = [sys.executable, "-m", "tests.apps.django_helpdesk.demo"]
    done = subprocess.run(command, cwd=ROOT, env={**os.environ, "TMPDIR": str(tmp_path)}, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "✗" not in done.stdout
    assert "django-helpdesk: tidak ada satu pun perubahan tersimpan di berkasnya" in done.stdout
    assert list(tmp_path.iterdir()) == []
