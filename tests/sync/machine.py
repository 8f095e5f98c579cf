"""The machines: people, faults, crashes, interleaved sessions, erasures and restores in any order, judged when all faults stop."""

from __future__ import annotations

from typing import Any, ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from connectors.memory.faults import FaultKind
from connectors.memory.store import Row
from connectors.memory.store import Store as AppStore
from contracts.connector import Feed
from contracts.content import Field
from contracts.vocabulary import Status
from hub.store.rows import ComplaintRow
from tests.sync import checks, oracle
from tests.sync.erasures import erase_it, i11_erased
from tests.sync.history import History
from tests.sync.people import answer, assign, complaints, connection, held, say, send_back, tend
from tests.sync.profiles import UNRESTORED
from tests.sync.world import Backup, World

NAMES = ("a", "b", "c")
LINE = [
    FaultKind.LOST_REQUEST,
    FaultKind.LOST_REPLY,
    FaultKind.LATE,
    FaultKind.REFUSE,
    FaultKind.REJECT,
    FaultKind.CRASH_BEFORE,
    FaultKind.CRASH_AFTER,
]
name = st.sampled_from(NAMES)
pick = st.integers(0, 5)
content_field = st.sampled_from([Field.TITLE, Field.CATEGORY])


class Network(RuleBasedStateMachine):
    """A hub and three apps, without restores."""

    restores: ClassVar[bool] = False
    url: ClassVar[str] = "sqlite://"

    @initialize(kinds=st.tuples(*[st.sampled_from(sorted(UNRESTORED))] * 3), national=st.booleans())
    def begin(self, kinds: tuple[str, ...], national: bool) -> None:
        kinds = tuple("home_made" if self.restores and kind == "blind" else kind for kind in kinds)
        behaviours = {each: UNRESTORED[kind] for each, kind in zip(NAMES, kinds, strict=True)}
        self.world = World(behaviours, national="c" if national else None, url=self.url)
        self.past = History()
        self.backup: Backup | None = None
        self.snapshots: dict[str, AppStore] = {}
        self.deletions = 0
        self.file("a")
        self.world.sync_all()
        if self.restores:
            # Every later moment may be the one after which a backup of this one is put back.
            self.backup = self.world.backup()
            self.snapshots = {each: app.snapshot() for each, app in self.world.apps.items()}

    # -- looking

    def row(self, app: str, number: int) -> Row | None:
        rows = sorted((row for row in self.world.apps[app].store.rows.values() if not row.deleted), key=lambda row: row.number)
        return rows[number % len(rows)] if rows else None

    def complaint(self, number: int) -> ComplaintRow | None:
        found = complaints(self.world)
        return found[number % len(found)] if found else None

    # -- people of the apps

    @rule(app=name)
    def file(self, app: str) -> None:
        title, text = self.past.value("t"), self.past.value("keluhan ")
        ref = self.world.apps[app].file(title, text)
        self.past.wrote(text, Field.TITLE, self.world.apps[app].store.rows[ref].fields[Field.TITLE], None)

    @rule(app=name, number=pick, field=content_field)
    def edit(self, app: str, number: int, field: Field) -> None:
        row = self.row(app, number)
        if row is not None:
            value = self.past.value(field.value[0])
            self.world.apps[app].edit(row.ref, field, value)
            self.past.wrote(str(row.fields[Field.DESCRIPTION]), field, value, row.fields.get(field))

    @rule(app=name, number=pick, word=pick)
    def set_status(self, app: str, number: int, word: int) -> None:
        row, words = self.row(app, number), list(self.world.apps[app].behaviour.words)
        if row is not None:
            self.world.apps[app].set_status(row.ref, words[word % len(words)])

    @rule(app=name, number=pick, same=st.booleans())
    def reply(self, app: str, number: int, same: bool) -> None:
        row = self.row(app, number)
        if row is not None:
            self.world.apps[app].respond(row.ref, "Terima kasih" if same else self.past.value("r"))

    @rule(app=name, number=pick, remove=st.booleans())
    def change_reply(self, app: str, number: int, remove: bool) -> None:
        row = self.row(app, number)
        if row is not None and row.replies:
            reply = row.replies[number % len(row.replies)].ref
            if remove:
                self.world.apps[app].remove_response(reply)
            else:
                self.world.apps[app].amend_response(reply, self.past.value("r"))

    @precondition(lambda self: self.deletions < 3)
    @rule(app=name, number=pick)
    def delete(self, app: str, number: int) -> None:
        row = self.row(app, number)
        if row is not None and not self.world.apps[app].pending:
            self.deletions += 1
            self.past.deleted.add((app, str(row.fields[Field.DESCRIPTION])))
            self.world.apps[app].delete(row.ref)

    @rule(app=name, number=pick, mended=st.booleans())
    def spoil(self, app: str, number: int, mended: bool) -> None:
        row = self.row(app, number)
        if row is not None:
            self.world.apps[app].spoil(row.ref, None if mended else "the date is 0000-00-00")
            if not mended and not held(self.world, app, row.ref):
                self.world.spoiled.add((app, str(row.fields[Field.DESCRIPTION])))

    @rule(app=name)
    def undelete(self, app: str) -> None:
        gone = [row for row in self.world.apps[app].store.rows.values() if row.deleted]
        if gone:
            self.world.apps[app].undelete(gone[-1].ref)
            self.past.deleted.discard((app, str(gone[-1].fields[Field.DESCRIPTION])))

    @precondition(lambda self: not self.restores)
    @rule(pair=st.sampled_from([("a", "b"), ("b", "c"), ("c", "a")]))
    def file_in_two(self, pair: tuple[str, str]) -> None:
        """A citizen files the same in two apps, and staff of the second type the number it has in the first."""
        title, text = self.past.value("t"), self.past.value("keluhan ")
        refs = [self.world.apps[app].file(title, text) for app in pair]
        self.world.apps[pair[1]].type_foreign_id(refs[1], pair[0], refs[0])
        self.past.wrote(text, Field.TITLE, self.world.apps[pair[0]].store.rows[refs[0]].fields[Field.TITLE], None)

    # -- people of the hub

    @precondition(lambda self: len(self.past.erased) < 2)
    @rule(number=pick)
    def erase(self, number: int) -> None:
        row = self.complaint(number)
        if row is not None and not row.erased:
            self.past.erased.add(str(row.content["description"]))
            erase_it(self.world, row.id)

    @rule(number=pick, field=content_field)
    def hub_edit(self, number: int, field: Field) -> None:
        row = self.complaint(number)
        if row is not None and not row.erased:
            value = self.past.value(field.value[0])
            self.past.wrote(str(row.content["description"]), field, value, row.content.get(field.value))
            say(self.world, row.id, **{field.value: value})

    @rule(number=pick, agency=st.sampled_from("ABC"))
    def hub_assign(self, number: int, agency: str) -> None:
        row = self.complaint(number)
        if row is not None and row.status not in ("closed", "archived"):
            assign(self.world, row.id, agency)

    @rule(number=pick, following=st.sampled_from(["in_progress", "answered", "returned", "closed"]))
    def hub_status(self, number: int, following: str) -> None:
        row = self.complaint(number)
        if row is None or row.status in ("received", "closed", "archived", following):
            return
        if following == "returned":
            send_back(self.world, row.id)
        elif following != "closed" or row.status == Status.ANSWERED:
            say(self.world, row.id, status=following)

    @rule(number=pick, same=st.booleans())
    def hub_answer(self, number: int, same: bool) -> None:
        row = self.complaint(number)
        if row is not None:
            answer(self.world, row.id, "Terima kasih" if same else self.past.value("r"))

    # -- sessions, and what goes wrong in them

    @rule()
    def everybody(self) -> None:
        self.world.running.clear()
        self.world.sync_all()

    @rule(app=name, seconds=st.sampled_from([0, 1, 10, 70, 700]))
    def session(self, app: str, seconds: int) -> None:
        self.world.advance(seconds)
        self.world.sync(app)

    @rule(app=name, steps=st.integers(1, 4))
    def some_steps(self, app: str, steps: int) -> None:
        for _ in range(steps):
            self.world.step(app)

    @rule(
        app=name,
        operation=st.sampled_from(["create", "apply", "apply", "read", "find", "page"]),
        kind=st.sampled_from(LINE),
        skip=st.integers(0, 2),
    )
    def faulty_session(self, app: str, operation: str, kind: FaultKind, skip: int) -> None:
        if kind is FaultKind.LATE and (operation == "apply" and not self.world.apps[app].behaviour.conditional_write):
            kind = FaultKind.LOST_REPLY  # landing late over a newer edit is a limit that is told to users
        self.world.advance(70)
        self.world.plan(app, operation, kind, skip=skip)
        self.world.sync(app)
        self.world.calm()

    @rule(app=name, number=st.integers(1, 9))
    def session_that_dies(self, app: str, number: int) -> None:
        self.world.advance(70)
        self.world.crash_at_commit(number)
        self.world.sync(app)
        self.world.calm()

    @rule(app=name, kind=st.sampled_from([FaultKind.SKIP, FaultKind.REPEAT]), index=pick, admitted=st.booleans())
    def bad_pages(self, app: str, kind: FaultKind, index: int, admitted: bool) -> None:
        snapshot = self.world.apps[app].behaviour.feed is not Feed.POLL
        if kind is FaultKind.SKIP and not snapshot and connection(self.world, app).cursor is None:
            return  # a first backfill over a lying listing is healed by the next full listing only
        self.world.advance(70)
        if kind is FaultKind.SKIP and not snapshot:
            self.world.list_now(app)
        if kind is FaultKind.SKIP:
            self.world.skipped.add(app)
        self.world.plan(app, "page", kind, index=index, admitted=admitted, skip=index % 2 if kind is FaultKind.REPEAT else 0)
        self.world.sync(app)
        self.world.calm()

    @rule(
        app=name,
        operation=st.sampled_from(["page", "read", "apply"]),
        what=st.sampled_from(["edit", "status", "reply", "hub", "session"]),
        number=pick,
    )
    def race(self, app: str, operation: str, what: str, number: int) -> None:
        actions: dict[str, Any] = {
            "edit": lambda: self.edit(app, number, Field.CATEGORY),
            "status": lambda: self.set_status(app, number, number),
            "reply": lambda: self.reply(app, number, False),
            "hub": lambda: self.hub_edit(number, Field.CATEGORY),
            "session": lambda: self.world.sync(app),
        }
        self.world.advance(70)
        self.world.after(app, operation, actions[what])
        self.world.sync(app)
        self.world.hooks.clear()

    @rule(app=name, number=pick, kind=st.sampled_from(LINE), again=st.booleans())
    def edit_in_doubt(self, app: str, number: int, kind: FaultKind, again: bool) -> None:
        self.hub_edit(number, Field.CATEGORY)
        self.faulty_session(app, "apply", kind, 0)
        if again:
            self.hub_edit(number, Field.CATEGORY)

    @rule(seconds=st.sampled_from([2, 6, 61, 4000]))
    def time_passes(self, seconds: int) -> None:
        self.world.advance(seconds)

    # -- backups

    @precondition(lambda self: self.restores)
    @rule()
    def back_up(self) -> None:
        self.backup = self.world.backup()

    @precondition(lambda self: self.restores and self.backup is not None)
    @rule()
    def restore(self) -> None:
        assert self.backup is not None
        for each in self.world.apps:
            while self.world.apps[each].deliver_late():
                pass
            self.world.late[each].clear()
        # That an app went back, and is being told again what it lost, the hub forgets with the rest; its older values look newer then.
        chain = any(connection(self.world, each).recovery == "app" for each in self.world.apps)
        self.world.restore(self.backup)
        self._erase_again()
        self.past.forget(self.world)
        if chain:
            self.past.writes.clear()

    def _erase_again(self) -> None:
        # A hub that went back to before an erasure must be asked again; where it forgot the complaint itself, there is nothing to ask.
        before = {str(row.content["description"]): row.id for row in complaints(self.world)}
        kept = len([row for row in complaints(self.world) if row.erased])
        for text in self.past.erased & before.keys():
            erase_it(self.world, before[text])
        self.past.erased = self.past.erased if kept == len(self.past.erased - before.keys()) else self.past.erased & before.keys()

    @precondition(lambda self: self.restores)
    @rule(app=name)
    def snapshot(self, app: str) -> None:
        self.snapshots[app] = self.world.apps[app].snapshot()

    @precondition(lambda self: self.restores)
    @rule(app=name)
    def restore_app(self, app: str) -> None:
        if app in self.snapshots:
            self.world.restore_app(app, self.snapshots[app])
            self.past.forget(self.world)

    @precondition(lambda self: self.restores)
    @rule(app=name)
    def restore_app_silently(self, app: str) -> None:
        """Nobody tells us: the app's epoch, or a change number behind our checkpoint, must tell; a held connection writes nothing."""
        world, snapshot = self.world, self.snapshots.get(app)
        row = connection(world, app)
        behind = row.cursor is not None and snapshot is not None and snapshot.changes < int(row.cursor)
        if snapshot is None or row.recovery != "none" or row.epoch is None and not behind:
            return
        world.running.pop(app, None)
        world.apps[app].restore(snapshot)
        world.late[app].clear()
        world.restored = True
        world.advance(70)
        self.past.forget(world)
        writes = world.apps[app].writes
        world.sync(app)
        row = connection(world, app)
        assert row.recovery == "app" and row.recovery_held, f"I10: {app} went back and nobody noticed"
        assert world.apps[app].writes == writes, f"I10: {app} went back and was written to before a person had seen it"

    # -- the end

    def teardown(self) -> None:
        if not hasattr(self, "world"):
            return
        try:
            self.judge()
        finally:
            self.world.close()

    def judge(self) -> None:
        """All faults stop; then everything must hold."""
        world = self.world
        for app in world.apps.values():
            for row in [row for row in app.store.rows.values() if row.problem and not row.deleted]:
                app.spoil(row.ref, None)
        if not world.restored:
            world.settle(listing=False)
            checks.i8_taken_in(world)
        world.settle()
        if tend(world):
            world.settle()
        checks.all_of(world, None if world.restored else self.past.deleted)
        checks.nothing_parked(world)
        oracle.i1_by_its_own_words(world)
        oracle.i5_status(world)
        i11_erased(world, self.past.needles())
        self.past.i5_stands(world)
        if not world.restored:
            oracle.i5_chosen(world)
            oracle.i14_exactly(world)
            self.past.i2_kept(world)
            self.past.i6_unaware(world)
            self.past.no_lost_update(world)


class Disasters(Network):
    """The same with backups of either side put back."""

    restores = True
