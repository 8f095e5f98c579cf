"""Writes docker/requirements.txt anew: the versions that an installation of this checkout would take today.

Run it with the Python of the image (3.11): ``python docker/lock.py``. Everything comes from the package index that pip is set up for.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

_ROOT = Path(__file__).resolve().parents[1]
_HEAD = "# Written by docker/lock.py; the images install exactly this. A test compares it with setup.cfg.\n"


def main() -> None:
    """Ask pip what it would install, and write that down."""
    ask = [sys.executable, "-m", "pip", "install", "--quiet", "--dry-run", "--ignore-installed", "--report", "-"]
    answer = subprocess.run([*ask, f"{_ROOT}[hub,mysql,postgresql]"], check=True, stdout=subprocess.PIPE)
    taken = [each["metadata"] for each in json.loads(answer.stdout)["install"]]
    found = {each["name"].lower().replace("_", "-"): each["version"] for each in taken}
    found.pop("simpul")
    lines = "".join(f"{name}=={found[name]}\n" for name in sorted(found))
    (_ROOT / "docker" / "requirements.txt").write_text(_HEAD + lines, "utf-8")


if __name__ == "__main__":
    main()
