"""`simpul connections apply | export` and `simpul agencies`."""

from __future__ import annotations

from hub.cli.exits import Exit
from tests.hub.cli.office import Office
from tests.hub.cli.test_connections import DATABASE, SECRET


def declared(office: Office, title: str = "title") -> str:
    return office.write(
        "all.yaml",
        f"- {{name: a, kind: memory, agency: A, settings: {{app: {office.home}/a}}, policy: {{hide: [{title}]}}}}\n"
        f"- name: kota\n  kind: database\n  agency: K\n  settings:\n    password: {SECRET}\n"
        + "".join(f"    {line}\n" for line in DATABASE.splitlines()),
    )


def test_a_file_is_applied_once_and_a_second_time_changes_nothing(office: Office) -> None:
    told = office.ok("connections", "apply", declared(office), typed="y\n")
    assert "+ a" in told and SECRET not in told and "•••" in told
    before = office.everything()
    assert office.ok("connections", "apply", declared(office), "--yes") == "Tidak ada perbedaan.\n"
    assert office.everything() == before


def test_the_difference_is_shown_field_by_field_and_nothing_happens_without_a_yes(office: Office) -> None:
    office.ok("connections", "apply", declared(office), "--yes")
    before = office.everything()
    told = office.fails(Exit.WAITS, "connections", "apply", declared(office, "category"), typed="n\n")
    assert "policy.hide" in told and "title" in told and "category" in told and "kota" not in told
    assert office.everything() == before
    office.ok("connections", "apply", declared(office, "category"), "--yes")
    assert office.json("connections", "show", "a")["policy"] == {"hide": ["category"]}


def test_a_changed_secret_is_a_difference_without_its_value(office: Office) -> None:
    office.ok("connections", "apply", declared(office), "--yes")
    file = office.write("new.yaml", (office.home / "all.yaml").read_text().replace(SECRET, "lain-sama-sekali"))
    told = office.ok("connections", "apply", file, "--yes")
    assert "settings.password" in told and "lain-sama-sekali" not in told and SECRET not in told
    with office.terminal.hub.store.unit() as unit:
        assert office.terminal.hub.connector(unit.connection("kota")).settings["password"] == "lain-sama-sekali"


def test_what_export_prints_changes_nothing_when_it_is_applied(office: Office) -> None:
    office.ok("connections", "apply", declared(office), "--yes")
    text = office.ok("connections", "export")
    assert SECRET not in text
    assert "Tidak ada perbedaan" in office.ok("connections", "apply", office.write("out.yaml", text))
    assert [each["name"] for each in office.json("connections", "export")] == ["a", "kota"]


def test_every_mistake_in_every_connection_is_said_at_once(office: Office) -> None:
    office.ok("connections", "apply", declared(office), "--yes")
    before = office.everything()
    file = office.write(
        "bad.yaml",
        "- {name: a, kind: database, settings: {}}\n- {name: b, kind: memory, settings: {ap: 1}}\n- {name: c, kind: memry}\n",
    )
    told = office.fails(Exit.CONFIGURATION, "connections", "apply", file, "--yes")
    for piece in ("a.kind", "b.settings.ap", "mean app?", "c.kind", "mean memory?"):
        assert piece in told, piece
    assert "mean name?" in office.fails(Exit.CONFIGURATION, "connections", "apply", office.write("x.yaml", "- {nam: a, kind: memory}"))
    assert "twice" in office.fails(Exit.CONFIGURATION, "connections", "apply", office.write("y.yaml", "- {name: a, kind: memory}\n" * 2))
    assert "not a list" in office.fails(Exit.CONFIGURATION, "connections", "apply", office.write("z.yaml", "name: a"))
    assert office.everything() == before


def test_agencies_are_applied_once_and_listed(office: Office) -> None:
    office.add("a")
    tree = office.write("tree.yaml", "- {code: KAB, name: Kabupaten, connection: a}\n- {code: DPU, name: Dinas PU, parent: KAB}\n")
    told = office.ok("agencies", "apply", tree, typed="y\n")
    assert "+ DPU" in told
    assert "Tidak ada perbedaan" in office.ok("agencies", "apply", tree)
    assert "Dinas PU" in office.ok("agencies", "list")
    assert {each["code"]: each["parent"] for each in office.json("agencies", "list")} == {"A": None, "KAB": None, "DPU": "KAB"}
    office.fails(Exit.WAITS, "agencies", "apply", office.write("t.yaml", "- {code: KAB, name: Kota}"), typed="n\n")


def test_every_mistake_in_the_agencies_is_said_at_once(office: Office) -> None:
    office.add("dinas")
    file = office.write(
        "bad.yaml",
        "- {code: A, name: A, parent: B}\n- {code: B, name: B, parent: A}\n- {code: C, name: C, parent: DINS, connection: dinass}\n",
    )
    told = office.fails(Exit.CONFIGURATION, "agencies", "apply", file, "--yes")
    for piece in ("A.parent", "B.parent", "leads back", "C.parent", "mean DINAS?", "C.connection", "mean dinas?"):
        assert piece in told, piece
    assert "mean code?" in office.fails(Exit.CONFIGURATION, "agencies", "apply", office.write("x.yaml", "- {cod: a, name: b}"))


def test_a_complaint_reaches_the_app_of_its_holder_as_soon_as_that_is_known(office: Office) -> None:
    first, second = office.live("a", "b")
    office.ok("agencies", "apply", office.write("t.yaml", "- {code: DPU, name: Dinas PU}"), "--yes")
    complaint = office.filed(first)
    office.ok("complaints", "assign", complaint, "--agency", "DPU")
    office.ok("sync", "b")
    assert not second.store.rows
    assert "1 laporan" in office.ok("agencies", "apply", office.write("t.yaml", "- {code: DPU, name: Dinas PU, parent: B}"), "--yes")
    office.ok("sync", "b")
    assert len(second.store.rows) == 1
