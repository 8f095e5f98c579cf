"""Where the recorded answers of real cities are: the folder that SIMPUL_SAMPLES names; without it their tests are skipped."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

FOLDER = Path("open311")


def sample(*parts: str) -> Path:
    """Return a recorded file; skips if no folder was named, fails if the named one has it not."""
    root = os.environ.get("SIMPUL_SAMPLES")
    if not root:
        pytest.skip("SIMPUL_SAMPLES names no folder with recorded answers")
    path = Path(root) / FOLDER / Path(*parts)
    if not path.exists():
        pytest.fail(f"SIMPUL_SAMPLES is set, but {FOLDER / Path(*parts)} is not there", pytrace=False)
    return path
