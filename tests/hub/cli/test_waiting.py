"""`simpul deliveries`, `quarantine` and `links`: what got stuck, and what a person says by hand."""

from __future__ import annotations

from connectors.memory.behaviour import Behaviour
from connectors.memory.faults import FaultKind
from hub.cli.exits import Exit
from tests.hub.cli.office import NIK, Office, breaks, mends


def test_a_refused_delivery_is_listed_with_its_reason_and_sent_again(office: Office) -> None:
    first, second = office.live("a", "b")
    complaints = [office.filed(first, title) for title in ("Lampu", "Jalan")]
    breaks(second, FaultKind.REJECT, "create")
    for complaint in complaints:
        office.ok("complaints", "assign", complaint, "--agency", "B")
    office.fails(Exit.WAITS, "sync", "b")
    parked = office.json("deliveries", "list", "b")
    assert {each["state"] for each in parked} == {"parked"} and "refuses this record" in parked[0]["reason"]
    assert "Ditolak aplikasi" in office.ok("deliveries", "list") and "Parked" in office.ok("deliveries", "list", "--lang", "en")
    mends(second)
    office.ok("sync", "b")
    assert not second.store.rows
    assert "1 kiriman" in office.ok("deliveries", "resend", parked[0]["id"])
    breaks(second, FaultKind.REJECT, "create")
    office.run("sync", "b")
    mends(second)
    assert "2 kiriman" in office.ok("deliveries", "resend", parked[0]["id"], "--all-alike")
    office.ok("sync", "b")
    assert len(second.store.rows) == 2
    office.fails(Exit.NOT_FOUND, "deliveries", "resend", "0123456789")
    office.fails(Exit.NOT_FOUND, "deliveries", "list", "nowhere")


def test_an_app_that_takes_no_new_complaints_says_so(office: Office) -> None:
    office.live("a")
    office.add("b", Behaviour(can_create=False))
    office.ok("connections", "approve", "b", "--yes")
    complaint = office.filed(office.app("a"))
    office.ok("complaints", "assign", complaint, "--agency", "B")
    office.run("sync", "b")
    (one,) = office.json("deliveries", "list", "b")
    assert one["state"] == "unsupported"
    assert "links add" in office.fails(Exit.REFUSED, "deliveries", "resend", one["id"])


def test_what_was_not_understood_is_listed_and_read_again(office: Office) -> None:
    (app,) = office.live("a")
    ref = app.file("Lampu", "Lampu mati", reporter_identity=NIK)
    app.spoil(ref)
    office.fails(Exit.WAITS, "sync", "a")
    (one,) = office.json("quarantine", "list")
    assert one["ref"] == ref and "0000-00-00" in one["problem"] and "raw" not in one
    assert NIK not in office.ok("quarantine", "list", "a")
    assert NIK in office.ok("quarantine", "list", "--raw") and NIK in str(office.json("quarantine", "list", "--raw"))
    app.spoil(ref, None)
    office.ok("quarantine", "retry", str(one["id"]))
    office.ok("sync", "a")
    assert office.json("quarantine", "list") == [] and len(office.json("complaints", "list")) == 1
    office.fails(Exit.NOT_FOUND, "quarantine", "retry", "77")
    office.fails(Exit.NOT_FOUND, "quarantine", "retry", "a")
    office.fails(Exit.NOT_FOUND, "quarantine", "list", "nowhere")


def test_all_of_a_connection_can_be_read_again(office: Office) -> None:
    (app,) = office.live("a")
    for title in ("satu", "dua"):
        app.spoil(app.file(title, f"{title} di jalan"))
    office.run("sync", "a")
    assert "2 data" in office.ok("quarantine", "retry", "a")


def test_a_record_is_linked_to_a_complaint_by_hand_and_parted_again(office: Office) -> None:
    first, second = office.live("a", "b")
    complaint = office.filed(first)
    ref = second.file("Lampu mati", "Lampu mati di jalan merdeka")
    office.ok("complaints", "assign", complaint, "--agency", "B")
    office.ok("links", "add", "b", ref, complaint)
    office.ok("sync", "b")
    assert [link["ref"] for link in office.links(complaint, "b")] == [ref] and len(second.store.rows) == 1
    assert "already" in office.fails(Exit.REFUSED, "links", "add", "b", ref, complaint)
    office.ok("links", "remove", "b", ref)
    assert office.links(complaint, "b")[0]["state"] == "gone"
    office.fails(Exit.NOT_FOUND, "links", "remove", "b", ref)
    office.fails(Exit.NOT_FOUND, "links", "add", "b", "99", complaint)


def test_a_connection_that_is_no_receiver_is_linked_but_not_written_to(office: Office) -> None:
    first, second = office.live("a", "b")
    complaint = office.filed(first)
    assert "bukan penerima" in office.ok("links", "add", "b", second.file("Lampu", "Lampu mati"), complaint)


def test_a_record_that_came_in_as_another_complaint_is_put_before_a_person(office: Office) -> None:
    first, second = office.live("a", "b")
    complaint, other = office.filed(first), office.filed(second, "Lampu padam")
    told = office.fails(Exit.REFUSED, "links", "add", "b", "1", complaint)
    assert "another complaint" in told
    (one,) = office.json("conflicts", "list")
    office.ok("conflicts", "resolve", str(one["id"]), "--keep", "hub")
    assert (office.status(complaint), office.status(other)) == ("received", "archived")


def test_a_list_of_pairs_links_what_comes_in_later_and_flags_what_came_twice(office: Office) -> None:
    first, second = office.live("a", "b")
    complaint, other = office.filed(first), office.filed(second)
    head = "connection,ref,other_connection,other_ref\n"
    pairs = office.write("pairs.csv", f"{head}a,1,b,1\na,2,b,2\na,2,b,2\n")
    assert "2 pasangan baru, 0 sudah dikenal, 1 perlu keputusan" in office.fails(Exit.WAITS, "links", "import", pairs)
    assert office.json("links", "import", pairs) == {"new": 0, "known": 2, "duplicates": 0}
    (one,) = office.json("conflicts", "list")
    office.ok("conflicts", "resolve", str(one["id"]), "--keep", "local")
    assert (office.status(complaint), office.status(other)) == ("archived", "received")
    office.ok("links", "import", pairs)
    third = office.filed(first, "Jalan rusak")
    second.file("Jalan berlubang", "Jalan berlubang dekat pasar")
    office.ok("sync", "b")
    assert len(office.json("complaints", "list")) == 3 and office.links(third, "b")[0]["ref"] == "2"


def test_every_mistake_in_a_list_of_pairs_is_said_at_once(office: Office) -> None:
    office.live("dinas", "kota")
    head = "connection,ref,other_connection,other_ref\n"
    file = office.write("bad.csv", f"{head}dins,1,kota,1\nkota,,kota,2\n")
    told = office.fails(Exit.CONFIGURATION, "links", "import", file)
    for piece in ("line 2: 'dins'", "mean dinas?", "line 3: ref is empty", "line 3: pairs two records of one"):
        assert piece in told, piece
    file = office.write("two.csv", f"{head}dinas,1,kota,1\ndinas,1,kota,2\n")
    assert "line 3" in office.fails(Exit.CONFIGURATION, "links", "import", file)
    assert "lacks the column ref" in office.fails(Exit.CONFIGURATION, "links", "import", office.write("x.csv", "connection,r\n"))
    office.fails(Exit.CONFIGURATION, "links", "import", "/nowhere.csv")
