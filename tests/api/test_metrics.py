"""What Prometheus reads: behind the login, cheap, and every name that the docs, the dashboard and the alarms use."""

from __future__ import annotations

import json
import re
import socket
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest
from prometheus_client.parser import text_string_to_metric_families
from ruamel.yaml import YAML
from sqlalchemy import event, update
from sqlalchemy.exc import OperationalError

import hub.metrics.broker
from connectors.memory.behaviour import Behaviour
from connectors.memory.faults import FaultKind
from contracts.errors import Refused
from hub.accounts.roles import Role, Scope
from hub.metrics.counters import REGISTRY
from hub.metrics.exposition import listen
from hub.metrics.gauges import FAMILIES
from hub.store import tables
from hub.work.turns import Turns
from hub.work.wake import Wakeups
from tests.api.desk import Desk
from tests.api.hooking import Sender
from tests.hub.cli.office import breaks

ROOT = Path(__file__).parents[2]
# What Prometheus itself and its process library bring.
FOREIGN = {"up", "process_resident_memory_bytes", "process_cpu_seconds_total"}


def scrape(desk: Desk) -> dict[tuple[str, frozenset[tuple[str, str]]], float]:
    desk.clock.advance(5)
    answer = desk.anybody.get("/metrics", headers=desk.token(Role.MONITOR, Scope.READ))
    assert answer.status_code == 200 and answer.mimetype == "text/plain"
    families = text_string_to_metric_families(answer.text)
    return {(one.name, frozenset(one.labels.items())): one.value for family in families for one in family.samples}


def value(found: dict[Any, float], name: str, **labels: str) -> float | None:
    return found.get((name, frozenset(labels.items())))


def known() -> set[str]:
    """Every name that can be asked for, histograms by their parts."""
    names = set(FAMILIES)
    for family in REGISTRY.collect():
        ends = {"counter": ["_total"], "histogram": ["_bucket", "_sum", "_count"]}.get(family.type, [""])
        names |= {family.name + end for end in ends}
    return names


def test_the_gauges_say_how_each_connection_stands(desk: Desk) -> None:
    kota, dinas = desk.live("kota", "dinas")
    desk.ok("complaints", "assign", desk.filed(kota), "--agency", "DINAS", "--as", "ani")
    dinas.file("Jalan rusak", "Jalan rusak", status="entah")
    breaks(dinas, FaultKind.REFUSE)
    Sender(desk).send("1")
    desk.ok("connections", "pause", "kota", "--reason", "perawatan", "--pull")
    for _ in range(4):
        desk.clock.advance(3600)
        desk.run("sync", "dinas")
    found = scrape(desk)
    assert value(found, "simpul_database_up") == 1 and value(found, "simpul_complaints", status="assigned") == 1
    assert value(found, "simpul_due", connection="dinas") == 1
    assert (value(found, "simpul_oldest_due_seconds", connection="kota") or 0) > 3000
    assert value(found, "simpul_breaker", connection="dinas", direction="pull") == 2
    assert value(found, "simpul_breaker", connection="kota", direction="pull") == 0
    assert value(found, "simpul_paused", connection="kota", direction="pull") == 1
    assert value(found, "simpul_paused", connection="kota", direction="push") == 0
    assert value(found, "simpul_hints_waiting", connection="kota") == 1
    assert value(found, "simpul_connection_condition", connection="dinas", condition="failing") == 1
    assert value(found, "simpul_connections", condition="paused") == 1
    desk.clock.advance(10**6)
    later = scrape(desk)
    assert value(later, "simpul_breaker", connection="dinas", direction="pull") == 1
    assert (value(later, "simpul_oldest_due_seconds", connection="dinas") or 0) > 900_000
    desk.ok("connections", "resume", "kota")
    desk.ok("sync", "kota")
    assert value(scrape(desk), "simpul_oldest_due_seconds", connection="kota") == 0


def test_the_counters_say_what_was_done(desk: Desk) -> None:
    (kota,) = desk.live("kota")
    kota.file("Lampu mati", "Lampu mati")
    before = scrape(desk)
    hub = desk.terminal.hub
    Turns(hub, Wakeups(hub.store, lambda name: None), wanted=lambda: True).take("kota")
    sender = Sender(desk)
    for _ in range(2):
        sender.send("1", message="msg_a")
    sender.send("1", to="tidak-ada")
    after = scrape(desk)

    def more(name: str, **labels: str) -> float:
        return (value(after, name, **labels) or 0) - (value(before, name, **labels) or 0)

    assert more("simpul_pulled_records_total", connection="kota") == 1
    assert more("simpul_sessions_total", connection="kota", outcome="done") == 1
    assert more("simpul_webhooks_total", connection="kota", outcome="accepted") == 1
    assert more("simpul_webhooks_total", connection="kota", outcome="repeated") == 1
    assert more("simpul_webhooks_total", connection="", outcome="forged") == 1
    assert more("simpul_http_requests_total", endpoint="hooks.take", method="POST", code="202") == 2
    assert "tidak-ada" not in str(after.keys())


def test_no_stranger_and_no_wrong_method_reads_them(desk: Desk) -> None:
    desk.refused(401, desk.anybody.get("/metrics"))
    desk.refused(401, desk.anybody.get("/metrics", headers={"Authorization": "Bearer x"}))
    desk.refused(405, desk.anybody.post("/metrics", headers=desk.token(Role.ADMIN)))


def test_they_are_asked_of_the_database_once_in_a_while_and_with_as_many_questions_however_many_connections(desk: Desk) -> None:
    desk.live("kota")
    asked: list[str] = []
    event.listen(desk.terminal.hub.store.engine, "before_cursor_execute", lambda *told: asked.append(told[2]))
    header = desk.token(Role.MONITOR)

    def questions(pause: float) -> int:
        desk.clock.advance(pause)
        asked.clear()
        assert desk.anybody.get("/metrics", headers=header).status_code == 200
        return sum(one.startswith("SELECT") for one in asked)

    few, none = questions(70), questions(1)
    for name in ("desa", "dinas"):
        desk.add(name)
    assert questions(70) == few and none == 1 and few < 15


def test_while_the_database_is_away_that_is_what_they_say(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    header = desk.token(Role.MONITOR)

    def away(_: Any) -> None:
        raise OperationalError("", {}, Exception())

    monkeypatch.setattr("hub.metrics.gauges.health", away)
    desk.clock.advance(70)
    told = desk.anybody.get("/metrics", headers=header).text
    assert "simpul_database_up 0.0" in told and "simpul_due{" not in told


@pytest.mark.parametrize("shown", [True, False])
def test_while_it_cannot_be_asked_whose_token_it_is_nothing_else_is_told(desk: Desk, monkeypatch: pytest.MonkeyPatch, shown: bool) -> None:
    desk.live("kota")
    header = desk.token(Role.MONITOR) if shown else {}
    client = desk.anybody if shown else desk.person(Role.MONITOR)

    def away() -> None:
        raise OperationalError("", {}, Exception())

    monkeypatch.setattr(desk.terminal.hub.store.engine, "connect", away)
    answer = client.get("/metrics", headers=header)
    assert answer.status_code == 200 and answer.mimetype == "text/plain"
    assert [line for line in answer.text.splitlines() if not line.startswith("#")] == ["simpul_database_up 0.0"]


def test_ready_is_a_database_of_this_release_and_its_keys(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def ready() -> tuple[int, Any]:
        answer = desk.anybody.get("/health/ready")
        return answer.status_code, answer.json

    monkeypatch.setattr(hub.metrics.broker, "_answers", [])
    assert ready() == (200, {"status": "ready"})
    hub.metrics.broker.tell(up=False)
    assert ready() == (200, {"status": "ready", "broker": "away"})
    desk.live("kota")
    with desk.terminal.hub.store.writing() as sql:
        sql.execute(update(tables.connections).values(secrets=b"\x01" + b"x" * 40))
    assert ready() == (503, {"status": "not ready", "reason": "keys"})
    with desk.terminal.hub.store.writing() as sql:
        sql.exec_driver_sql("UPDATE alembic_version SET version_num = '0001'")
    assert ready() == (503, {"status": "not ready", "reason": "migration"})
    assert desk.anybody.get("/health/live").status_code == 200


def expressions() -> list[str]:
    """Every expression of the dashboard and of the alarms."""
    rules = YAML(typ="safe", pure=True).load((ROOT / "docker/prometheus/alerts.yml").read_text("utf-8"))
    board = json.loads((ROOT / "docker/grafana/simpul.json").read_text("utf-8"))
    alarms = [rule["expr"] for group in rules["groups"] for rule in group["rules"]]
    return alarms + [target["expr"] for panel in board["panels"] for target in panel.get("targets", ())]


def test_the_dashboard_and_the_alarms_name_what_there_is() -> None:
    named = {name for one in expressions() for name in re.findall(r"\b(?:simpul|process)_\w+", one)}
    assert named <= known() | FOREIGN, named - known()
    assert len(named) > 15


def test_every_alarm_has_a_name_a_severity_and_a_sentence_and_is_explained_in_one_place() -> None:
    rules = YAML(typ="safe", pure=True).load((ROOT / "docker/prometheus/alerts.yml").read_text("utf-8"))
    docs = (ROOT / "docs/metrics.md").read_text("utf-8")
    alarms = [rule for group in rules["groups"] for rule in group["rules"]]
    for rule in alarms:
        assert rule["labels"]["severity"] in ("page", "ticket") and rule["annotations"]["summary"].endswith(".")
        assert re.fullmatch(r"\d+[smh]", rule["for"]) and rule["expr"].count("(") == rule["expr"].count(")")
    # tests/docs/test_operations.py holds the place where they are.
    assert "operations.md#alarms" in docs and not [rule["alert"] for rule in alarms if rule["alert"] in docs]


def test_every_metric_is_in_the_docs_and_no_other() -> None:
    docs = (ROOT / "docs/metrics.md").read_text("utf-8")
    told = dict(re.findall(r"^\| `(simpul_\w+)` \| ([^|]*) \|", docs, re.MULTILINE))
    labels = {name: ", ".join(names) for name, (_, names) in FAMILIES.items()}
    for family in REGISTRY.collect():
        if family.name.startswith("simpul_"):
            labels[family.name + ("_total" if family.type == "counter" else "")] = ""
    assert set(told) == set(labels)
    assert {name: told[name] for name in FAMILIES} == {name: labels[name] or "–" for name in FAMILIES}


def test_a_poor_app_has_metrics_too(desk: Desk) -> None:
    desk.add("desa", Behaviour(can_fetch=False))
    assert value(scrape(desk), "simpul_lag_seconds", connection="desa") is None


def test_a_process_without_a_web_shows_its_counters_at_a_port_of_its_own() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        for address in (f"127.0.0.1:{port}", "9101x", "127.0.0.1:99999", ""):
            with pytest.raises(Refused, match="cannot be shown"):
                listen(address)
    end = listen(f":{port}")
    with urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10) as answer:
        told = answer.read().decode()
    end()
    assert "simpul_sessions_total" in told and "simpul_due" not in told
