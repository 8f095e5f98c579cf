"""`python benchmarks/backfill.py [--postgresql]`: 200,000 records through `simpul sync`, in one go and broken off twice."""

from __future__ import annotations

import sys
from pathlib import Path

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
    from benchmarks.backfilling import main

    sys.exit(main())
