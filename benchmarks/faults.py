"""Whatever dies, nothing is lost: `python benchmarks/faults.py [--minutes 10]`, see benchmarks/README.md."""

import argparse
import random
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.campaign.rules import WITHOUT
from benchmarks.campaign.run import Wanted, campaign


def main() -> int:
    """Run one campaign; 0 if all is well."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, help="of faults after the scenes; 10, or none with --without")
    parser.add_argument("--seconds", type=float, help="the same, shorter")
    parser.add_argument("--broker-down", type=float, metavar="SECONDS", help="instead: the broker alone is away so long")
    parser.add_argument("--every", type=float, default=4.5, help="seconds between two faults")
    parser.add_argument("--seed", type=int, default=random.randrange(10**6))
    parser.add_argument("--rate", type=float, default=4.0, help="what people do in a second")
    parser.add_argument("--without", choices=sorted(WITHOUT), help="take this rule out: it must fail")
    parser.add_argument("--only", action="append", default=[], help="faults of this kind alone; may be given often")
    parser.add_argument("--patience", type=float, default=180.0, help="seconds to settle")
    parser.add_argument("--no-mount", action="store_true", help="a full disk is a limit on what may be written, not one of its own")
    parser.add_argument("--keep", action="store_true", help="keep the logs also if all is well")
    given = parser.parse_args()
    minutes = given.minutes if given.minutes is not None else 0.0 if given.without else 10.0
    seconds = given.broker_down or (given.seconds if given.seconds is not None else 60 * minutes)
    # One a second too few is a campaign that did not do what it says: a hundred in ten minutes, of at least ten kinds.
    least = (0, 0) if given.only or given.broker_down else (int(seconds / 6), min(10, int(seconds / 6)))
    return (
        0
        if campaign(
            Wanted(
                seconds=seconds,
                seed=given.seed,
                every=given.every,
                rate=given.rate,
                without=given.without,
                only=tuple(given.only),
                least=least,
                patience=given.patience,
                keep=given.keep,
                broker_down=bool(given.broker_down),
                mount=not given.no_mount,
            )
        )
        else 1
    )


if __name__ == "__main__":
    sys.exit(main())
