"""`simpul connections add | list | show | check | probe`, and `simpul connectors`."""

from __future__ import annotations

from connectors.memory.faults import FaultKind
from hub.cli.exits import Exit
from tests.hub.cli.office import Office, breaks, mends

SECRET = "sangat-rahasia-42"
DATABASE = """\
url: mysql://pengaduan@127.0.0.1:3306/kota
time_zone: WIB
complaints: {table: pengaduan, key: id, columns: {title: judul, description: isi}}
"""


def test_the_kinds_of_app_are_listed_with_the_settings_they_take(office: Office) -> None:
    assert "memory" in office.ok("connectors")
    assert {"database", "memory"} <= {each["name"] for each in office.json("connectors")["connectors"]}
    assert next(each for each in office.json("connectors", "database") if each["name"] == "password")["secret"]
    assert "Did you mean memory?" in office.fails(Exit.NOT_FOUND, "connectors", "memori")


def test_an_added_connection_is_listed_and_shown_and_writes_nothing_yet(office: Office) -> None:
    office.add("dinas")
    (one,) = office.json("connections", "list")
    assert (one["name"], one["state"], one["live"], one["agency"]) == ("dinas", "initialising", False, "DINAS")
    assert "Persiapan" in office.ok("connections", "list")
    assert "Initialising" in office.ok("connections", "list", "--lang", "en")
    assert "settings.app" in office.ok("connections", "show", "dinas")
    assert office.json("connections", "show", "dinas")["sheet"]["can_create"] is True


def test_an_empty_list_says_so(office: Office) -> None:
    assert office.ok("connections", "list") == "Tidak ada.\n"


def test_everything_wrong_with_a_connection_is_said_at_once_with_the_nearest_names(office: Office) -> None:
    file = office.write("bad.yaml", "settings: {ap: x, pagesize: 3}\npolicy: {shar: [title], hide: [titel], interval: 0}\n")
    told = office.fails(Exit.CONFIGURATION, "connections", "add", "bad name", "--kind", "memory", "--file", file)
    for piece in (
        "settings.ap",
        "mean app?",
        "mean page_size?",
        "settings.app: Missing",
        "mean share?",
        "mean title?",
        "policy.interval",
        "name:",
    ):
        assert piece in told, piece
    told = office.fails(Exit.CONFIGURATION, "connections", "add", "x", "--kind", "memori")
    assert "Did you mean memory?" in told
    assert office.json("connections", "list") == []


def test_a_name_is_taken_once(office: Office) -> None:
    office.add("dinas")
    told = office.fails(Exit.REFUSED, "connections", "add", "dinas", "--kind", "memory", "--set", "app=y")
    assert told.startswith("Galat: ") and "another name" in told


def test_an_unreadable_file_is_a_sentence_that_repeats_nothing_of_it(office: Office) -> None:
    file = office.write("broken.yaml", f"password: [{SECRET}\n: :")
    told = office.fails(Exit.CONFIGURATION, "connections", "add", "x", "--kind", "memory", "--file", file)
    assert "is not YAML at line" in told and SECRET not in told
    assert "cannot be read" in office.fails(Exit.CONFIGURATION, "connections", "add", "x", "--kind", "memory", "--file", "/nowhere.yaml")


def test_secrets_are_asked_or_taken_from_the_environment_and_never_shown(office: Office) -> None:
    file = office.write("settings.yaml", DATABASE)
    add = ("connections", "add", "--kind", "database", "--file", file)
    told = office.ok(*add, "kota", "--secret", "password", typed=f"{SECRET}\n")
    office.environ["DB_SANDI"] = SECRET
    told += office.ok(*add, "desa", "--secret-env", "password=DB_SANDI")
    told += office.fails(Exit.CONFIGURATION, *add, "laut", "--secret-env", "password=DB_SANDO")
    for words in (("list",), ("show", "kota"), ("show", "desa"), ("export",)):
        told += office.ok("connections", *words) + office.ok("connections", *words, "--json")
    assert SECRET not in told and "•••" in told
    assert SECRET.encode() not in (office.home / "hub" / "hub.db").read_bytes()
    with office.terminal.hub.store.unit() as unit:
        assert office.terminal.hub.connector(unit.connection("kota")).settings["password"] == SECRET


def test_one_setting_may_lead_into_a_section(office: Office) -> None:
    office.ok("connections", "add", "x", "--kind", "memory", "--set", f"app={office.home}/x", "--set", "responses.reads=true")
    assert office.json("connections", "show", "x")["settings"]["responses"] == {"reads": True}
    assert "KEY=VALUE" in office.fails(Exit.USAGE, "connections", "add", "y", "--kind", "memory", "--set", "app")


def test_check_says_plainly_whether_it_works(office: Office) -> None:
    app = office.add("dinas")
    assert "berfungsi" in office.ok("connections", "check", "dinas")
    breaks(app, FaultKind.STOP)
    assert "Correct the credentials" in office.fails(Exit.WAITS, "connections", "check", "dinas")
    breaks(app, FaultKind.REFUSE)
    assert "busy" in office.fails(Exit.UNREACHABLE, "connections", "check", "dinas")
    mends(app)
    assert "no connection 'dina'" in office.fails(Exit.NOT_FOUND, "connections", "check", "dina")


def test_probe_prints_what_was_measured(office: Office) -> None:
    office.add("dinas")
    assert "tidak mengukur" in office.ok("connections", "probe", "dinas")
    assert office.json("connections", "probe", "dinas") == []
    office.fails(Exit.NOT_FOUND, "connections", "probe", "dina")


def test_a_rate_is_shown_with_the_moment_from_which_the_app_is_asked_again(office: Office) -> None:
    (kota,) = office.live("kota")
    assert "tak dibatasi" in office.ok("connections", "show", "kota")
    policy = f"- {{name: kota, kind: memory, agency: KOTA, settings: {{app: {office.home}/kota}}, policy: {{rate: 6}}}}"
    office.ok("connections", "apply", office.write("rate.yaml", policy), "--yes")
    for number in range(5):
        kota.file("Judul", f"Nomor {number} rusak")
    said = office.ok("sync", "kota")
    assert "habis untuk saat ini; dipanggil lagi mulai 2026-" in said
    shown = office.json("connections", "show", "kota")
    assert shown["policy"] == {"rate": 6}
    assert "paling banyak 6" in office.ok("connections", "show", "kota")
