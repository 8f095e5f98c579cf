"""The command line: `simpul`."""

from __future__ import annotations


def main() -> None:
    """Run the command that the process was started with; the exit codes are in `hub.cli.exits`."""
    # Here, not above: a command that is not used is not imported.
    from hub.cli.root import root

    root(prog_name="simpul")
