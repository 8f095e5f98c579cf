"""A session: lease tasks, carry each out on the connector, report what happened, until nothing is due."""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import closing
from dataclasses import dataclass, field

from contracts.connector import Connector, Page
from contracts.errors import Abandoned, ConnectorError, NotDone, Reject, Stop, Unknown
from contracts.gateway import (
    Apply,
    Check,
    Checked,
    Create,
    FetchContent,
    Find,
    Found,
    Gateway,
    Probe,
    Pull,
    Pulled,
    Read,
    Result,
    Task,
)
from hub.session.ahead import Ready, fetched, joined
from hub.session.pages import Pages


@dataclass(slots=True)
class Tally:
    """What a session did, for people: counts by kind of task, and the errors; ``left`` if it ended before everything was done."""

    tasks: int = 0
    pages: int = 0
    records: int = 0
    rejected: int = 0
    reads: int = 0
    creates: int = 0
    edits: int = 0
    failures: int = 0
    errors: list[str] = field(default_factory=list)
    left: bool = False

    @property
    def writes(self) -> int:
        """Calls that changed something in the app."""
        return self.creates + self.edits


class Session:
    """Carries out one connection's tasks. ``progress`` is told after every task and page; ``ahead`` fetches the next page meanwhile.

    ``rest`` waits so many seconds between the pages of an app that takes only so many calls.
    """

    def __init__(
        self,
        gateway: Gateway,
        connector: Connector,
        *,
        progress: Callable[[Tally], None] | None = None,
        ahead: bool = True,
        rest: Callable[[float], object] | None = None,
    ) -> None:
        self.gateway = gateway
        self.connector = connector
        self.tally = Tally()
        self._progress = progress or _silent
        self._ahead = ahead
        self._rest = rest
        self._rests = False
        self._wanted: Callable[[], bool] = _always
        self._in_time: Callable[[], bool] = _always

    def run(
        self, *, most: int = 100_000, batch: int = 50, wanted: Callable[[], bool] | None = None, in_time: Callable[[], bool] | None = None
    ) -> Tally:
        """Work until nothing is due or about ``most`` tasks are done; the lease is given back also after an error.

        Once ``wanted`` says no, it ends after the task or page under way. Once ``in_time`` says no, it ends as soon as
        the next session can go on from there: not in the middle of a listing, which would begin again.
        """
        self._wanted, self._in_time = wanted or _always, in_time or _always
        try:
            while not self.tally.left:
                self.tally.left = self.tally.tasks >= most or self._ends()
                tasks = [] if self.tally.left else list(self.gateway.lease(batch))
                if not tasks:
                    break
                self._all(tasks)
        finally:
            self.gateway.release()
        return self.tally

    def _ends(self) -> bool:
        return not (self._wanted() and self._in_time())

    def _all(self, tasks: list[Task]) -> None:
        while tasks:
            tasks = self.turn(tasks)
            self.tally.tasks += 1
            if tasks and self._ends():
                self.tally.left = True
                # A write was written down when it was handed out, so it is made; what was only to be read is left.
                tasks = [task for task in tasks if isinstance(task, (Apply, Create))]

    def turn(self, tasks: list[Task]) -> list[Task]:
        """Carry out the first task and return what is left: what must follow it at once, then the others."""
        failures = self.tally.failures
        following = self.step(tasks[0])
        if self.tally.failures > failures and self._rests:
            self._leave(tasks[1:])
            return following
        return [*following, *tasks[1:]]

    def _leave(self, tasks: list[Task]) -> None:
        # The app has said "not now" or "not you": what was only to be read is left, what was written down is taken back.
        for task in tasks:
            if isinstance(task, (Apply, Create)):
                self.gateway.report(task, NotDone("not sent: the app had just refused another call."))

    def step(self, task: Task) -> list[Task]:
        """Carry out one task and return what must follow it at once."""
        if isinstance(task, Pull):
            self._pull(task)
            return []
        result = self._call(task)
        self._count(task, result)
        return list(self.gateway.report(task, result))

    def _call(self, task: Task) -> Result:
        try:
            return self._carry_out(task)
        except ConnectorError as error:
            return error
        except NotImplementedError:
            return Reject("this connector cannot do that.", "Its capability sheet promises more than it does; tell its author.")
        except (OSError, TimeoutError) as error:
            # A connector should have said which it was; for a write the careful answer is the one that looks again.
            what = f"{type(error).__name__} in the connector."
            return Unknown(what) if isinstance(task, (Apply, Create)) else NotDone(what)

    def _carry_out(self, task: Task) -> Result:
        connector = self.connector
        if isinstance(task, Read):
            return connector.fetch(task.ref)
        if isinstance(task, Find):
            return Found(connector.find(task.token))
        if isinstance(task, (Create, Apply)) and not self.gateway.holds():
            return NotDone("the lease may have run out before the call.")
        if isinstance(task, Create):
            return connector.create(task.complaint, task.token, task.key)
        if isinstance(task, Apply):
            return connector.apply(task.ref, task.edit, task.expected, task.key)
        if isinstance(task, FetchContent):
            return connector.content(task.ref, task.attachment)
        if isinstance(task, Check):
            connector.check()
            return Checked()
        assert isinstance(task, Probe)
        return Checked(tuple(connector.probe()))

    def _pull(self, task: Pull) -> None:
        complete = False
        try:
            asked = Pages(task, self._wanted, self._rest)
            with closing(self._pages(task, asked)) as pages, asked:
                for ready in pages:
                    page, last = joined(ready), ready.last and not asked.cut
                    self._page(task, page, len(ready), last=last)
                    if last:
                        return
                    complete = page.complete
                    if self._leaves(task, page):
                        self.tally.left = True
                        return
            if not asked.cut:
                self.gateway.report(task, Pulled(Page((), complete=complete), last=True, calls=0))
        except Abandoned:
            return
        except ConnectorError as error:
            self._failed(error)
            self.gateway.report(task, error)
        except (OSError, TimeoutError) as error:
            refused = NotDone(f"{type(error).__name__} in the connector.")
            self._failed(refused)
            self.gateway.report(task, refused)

    def _page(self, task: Pull, page: Page, pages: int, *, last: bool) -> None:
        self.gateway.report(task, Pulled(page, last=last, calls=pages))
        self.tally.pages += pages
        self.tally.records += len(page.records)
        self.tally.rejected += len(page.rejected)
        self._progress(self.tally)

    def _leaves(self, task: Pull, page: Page) -> bool:
        if not self._wanted():
            return True
        goes_on_from_here = task.why == "feed" and page.cursor not in (None, task.cursor)
        return goes_on_from_here and not self._in_time()

    def _pages(self, task: Pull, asked: Pages) -> Generator[Ready, None, None]:
        source = asked.of(iter(self.connector.changes(task.cursor)))
        if self._ahead:
            yield from fetched(source)
        else:
            yield from (Ready([page]) for page in source)

    def _count(self, task: Task, result: Result) -> None:
        if isinstance(result, ConnectorError):
            self._failed(result)
        elif isinstance(task, Create):
            self.tally.creates += 1
        elif isinstance(task, Apply):
            self.tally.edits += 1
        else:
            self.tally.reads += 1
        self._progress(self.tally)

    def _failed(self, error: ConnectorError) -> None:
        self.tally.failures += 1
        self._rests = isinstance(error, (NotDone, Stop))
        self.tally.errors.append(str(error))


def _always() -> bool:
    """Go on."""
    return True


def _silent(tally: Tally) -> None:
    """Show nothing."""
