"""What the exit codes mean, in one place; `docs/cli.md` lists them."""

from __future__ import annotations

from enum import IntEnum

from contracts.errors import ConfigurationProblems, Gone, LeaseLost, NotDone, NotFound, Refused, SimpulError, Unknown


class Exit(IntEnum):
    """How a command ended."""

    OK = 0
    WAITS = 1
    USAGE = 2
    CONFIGURATION = 3
    NOT_FOUND = 4
    UNREACHABLE = 5
    BUSY = 6
    REFUSED = 7
    BUG = 70
    INTERRUPTED = 130


_OF: tuple[tuple[type[SimpulError], Exit], ...] = (
    (ConfigurationProblems, Exit.CONFIGURATION),
    (NotFound, Exit.NOT_FOUND),
    (Gone, Exit.NOT_FOUND),
    (NotDone, Exit.UNREACHABLE),
    (Unknown, Exit.UNREACHABLE),
    (LeaseLost, Exit.BUSY),
    (Refused, Exit.REFUSED),
)


def exit_of(error: SimpulError) -> Exit:
    """Return the code of an error; what only a person can mend (Stop, Reject) is `Exit.WAITS`."""
    return next((code for kind, code in _OF if isinstance(error, kind)), Exit.WAITS)
