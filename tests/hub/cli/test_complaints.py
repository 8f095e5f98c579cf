"""`simpul complaints`."""

from __future__ import annotations

from contracts.content import Field
from hub.cli.exits import Exit
from tests.hub.cli.office import NIK, Office


def test_the_list_can_be_narrowed(office: Office) -> None:
    (app,) = office.live("a")
    office.filed(app, "Lampu")
    complaint = office.filed(app, "Jalan")
    office.ok("complaints", "assign", complaint, "--agency", "A")
    assert len(office.json("complaints", "list")) == 2
    assert len(office.json("complaints", "list", "--limit", "1")) == 1
    assert [one["tracking_id"] for one in office.json("complaints", "list", "--status", "assigned")] == [complaint]
    assert [one["tracking_id"] for one in office.json("complaints", "list", "--holder", "A", "--connection", "a")] == [complaint]
    assert "Terdisposisi" in office.ok("complaints", "list") and "Assigned" in office.ok("complaints", "list", "--lang", "en")
    office.fails(Exit.USAGE, "complaints", "list", "--status", "selesai")
    office.fails(Exit.NOT_FOUND, "complaints", "list", "--connection", "nowhere")


def test_the_story_says_who_through_what_and_when_without_the_reporter(office: Office) -> None:
    (app,) = office.live("a")
    complaint = office.filed(app, reporter_name="Siti Aminah", reporter_identity=NIK)
    office.ok("complaints", "assign", complaint, "--agency", "A", "--unit", "Bina Marga", "--as", "budi")
    told = office.ok("complaints", "show", complaint)
    story = office.json("complaints", "show", complaint)
    for piece in ("Laporan masuk", "Disposisi", "budi", "A / Bina Marga", "pelapor", "•••"):
        assert piece in told, piece
    assert "Siti" not in told + str(story) and NIK not in told + str(story)
    filed, assigned = story["events"][0], next(event for event in story["events"] if event["kind"] == "assigned")
    assert filed["connection"] == "a" and filed["happened_at"] < filed["learned_at"]
    assert assigned["actor"] == "budi" and assigned["connection"] is None
    office.fails(Exit.NOT_FOUND, "complaints", "show", "ABCD-EFGH-2345")


def test_a_complaint_is_found_by_every_way_of_writing_its_id(office: Office) -> None:
    (app,) = office.live("a")
    complaint = office.filed(app)
    whole = office.json("complaints", "show", complaint)["summary"]["id"]
    for given in (whole, whole.upper(), whole[:13], complaint.lower(), complaint.replace("-", "")):
        assert office.json("complaints", "show", given)["summary"]["id"] == whole
    for given in (whole[:7], "zzzzzzzzz"):
        assert "no id" in office.fails(Exit.NOT_FOUND, "complaints", "show", given)
    office.filed(app, "Kedua")
    if whole[:8] == office.json("complaints", "list")[0]["id"][:8]:
        office.fails(Exit.REFUSED, "complaints", "show", whole[:8])


def test_a_complaint_goes_its_way_from_assignment_to_close(office: Office) -> None:
    first, second = office.live("a", "b")
    complaint = office.filed(first)
    office.ok("complaints", "assign", complaint, "--agency", "B")
    assert "holds it already" in office.fails(Exit.REFUSED, "complaints", "assign", complaint, "--agency", "B")
    office.ok("complaints", "return", complaint, "--reason", "bukan wewenang kami")
    told = office.json("complaints", "show", complaint)
    assert told["content"]["holder"]["agency"] == "pusat" and told["content"]["reason"] == "bukan wewenang kami"
    office.ok("complaints", "assign", complaint, "--agency", "A")
    office.ok("complaints", "assign", complaint, "--agency", "B")
    office.ok("complaints", "answer", complaint, "--text", "Sudah diperbaiki", "--status", "answered", "--as", "budi")
    office.ok("complaints", "answer", complaint, "--text", "catatan dalam", "--internal")
    office.ok("complaints", "close", complaint, "--reason", "tuntas")
    assert office.status(complaint) == "closed"
    told = office.json("complaints", "show", complaint)
    assert [(each["text"], each["visibility"]) for each in told["responses"]] == [
        ("Sudah diperbaiki", "public"),
        ("catatan dalam", "internal"),
    ]
    office.ok("sync", "b")
    (row,) = second.store.rows.values()
    assert row.status == "closed" and [reply.text for reply in row.replies] == ["Sudah diperbaiki"]


def test_what_the_national_flow_does_not_allow_is_refused_with_what_it_does(office: Office) -> None:
    (app,) = office.live("a")
    complaint = office.filed(app)
    told = office.fails(Exit.REFUSED, "complaints", "close", complaint)
    assert "Diterima cannot become Selesai" in told and "Allowed now: Diarsipkan, Ditunda, Terdisposisi, Terverifikasi" in told
    office.fails(Exit.REFUSED, "complaints", "return", complaint, "--reason", "x")
    office.fails(Exit.REFUSED, "complaints", "answer", complaint, "--text", "x", "--status", "answered")
    office.fails(Exit.REFUSED, "complaints", "answer", complaint, "--text", "  ")
    office.ok("complaints", "assign", complaint, "--agency", "A")
    assert "needs a reason" in office.fails(Exit.REFUSED, "complaints", "return", complaint, "--reason", " ")
    office.fails(Exit.USAGE, "complaints", "return", complaint)
    assert "no agency 'AA'. Did you mean A?" not in office.fails(Exit.NOT_FOUND, "complaints", "assign", complaint, "--agency", "ZZ")
    office.fails(Exit.USAGE, "complaints", "assign", complaint)


def test_what_an_app_said_cannot_steer_the_terminal(office: Office) -> None:
    (app,) = office.live("a")
    complaint = office.filed(app, "Merah \x1b[31m[bold]x[/bold]")
    told = office.ok("complaints", "show", complaint) + office.ok("complaints", "list")
    assert "\x1b" not in told and "[bold]x[/bold]" in told


def test_an_erased_complaint_is_gone_here_and_in_the_apps_and_is_not_erased_twice(office: Office) -> None:
    first, second = office.live("a", "b")
    complaint = office.filed(first)
    office.ok("complaints", "assign", complaint, "--agency", "B")
    office.ok("sync", "a", "b")
    office.ok("complaints", "erase", complaint, "--yes")
    office.ok("sync", "a", "b")
    told = office.json("complaints", "show", complaint)
    assert told["content"]["title"] == told["content"]["description"] == "[dihapus]"
    assert {row.fields[Field.TITLE] for row in second.store.rows.values()} == {"[dihapus]"}
    assert "was erased" in office.fails(Exit.REFUSED, "complaints", "erase", complaint, "--yes")
