"""`python benchmarks/ingest.py [--quick]`: a city's complaints into the hub, beside dlt and raw inserts of the same rows."""

from __future__ import annotations

import sys
from pathlib import Path

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
    from benchmarks.ingestion import main

    sys.exit(main())
