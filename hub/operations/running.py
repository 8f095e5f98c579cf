"""Running a connection's session now, to the end of what is due."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from contracts.errors import Refused
from hub.build import Hub
from hub.operations.standing import Standing, standing_of
from hub.session.session import Tally

Progress = Callable[[Tally], None]


@dataclass(frozen=True, slots=True)
class Run:
    """What one session did, and how the connection stood before and stands after."""

    tally: Tally
    before: Standing
    after: Standing

    @property
    def name(self) -> str:
        """The connection's name."""
        return self.after.name

    @property
    def news(self) -> int:
        """How many things wait for a person that did not before."""
        return max(self.after.waits - self.before.waits, 0)


def due_now(hub: Hub, name: str, *, listing: bool = False) -> None:
    """Make the next pull due now, with ``listing`` a full comparison; one that backs off keeps its time."""
    with hub.store.unit() as unit:
        row = unit.connection(name, lock=True)
        row.pull_due_at = unit.now
        if listing:
            row.listing_due_at = unit.now


def run(hub: Hub, name: str, *, progress: Progress | None = None, pushes: bool = True) -> Tally:
    """Run one session until nothing is due, and close its connector; raises LeaseBusy while another one runs."""
    session = hub.session(name, progress=progress, pushes=pushes)
    try:
        return session.run()
    finally:
        session.connector.close()


def synchronise(hub: Hub, name: str, *, progress: Progress | None = None) -> Run:
    """Read what is new and write what is due, now."""
    before = standing_of(hub, name)
    due_now(hub, name)
    tally = run(hub, name, progress=progress)
    return Run(tally, before, standing_of(hub, name))


def reconcile(hub: Hub, name: str, *, progress: Progress | None = None) -> Run:
    """Compare everything with the app and heal what differs; raises Refused where the app cannot be listed whole."""
    before = standing_of(hub, name)
    if not hub.store.connection(name).sheet["can_list"]:
        raise Refused(f"The app behind {name} cannot list everything it has.", "`simpul sync` takes in what it reports.")
    due_now(hub, name, listing=True)
    tally = run(hub, name, progress=progress)
    return Run(tally, before, standing_of(hub, name))
