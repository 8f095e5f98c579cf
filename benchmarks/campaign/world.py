"""Everything the campaign runs: database, broker, wires, apps and the hub's processes, all its own, and all ended with it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine, text

from benchmarks import nodes
from benchmarks.campaign import letterbox, rules
from benchmarks.campaign.apps import App, free_port
from benchmarks.campaign.disk import Disk, small_disk
from benchmarks.campaign.supervised import Kept, Supervisor
from benchmarks.campaign.wire import Wire
from hub.accounts.roles import Role, Scope
from hub.build import Hub, build
from hub.config import Settings
from hub.operations.accounts import add_account
from hub.operations.agencies import carry_out, compare
from hub.operations.connections import add, approve
from hub.operations.tokens import add_token

NATIONAL, COORDINATOR, REGION = "nasional", "pusat", "33.74"
# Name, kind, and whether it keeps the hub's mark.
APPS = (("kota", "laporkota", True), ("kabupaten", "wonosari", False), ("kanal", "sekarwangi", True), ("gerai", "sekarwangi", False),
        (NATIONAL, "laporkota", True), ("loket", "sekarwangi", False))  # fmt: skip
# It gets a copy of whatever happens in the region, assigned or not.
SUBSCRIBER = "gerai"
# It can be neither searched nor listed, so a filing in doubt waits for a person there, and there alone.
BLIND = "loket"
_THREADS = 8


@dataclass
class World:
    """What there is. ``hub`` looks into the database past the wires; ``web`` is where the hub answers, ``token`` the coordinator's."""

    folder: Path
    hub: Hub
    apps: dict[str, App]
    wires: dict[str, Wire]
    database: nodes.Node
    broker: nodes.Node
    disk: Disk
    roles: dict[str, Kept]
    web: str
    token: str
    orders: Path

    @property
    def workers(self) -> list[Kept]:
        """The worker processes."""
        return [role for name, role in self.roles.items() if name.startswith("worker")]


@contextmanager
def running(folder: Path, without: str | None, *, mount: bool = True) -> Iterator[World]:
    """Build it all and start it; in the end every process is gone. ``mount``: try a file system of its own for the database."""
    with ExitStack() as stack:
        disk = stack.enter_context(small_disk(folder, mount=mount))
        database = stack.enter_context(nodes.postgresql_cluster(disk.folder))
        broker = stack.enter_context(nodes.rabbitmq_node(folder / "broker"))
        apps = {label: App(label, kind, folder, marked=marked) for label, kind, marked in APPS}
        for app in apps.values():
            stack.callback(app.stop)
            app.open()
        ports = {"database": database.port, "broker": broker.port, **{name: app.port for name, app in apps.items() if app.over_http}}
        wires = {name: Wire(port) for name, port in ports.items()}
        for wire in wires.values():
            stack.callback(wire.stop)
        _make_database(database.url)
        plugins = letterbox.install(folder / "plugins")
        home = folder / "home"
        home.mkdir()
        hub = stack.enter_context(closing(build(_settings(home, database.port, broker.port))))
        token = _connect(hub, apps, wires)
        environ = _environ(home, wires, rules.copy(folder / "hub", without), plugins)
        environ["CAMPAIGN_ORDERS"] = str(folder)
        port = free_port()
        words = {
            "worker-1": ("worker", "--threads", str(_THREADS)),
            "worker-2": ("worker", "--threads", str(_THREADS)),
            "scheduler": ("scheduler",),
            "web": ("web", "--port", str(port), "--workers", "1"),
        }
        roles = {name: Kept(name, each, environ, folder / f"{name}.log") for name, each in words.items()}
        supervisor = Supervisor(list(roles.values()))
        stack.callback(supervisor.stop)
        supervisor.start()
        yield World(folder, hub, apps, wires, database, broker, disk, roles, f"http://127.0.0.1:{port}", token, folder / "freeze")


def _make_database(url: str) -> None:
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as sql:
        sql.execute(text("CREATE DATABASE simpul"))
    engine.dispose()


def _environment(database: int, broker: int) -> dict[str, str]:
    return {
        "SIMPUL_DATABASE": f"postgresql://postgres@127.0.0.1:{database}/simpul",
        "SIMPUL_BROKER": f"amqp://guest:guest@127.0.0.1:{broker}//",
        "SIMPUL_NATIONAL": NATIONAL,
        "SIMPUL_COORDINATOR": COORDINATOR,
    }


def _settings(home: Path, database: int, broker: int) -> Settings:
    return Settings.load({"SIMPUL_HOME": str(home), **_environment(database, broker)})


def _environ(home: Path, wires: dict[str, Wire], copy: Path, plugins: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("SIMPUL_")}
    own = {"SIMPUL_HOME": str(home), "PYTHONPATH": f"{copy}{os.pathsep}{plugins}"}
    return kept | own | _environment(wires["database"].port, wires["broker"].port)


def _connect(hub: Hub, apps: dict[str, App], wires: dict[str, Wire]) -> str:
    for label, app in apps.items():
        kind = letterbox.KIND if label == BLIND else "open311" if app.over_http else "database"
        settings = app.connection(wires[label].port if app.over_http else 0)
        policy: dict[str, Any] = {"interval": 1, "listing": 3600}
        add(hub, label, kind, settings, agency=label, policy=policy | ({"regions": [REGION]} if label == SUBSCRIBER else {}))
        if not app.over_http:
            # On one machine: what is not there when nobody waits for the lock any more never will be.
            with hub.store.unit() as unit:
                row = unit.connection(label, lock=True)
                row.sheet = {**row.sheet, "settle": rules.SETTLE}
    agencies = [{"code": label, "name": label, "parent": COORDINATOR, "connection": label} for label in apps if label != NATIONAL]
    carry_out(hub, compare(hub, [{"code": COORDINATOR, "name": "Koordinator"}, *agencies]))
    # Whole days in a table are not before it.
    today = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    for label in apps:
        approve(hub, label, live_from=today - timedelta(days=1))
    add_account(hub, "koordinator", "sandi-yang-cukup-panjang-7", Role.ADMIN)
    return add_token(hub, "koordinator", "campaign", Scope.WRITE, days=1)
