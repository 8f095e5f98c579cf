"""Commands typed where no file may grow: what a full disk does to them, without one."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests.hub.cli.office import Office

_ROOT = Path(__file__).parents[3]
_LIMITED = """
import resource, sys
from hub.cli import main
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv.pop(1)), resource.RLIM_INFINITY))
main()
"""


def limited(office: Office, most: int, *words: str) -> subprocess.CompletedProcess[str]:
    """Type a command where no file may grow beyond so many bytes, as on a disk that is full."""
    command = [sys.executable, "-c", _LIMITED, str(most), *words]
    return subprocess.run(command, cwd=_ROOT, env={**os.environ, **office.environ}, capture_output=True, text=True, timeout=60, check=False)
