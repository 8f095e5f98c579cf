"""The port to the hub as a session sees it: lease tasks, report results. The same over a function call or HTTPS.

The hub stamps its sequence into each task and decides again after each result; the session only carries out.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass

from contracts.complaint import Attachment, Complaint
from contracts.connector import Edit, Finding, Page, Receipt, Record
from contracts.errors import ConnectorError


@dataclass(frozen=True, slots=True)
class Pull:
    """Read pages from ``cursor`` and report each with ``Pulled``; ``why`` is ``feed``, ``listing`` or ``lookup``.

    Where the app takes only so many calls, ``calls`` pages may be asked for at once, and what cannot be left there and
    gone on with later waits ``apart`` seconds before each further one.
    """

    stamp: int
    cursor: str | None
    why: str = "feed"
    calls: int | None = None
    apart: float = 0.0


@dataclass(frozen=True, slots=True)
class Read:
    """Read one record as it is now."""

    stamp: int
    ref: str


@dataclass(frozen=True, slots=True)
class Find:
    """Search the record that carries our token."""

    stamp: int
    link: str
    token: str


@dataclass(frozen=True, slots=True)
class Create:
    """File a new record."""

    stamp: int
    link: str
    attempt: str
    complaint: Complaint
    token: str
    key: str


@dataclass(frozen=True, slots=True)
class Apply:
    """Change one record."""

    stamp: int
    link: str
    attempt: str
    ref: str
    edit: Edit
    expected: str | None
    key: str


@dataclass(frozen=True, slots=True)
class FetchContent:
    """Bring the bytes of an attachment."""

    stamp: int
    ref: str
    attachment: Attachment


@dataclass(frozen=True, slots=True)
class Check:
    """Prove that the connection works."""

    stamp: int


@dataclass(frozen=True, slots=True)
class Probe:
    """Measure what the app honours."""

    stamp: int


Task = Pull | Read | Find | Create | Apply | FetchContent | Check | Probe


@dataclass(frozen=True, slots=True)
class Pulled:
    """One page of a `Pull`; ``last`` when the connector has no more now. ``calls``: of how many pages it was joined."""

    page: Page
    last: bool
    calls: int = 1


@dataclass(frozen=True, slots=True)
class Found:
    """The answer to `Find`: the record, or None if nothing carries the token."""

    record: Record | None


@dataclass(frozen=True, slots=True)
class Checked:
    """`Check` or `Probe` went through; ``findings`` are the probe's."""

    findings: tuple[Finding, ...] = ()


Result = Pulled | Record | Found | Receipt | Checked | bytes | ConnectorError


class Gateway(ABC):
    """What a session needs of the hub, for one connection."""

    @abstractmethod
    def lease(self, limit: int) -> Sequence[Task]:
        """Hand out the next tasks, at most ``limit``; empty when nothing is due. Raises LeaseLost."""

    @abstractmethod
    def report(self, task: Task, result: Result) -> Sequence[Task]:
        """Take a result in and return what must follow it at once. Raises LeaseLost."""

    @abstractmethod
    def holds(self) -> bool:
        """Tell, without asking anybody, whether the lease is surely still ours; asked right before each write."""

    @abstractmethod
    def release(self) -> None:
        """Give the lease back, so that the next session need not wait for it to expire."""
