"""Every error that may cross a boundary, by what happened and so what to do next.

An error carries facts, never personal data or secrets; its sentence ends in what a person can do.
"""

from __future__ import annotations


class SimpulError(Exception):
    """The root: what happened in one sentence, and what a person can do about it."""

    def __init__(self, problem: str, advice: str = "", *, field: str | None = None) -> None:
        super().__init__(problem)
        self.problem = problem
        self.advice = advice
        self.field = field

    def __str__(self) -> str:
        where = f"{self.field}: " if self.field else ""
        return f"{where}{self.problem}" + (f" {self.advice}" if self.advice else "")


class ConnectorError(SimpulError):
    """Something between us and one local app."""


class NotDone(ConnectorError):
    """It certainly did not happen (refused, 429, 503): do it later. ``retry_after`` is in seconds."""

    def __init__(self, problem: str, advice: str = "", *, retry_after: float | None = None) -> None:
        super().__init__(problem, advice)
        self.retry_after = retry_after


class Unknown(ConnectorError):
    """It may have happened (timeout after sending, reset, 5xx): look it up before repeating it."""


class Stale(ConnectorError):
    """A precondition failed: somebody changed the record; read it again and decide again."""


class Gone(ConnectorError):
    """The app answers that the record does not exist (404, 410)."""


class Reject(ConnectorError):
    """This record or edit only is refused (400, 422, 403 on one record); it is parked and a person sees it."""


class Stop(ConnectorError):
    """The whole connection cannot work (bad address, 401, missing table): it pauses, and a person is told what to do."""


class ConfigurationProblems(SimpulError):
    """All that is wrong with a configuration, at once: a list of (where, problem and remedy)."""

    def __init__(self, problems: list[tuple[str, str]]) -> None:
        self.problems = problems
        lines = "\n".join(f"  {where}: {what}" for where, what in problems)
        count = len(problems)
        super().__init__(f"{count} problem{'s' if count > 1 else ''} in the configuration:\n{lines}", "")


class NotFound(SimpulError):
    """A name or id that the hub does not know."""


class Refused(SimpulError):
    """A request that the national rules or the present state do not allow."""


class LeaseLost(SimpulError):
    """Another session has taken this connection; what this one holds must not be written."""


class Abandoned(SimpulError):
    """A pull that is not wanted any more: the connection was paused, or its app turned out to be restored."""
