"""`python benchmarks/latency.py [--quick]`: how long until one app sees what was changed in another, with webhooks."""

from __future__ import annotations

import sys
from pathlib import Path

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
    from benchmarks.latencies import main

    sys.exit(main())
