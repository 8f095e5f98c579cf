"""A webhook is verified, written down and answered; what it is about is read in the app, once, by the same path as a poll."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from connectors.memory.behaviour import Behaviour
from connectors.memory.hints import announced
from contracts.connector import Hint
from contracts.content import Field
from hub.api.hooks import LARGEST_HINT
from hub.cli.exits import Exit
from hub.operations import receiving
from hub.store import tables
from hub.sync.inbox import KEPT, take_hints
from hub.work.due import due
from tests.api.desk import Desk
from tests.api.hooking import Sender, inbox


@pytest.fixture
def kota(desk: Desk) -> Sender:
    """The app of a connection that was just read, and sends webhooks."""
    desk.live("kota")
    sender = Sender(desk)
    desk.ok("sync", "kota")
    return sender


def titles(desk: Desk) -> list[str]:
    return [one["title"] for one in desk.json("complaints", "list")]


def test_what_a_webhook_names_is_read_at_once(desk: Desk, kota: Sender) -> None:
    woken: list[frozenset[int]] = []
    ref = desk.app("kota").file("Lampu mati", "Lampu mati di jalan merdeka")
    desk.terminal.hub.store.on_due = woken.append
    pages = desk.app("kota").journal.calls["page"]
    assert due(desk.terminal.hub.store) == []
    answer = kota.send(ref)
    assert (answer.status_code, answer.json) == (202, {"status": "accepted"})
    assert len(woken) == 1 and due(desk.terminal.hub.store) == ["kota"]
    desk.terminal.hub.session("kota").run()
    assert due(desk.terminal.hub.store) == [] and titles(desk) == ["Lampu mati"]
    assert desk.app("kota").journal.calls["page"] == pages, "no pull was needed"
    assert [(row.state, row.body) for row in inbox(desk)] == [("taken", None)]


def test_a_repeat_is_answered_alike_and_written_down_once(desk: Desk, kota: Sender) -> None:
    for _ in range(3):
        assert kota.send("7", message="msg_a").status_code == 202
    assert len(inbox(desk)) == 1
    desk.ok("connections", "add", "dinas", "--kind", "memory", "--set", "app=dinas")
    assert Sender(desk, "dinas").send("7", message="msg_a").status_code == 202
    assert len(inbox(desk)) == 2, "another app's ids are its own"


def test_one_that_names_nothing_or_an_app_that_cannot_be_asked_for_one_record_is_a_pull(desk: Desk, kota: Sender) -> None:
    desk.app("kota").file("Lampu mati", "Lampu mati di jalan merdeka")
    desk.add("desa", Behaviour(can_fetch=False))
    desk.ok("sync", "desa")
    desk.app("desa").file("Jalan rusak", "Jalan rusak di depan balai desa")
    desa = Sender(desk, "desa")
    assert kota.send().status_code == 202 and desa.send("1").status_code == 202
    for name in ("kota", "desa"):
        desk.terminal.hub.session(name).run()
    assert sorted(titles(desk)) == ["Jalan rusak", "Lampu mati"]


def test_a_webhook_that_comes_while_its_record_is_read_is_not_taken_for_done(desk: Desk, kota: Sender) -> None:
    ref = desk.app("kota").file("Lampu mati", "Lampu mati di jalan merdeka")
    kota.send(ref)
    session = desk.terminal.hub.session("kota")
    (task,) = session.gateway.lease(50)
    before = session.connector.fetch(ref)
    desk.app("kota").edit(ref, Field.TITLE, "Lampu jalan mati")
    assert kota.send(ref).status_code == 202
    session.gateway.report(task, before)
    assert len(session.gateway.lease(50)) == 1
    session.gateway.release()
    desk.terminal.hub.session("kota").run()
    assert titles(desk) == ["Lampu jalan mati"]


def test_what_comes_for_a_paused_connection_waits_and_so_much_and_no_more(
    desk: Desk, kota: Sender, monkeypatch: pytest.MonkeyPatch
) -> None:
    ref = desk.app("kota").file("Lampu mati", "Lampu mati di jalan merdeka")
    desk.ok("connections", "pause", "kota", "--reason", "perawatan")
    kota.send(ref, message="msg_a")
    assert due(desk.terminal.hub.store) == [] and len(inbox(desk)) == 1
    monkeypatch.setattr(receiving, "MOST_WAITING", 1)
    told = desk.refused(429, kota.send(ref))
    assert "wait for kota already" in told["detail"] and len(inbox(desk)) == 1
    assert kota.send(ref, message="msg_a").status_code == 202, "a repeat takes no room"
    desk.ok("connections", "resume", "kota")
    desk.terminal.hub.session("kota").run()
    assert titles(desk) == ["Lampu mati"]
    desk.ok("connections", "pause", "kota", "--reason", "perawatan")
    desk.app("kota").edit(ref, Field.TITLE, "Lampu jalan mati")
    kota.send(ref)
    desk.clock.advance(KEPT)
    desk.ok("connections", "resume", "kota")
    desk.ok("sync", "kota")
    assert titles(desk) == ["Lampu jalan mati"] and inbox(desk) == []


def test_strangers_are_told_the_same_whatever_is_wrong(desk: Desk, kota: Sender) -> None:
    desk.add("dinas")
    stranger = Sender(desk, "kota", "whsec_" + "A" * 43 + "=")
    answers = [
        stranger.send("1"),
        stranger.send("1", to="dinas"),
        stranger.send("1", to="tidak-ada"),
        stranger.send("1", to="kota#1"),
        kota.send("1", ago=301),
        kota.send("1", ago=-301),
        kota.send("1", webhook_id="msg_other"),
        kota.send("1", webhook_timestamp="1e9"),
        kota.send("1", webhook_timestamp="9" * 30),
        kota.send("1", webhook_timestamp="\u0663"),
        kota.send("1", webhook_signature=""),
        kota.send("1", webhook_signature="v1"),
        kota.send("1", webhook_signature="v1,\xe9 v2,x " * 99),
        desk.anybody.post("/hooks/kota"),
        desk.anybody.post("/hooks/tidak-ada", data=b"x"),
        desk.anybody.post("/hooks/kota", data={"refs": "1"}),
    ]
    texts = {answer.text for answer in answers}
    assert {answer.status_code for answer in answers} == {401} and len(texts) == 1, texts
    desk.refused(401, answers[0])
    assert inbox(desk) == []


def test_its_own_form_is_checked_before_anybody_is_looked_for(desk: Desk, kota: Sender) -> None:
    for to in ("kota", "tidak-ada"):
        for code, header in ((415, "text/plain"), (415, "application/json; charset=latin-1"), (202 if to == "kota" else 401, None)):
            header = header or 'application/json; charset="UTF-8"'
            assert kota.send("1", to=to, Content_Type=header).status_code == code, header
        assert kota.send("1", to=to, Content_Encoding="gzip").status_code == 415
        desk.refused(400, kota.send(to=to, body='{"refs": ["é"]}'.encode("latin-1")))
        desk.refused(413, kota.send(to=to, body=b'{"refs": ["' + b"x" * LARGEST_HINT + b'"]}'))


NOT_UNDERSTOOD = [
    (b"", "body"),
    (b"{", "body"),
    (b"[" * 60_000, "body"),
    (b'{"refs": NaN}', "body"),
    (b"[]", "body"),
    (b"null", "body"),
    (b'{"refs": "1"}', "refs"),
    (b'{"refs": [true]}', "refs.0"),
    (b'{"refs": ["a\\u0000"]}', "refs.0"),
    (b'{"refs": [""]}', "refs.0"),
    (b'{"refs": ["a\\u200e"]}', "refs.0"),
    (b'{"refs": ["' + b"9" * 501 + b'"]}', "refs.0"),
    (b'{"refs": [' + b"1," * 100 + b"1]}", "refs"),
    (b'{"nama": "Budi Santoso"}', "nama"),
]


def test_what_is_signed_and_not_understood_is_told_and_kept_sealed(desk: Desk, kota: Sender) -> None:
    for number, (body, where) in enumerate(NOT_UNDERSTOOD):
        told = desk.refused(422, kota.send(body=body, message=f"msg_{number}"))
        assert list(told["errors"]) == [where], (body, told)
    assert due(desk.terminal.hub.store) == []
    assert kota.send(1, "a b", message=f"msg_{len(NOT_UNDERSTOOD) - 1}").status_code == 202, "the same one, repaired"
    assert due(desk.terminal.hub.store) == ["kota"]
    assert "Budi" not in repr(desk.everything())
    shown = desk.json("connections", "hints", "kota", "--raw")
    assert [each["refs"] for each in shown if each["state"] == "waiting"] == [["1", "a b"]]
    refused = {each["body"]: each["problem"] for each in shown if each["state"] == "refused"}
    assert set(refused) == {body.decode() for body, _ in NOT_UNDERSTOOD[:-1]} and all(refused.values())
    assert "[true]" not in desk.ok("connections", "hints")


def test_two_secrets_count_for_a_day_when_they_are_changed(desk: Desk, kota: Sender) -> None:
    assert "already" in desk.fails(Exit.REFUSED, "connections", "webhook", "kota")
    new = Sender(desk, "kota", desk.ok("connections", "webhook", "kota", "--rotate").splitlines()[0])
    assert (kota.send("1").status_code, new.send("1").status_code) == (202, 202)
    desk.clock.advance(timedelta(days=1))
    assert (kota.send("1").status_code, new.send("1").status_code) == (401, 202)
    everything = repr(desk.everything())
    assert new.secret not in everything and new.secret.removeprefix("whsec_") not in everything
    desk.ok("connections", "webhook", "kota", "--off")
    assert new.send("1").status_code == 401
    desk.fails(Exit.REFUSED, "connections", "webhook", "kota", "--off")
    desk.fails(Exit.REFUSED, "connections", "webhook", "kota", "--rotate")
    desk.fails(Exit.NOT_FOUND, "connections", "webhook", "entah")


def test_a_flood_of_one_app_is_its_own(desk: Desk, kota: Sender, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.add("dinas")
    dinas = Sender(desk, "dinas")
    monkeypatch.setattr("hub.api.hooks.BURST", 10)
    codes = [kota.send("1", message=f"m{number}").status_code for number in range(15)]
    assert codes == [202] * 10 + [429] * 5
    late = kota.send("1")
    assert late.headers["Retry-After"] == "1" and desk.refused(429, late)
    assert dinas.send("1").status_code == 202
    desk.clock.advance(1)
    assert kota.send("1").status_code == 202
    assert len(inbox(desk)) == 10 + 2


def test_a_removed_connection_takes_its_secret_and_its_webhooks_with_it(desk: Desk, kota: Sender) -> None:
    kota.send("1")
    desk.ok("connections", "remove", "kota", "--yes")
    assert kota.send("1").status_code == 401 and inbox(desk) == []


def test_erasing_a_complaint_forgets_what_webhooks_said(desk: Desk, kota: Sender) -> None:
    tracking = desk.filed(desk.app("kota"))
    kota.send(body=b'{"nama": "Budi"}')
    assert inbox(desk)[0].body is not None
    desk.ok("complaints", "erase", tracking, "--yes")
    assert (inbox(desk)[0].body, inbox(desk)[0].problem) == (None, None)


def test_of_what_was_refused_little_is_kept_and_of_its_names_nothing_is_said(
    desk: Desk, kota: Sender, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(receiving, "MOST_REFUSED", 3)
    desk.ok("connections", "pause", "kota", "--reason", "libur")
    for number in range(7):
        names = {f"Budi Santoso {number} {each}": each for each in range(500)}
        assert kota.send(body=json.dumps(names).encode(), message=f"msg_{number}").status_code == 422
    assert len(inbox(desk)) == 3, "the newest"
    assert all("Budi" not in row.problem and len(row.problem) <= 300 for row in inbox(desk))
    assert kota.send("1").status_code == 202
    desk.clock.advance(KEPT + timedelta(seconds=1))
    assert kota.send(body=b"[]").status_code == 422
    assert [row.state for row in inbox(desk)] == ["waiting", "refused"], "nobody has to read the app for it"


def test_while_the_database_is_away_nothing_is_accepted(desk: Desk, kota: Sender, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(desk.terminal.hub.store, "unit", _away)
    assert kota.send("1").status_code == 503
    monkeypatch.undo()
    assert inbox(desk) == []


def _away() -> None:
    raise OperationalError("", {}, Exception())


def test_an_app_s_own_webhook_is_verified_and_read_by_its_connector(desk: Desk, kota: Sender) -> None:
    secret = "rahasia-di-antara-kita"
    desk.ok("connections", "add", "desa", "--kind", "memory", "--set", f"app={desk.home}/desa", "--set", f"webhook_secret={secret}")
    desk.ok("sync", "desa")
    ref = desk.app("desa").file("Jalan rusak", "Jalan rusak di depan balai desa")
    own, other = announced(ref, secret), announced(ref, "rahasia-orang-lain")

    def send(hint: Hint, to: str = "desa") -> int:
        return desk.anybody.post(f"/hooks/{to}", data=hint.body, headers=dict(hint.headers)).status_code

    assert [send(own), send(other), send(own, "kota"), send(Hint(own.headers, b"[" * 9_999))] == [202, 401, 401, 401]
    desk.terminal.hub.session("desa").run()
    assert titles(desk) == ["Jalan rusak"]
    signed = Sender(desk, "desa")
    headers: dict[str, Any] = {name.replace("-", "_"): value for name, value in own.headers.items()}
    assert (signed.send(ref).status_code, signed.send(body=own.body).status_code) == (202, 422)
    assert signed.send(body=own.body, **headers).status_code == 202


def test_a_webhook_makes_a_reading_sooner_and_takes_its_reason_not_away(desk: Desk, kota: Sender) -> None:
    with desk.terminal.hub.engine.working("kota") as office:
        office.read_again("7", "doubt", after=3600)
    kota.send(*range(1, 101))
    desk.clock.advance(1)
    with desk.terminal.hub.engine.working("kota") as office:
        take_hints(office)
        found = {row.ref: row for row in office.unit.sql.execute(select(tables.reads))}
    assert len(found) == 100 and {row.due_at for row in found.values()} == {desk.clock.now()}
    assert (found["7"].why, found["8"].why) == ("doubt", "hint")
