"""`python benchmarks/scale.py [--quick]`: 700 regions, 50 of them ill, beside the same without the ill ones."""

from __future__ import annotations

import sys
from pathlib import Path

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
    from benchmarks.scaling import main

    sys.exit(main())
