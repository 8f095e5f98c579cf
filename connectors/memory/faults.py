"""What can go wrong between the connector and the app, on demand. Authors of connectors need not read this file."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TypeVar, cast

from connectors.memory.store import Row, Store
from contracts.errors import ConnectorError, NotDone, Reject, Stop, Unknown

T = TypeVar("T")

WRITES = frozenset({"create", "apply"})


class FaultKind(StrEnum):
    """The ways in which an outside call goes wrong."""

    LOST_REQUEST = "lost_request"
    LOST_REPLY = "lost_reply"
    LATE = "late"
    REFUSE = "refuse"
    REJECT = "reject"
    STOP = "stop"
    CRASH_BEFORE = "crash_before"
    CRASH_AFTER = "crash_after"
    STALE = "stale"
    REPEAT = "repeat"
    SKIP = "skip"


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that goes wrong in one call.

    ``error`` is what a crash raises; ``store`` what a stale read sees; ``index`` counts the record a page skips (from its end if
    negative), ``admitted`` tells whether the app says that its listing was not whole; ``retry_after`` in seconds.
    """

    kind: FaultKind
    error: BaseException | None = None
    store: Store | None = None
    index: int = 0
    admitted: bool = False
    retry_after: float | None = None


@dataclass(frozen=True, slots=True)
class Slice:
    """One page as the app answers it: ``more`` follows, ``partial`` admits that something was left out, ``changes`` is its counter."""

    rows: tuple[Row, ...]
    more: bool
    changes: int
    epoch: int
    partial: bool = False


def no_faults(operation: str) -> Fault | None:
    """Let every call go through."""
    return None


class Line:
    """The line to the app. Each outside call asks ``faults`` (given page, read, find, create, apply, check or content) what befalls it."""

    def __init__(self) -> None:
        self.faults: Callable[[str], Fault | None] = no_faults
        self.pending: list[Callable[[], object]] = []
        self._last_slice: Slice | None = None

    def carry(self, operation: str, function: Callable[[Store], T], store: Store) -> T:
        """Run ``function`` on the store as the fault of the moment has it; raises what the caller would see."""
        fault = self.faults(operation)
        if fault is None:
            return self._remember(function(store))
        if fault.kind is FaultKind.LATE and operation in WRITES:
            self.pending.append(lambda: function(store))
        _before(fault, operation)
        result = function(fault.store if fault.kind is FaultKind.STALE and fault.store else store)
        _after(fault, operation)
        return self._remember(self._bent(fault, result))

    def deliver_late(self, index: int = 0) -> bool:
        """Let the request at ``index`` of the queue reach the app at last; nobody hears its answer. False: none is queued."""
        if not self.pending:
            return False
        request = self.pending.pop(index % len(self.pending))
        try:
            request()
        except ConnectorError:
            return True  # the app said no, to nobody
        return True

    def _remember(self, result: T) -> T:
        if isinstance(result, Slice):
            self._last_slice = result
        return result

    def _bent(self, fault: Fault, result: T) -> T:
        if not isinstance(result, Slice):
            return result
        if fault.kind is FaultKind.REPEAT and self._last_slice and self._last_slice.more and self._last_slice.changes == result.changes:
            return cast(T, self._last_slice)
        if fault.kind is FaultKind.SKIP and result.rows:
            left_out = fault.index % len(result.rows)
            rows = tuple(row for place, row in enumerate(result.rows) if place != left_out)
            return cast(T, replace(result, rows=rows, partial=fault.admitted))
        return result


def _lost(operation: str) -> ConnectorError:
    if operation in WRITES:
        return Unknown("The memory app did not answer in time.", "It is looked up before it is sent again.")
    return NotDone("The memory app did not answer in time.", "It is asked again later.")


def _before(fault: Fault, operation: str) -> None:
    match fault.kind:
        case FaultKind.LOST_REQUEST | FaultKind.LATE:
            raise _lost(operation)
        case FaultKind.REFUSE:
            raise NotDone("The memory app is busy.", "It is asked again later.", retry_after=fault.retry_after)
        case FaultKind.REJECT:
            raise Reject("The memory app refuses this record.", "Correct it there, then send it again.")
        case FaultKind.STOP:
            raise Stop("The memory app does not know us.", "Correct the credentials of the connection.")
        case FaultKind.CRASH_BEFORE:
            raise fault.error or SystemExit("crash before the effect")


def _after(fault: Fault, operation: str) -> None:
    if fault.kind is FaultKind.LOST_REPLY:
        raise _lost(operation)
    if fault.kind is FaultKind.CRASH_AFTER:
        raise fault.error or SystemExit("crash after the effect")
