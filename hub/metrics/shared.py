"""Several processes that serve one port count together, in files; to be asked for before anything counts."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile

SHARED = "PROMETHEUS_MULTIPROC_DIR"


def share() -> None:
    """Give this process and those it will fork a folder to count in, which goes with it; one that is named already is used."""
    if SHARED in os.environ:
        return
    folder, owner = tempfile.mkdtemp(prefix="simpul-metrics-"), os.getpid()
    os.environ[SHARED] = folder
    atexit.register(lambda: shutil.rmtree(folder, ignore_errors=True) if os.getpid() == owner else None)
