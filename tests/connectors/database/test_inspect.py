"""What is proposed for a database nobody described, and the rights that go with it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from ruamel.yaml import YAML

from connectors.database.connector import DatabaseConnector
from connectors.database.grants import grants
from connectors.database.inspect import inspect, render
from connectors.database.layout import layout
from contracts.errors import Stop
from tests.connectors.database.local import LocalDatabase, loaded
from tests.connectors.database.worlds import APPS, LARAVEL, USUAL


@pytest.fixture
def proposed(files: Callable[[], LocalDatabase]) -> Callable[[str], Any]:
    def propose(app: str) -> Any:
        local = files()
        local.build(app)
        world = APPS[app][1](local)
        world.respond(world.file("Judul", "Laporan warga."), "Baik.")
        return inspect(local.address), world

    return propose


def test_the_usual_schema_is_recognised(proposed: Callable[[str], Any]) -> None:
    settings = proposed("usual")[0].settings
    assert settings["complaints"]["columns"] == {"description": "isi_laporan", "status": "status"}
    assert settings["complaints"]["date_only"]
    assert settings["complaints"]["status"] == {"words": {"0": "received"}}
    assert settings["reporter"]["column"] == "nik"
    assert settings["replies"][0]["constants"] == {"id_petugas": 1}
    assert settings["write"] == ["status"]


def test_a_laravel_app_is_recognised(proposed: Callable[[str], Any]) -> None:
    settings = proposed("laravel")[0].settings
    section = settings["complaints"]
    assert (section["modified"], section["touch_modified"], section["deleted"]) == ("updated_at", True, "deleted_at")
    assert section["columns"]["confidential"] == "flag_rahasia"
    assert (section["token"], section["same_as"]) == ("token_simpul", {"lapor": "id_lapor"})
    assert (settings["reporter"]["column"], settings["reporter"]["optional"]) == ("user_id", True)


def test_replies_in_the_same_table_are_recognised(proposed: Callable[[str], Any]) -> None:
    settings = proposed("opensid")[0].settings
    assert settings["complaints"]["where"] == {"id_pengaduan": None}
    assert settings["complaints"]["columns"]["reporter_name"] == "nama"
    assert settings["complaints"]["status"]["words"] == {"1": "received"}
    assert settings["replies"][0]["table"] == "pengaduan"


@pytest.mark.parametrize("app", sorted(APPS))
def test_a_proposal_works_as_it_is_written(proposed: Callable[[str], Any], app: str) -> None:
    proposal, world = proposed(app)
    written = render(proposal)
    settings = YAML(typ="safe").load(written)
    assert settings == proposal.settings
    connector = DatabaseConnector(loaded(settings))
    connector.check()
    records = [record for page in connector.changes(None) for record in page.records]
    assert [each.response.text for each in records[0].responses] == ["Baik."]
    assert "Laporan warga." not in written and "0812" not in written and "rahasia" not in written.replace("flag_rahasia", "")
    assert world.local.kind == "sqlite"


def test_an_unknown_status_word_is_left_to_a_person(files: Callable[[], LocalDatabase]) -> None:
    local = files()
    local.build("usual")
    world = APPS["usual"][1](local)
    world.update(world.file("", "Laporan."), status="Dilimpahkan")
    proposal = inspect(local.address)
    assert any("'Dilimpahkan'" in note for note in proposal.notes)
    assert "masyarakat.password" in proposal.secret_columns


def test_a_database_without_complaints_says_so(files: Callable[[], LocalDatabase]) -> None:
    local = files()
    local.run("CREATE TABLE barang (id INTEGER PRIMARY KEY)")
    with pytest.raises(Stop, match="barang"):
        inspect(local.address)
    with pytest.raises(Stop, match="not an address"):
        inspect("mysql://a:b@c/d")


def test_the_rights_are_no_more_than_the_settings_need() -> None:
    without = {name: value for name, value in USUAL.items() if name != "create"}
    statements = grants(
        layout(loaded({**without, "url": "mysql://simpul@10.0.0.1/aduan", "write": ["status"]})), user="hub", host="10.0.0.2"
    )
    assert statements == [
        "GRANT SELECT (`id_pengaduan`, `isi_laporan`, `status`, `tgl_pengaduan`, `foto`, `nik`), UPDATE (`status`) "
        "ON `aduan`.`pengaduan` TO 'hub'@'10.0.0.2';",
        "GRANT SELECT (`nik`, `nama`, `telp`) ON `aduan`.`masyarakat` TO 'hub'@'10.0.0.2';",
        "GRANT SELECT (`id_tanggapan`, `id_pengaduan`, `tanggapan`, `tgl_tanggapan`), "
        "INSERT (`id_pengaduan`, `tanggapan`, `tgl_tanggapan`, `id_petugas`) ON `aduan`.`tanggapan` TO 'hub'@'10.0.0.2';",
    ]


def test_the_rights_on_postgresql_begin_with_the_database_and_the_schema() -> None:
    statements = grants(layout(loaded({**LARAVEL, "url": "postgresql://simpul@10.0.0.1/aduan"})))
    assert statements[0] == 'GRANT CONNECT ON DATABASE "aduan" TO "simpul";'
    assert statements[1] == 'GRANT USAGE ON SCHEMA "public" TO "simpul";'
    assert not any("password" in statement for statement in statements)
