"""`python benchmarks/upgrade.py [--size N] [--quick]`: `simpul migrate` over a million complaints, beside those who write."""

from __future__ import annotations

import sys
from pathlib import Path

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
    from benchmarks.upgrading import main

    sys.exit(main())
