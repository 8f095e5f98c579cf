"""The command line: `simpul`."""

from __future__ import annotations

import sys


def main() -> None:
    """Run the command that the process was started with; the exit codes are in `hub.cli.exits`."""
    # Here, not above: a command that is not used is not imported.
    try:
        from hub.cli.root import root
    except ModuleNotFoundError as error:
        # The base installation has only what the agent beside a local app needs.
        print(f"Galat: The package '{error.name}' is missing. Install the hub from its checkout: `pip install '.[hub]'`.", file=sys.stderr)
        sys.exit(3)
    root(prog_name="simpul")
