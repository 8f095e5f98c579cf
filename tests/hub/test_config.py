from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.errors import ConfigurationProblems
from hub.config import Settings

HOME = {"HOME": "/home/siti"}
SECRET = "rahasia-sekali"


def _problems(environ: dict[str, str]) -> dict[str, str]:
    with pytest.raises(ConfigurationProblems) as caught:
        Settings.load(environ)
    return dict(caught.value.problems)


def _file(tmp_path: Path, content: str) -> dict[str, str]:
    (tmp_path / "simpul.yaml").write_text(content, "utf-8")
    return {**HOME, "SIMPUL_CONFIG": str(tmp_path / "simpul.yaml")}


def test_a_laptop_needs_no_settings_at_all() -> None:
    assert Settings.load(HOME) == Settings(
        home=Path("/home/siti/.simpul"),
        database="sqlite:////home/siti/.simpul/hub.db",
        keys=Path("/home/siti/.simpul/keys.json"),
        coordinator="pusat",
        national=None,
        language="id",
        log_level="info",
        log_format="logfmt",
    )


def test_every_name_is_read_from_the_environment() -> None:
    settings = Settings.load(
        {
            "SIMPUL_HOME": "/srv/simpul",
            "SIMPUL_DATABASE": "postgresql+psycopg://hub@db/hub",
            "SIMPUL_KEYS": "/etc/simpul/keys.json",
            "SIMPUL_COORDINATOR": "kemenpan-rb",
            "SIMPUL_NATIONAL": "lapor",
            "SIMPUL_LANGUAGE": "EN",
            "SIMPUL_LOG_LEVEL": "Debug",
        }
    )
    assert settings == Settings(
        Path("/srv/simpul"), "postgresql+psycopg://hub@db/hub", Path("/etc/simpul/keys.json"), "kemenpan-rb", "lapor", "en", "debug"
    )


def test_a_new_home_moves_the_files_that_are_not_named() -> None:
    settings = Settings.load({"SIMPUL_HOME": "/srv/simpul", "SIMPUL_KEYS": "/etc/keys.json"})
    assert settings.database == "sqlite:////srv/simpul/hub.db"
    assert settings.keys == Path("/etc/keys.json")


def test_relative_and_home_paths_become_whole_ones() -> None:
    settings = Settings.load({**HOME, "SIMPUL_HOME": "~/hub", "SIMPUL_KEYS": "keys.json"})
    assert settings.home == Path("/home/siti/hub")
    assert settings.keys == Path.cwd() / "keys.json"


def test_an_empty_value_counts_as_not_given() -> None:
    assert Settings.load({**HOME, "SIMPUL_NATIONAL": "", "SIMPUL_LANGUAGE": " ", "SIMPUL_CONFIG": ""}) == Settings.load(HOME)


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_every_spelling_of_postgresql_means_the_driver_we_ship(scheme: str) -> None:
    assert Settings.load({**HOME, "SIMPUL_DATABASE": f"{scheme}://hub:pw@db/hub"}).database == "postgresql+psycopg://hub:pw@db/hub"


@pytest.mark.parametrize(
    "address", ["sqlite://", "sqlite:///", "sqlite:////", "sqlite:///:memory:", "sqlite:///hub.db", "postgresql://", "hub.db"]
)
def test_a_database_that_forgets_or_moves_with_the_working_folder_is_refused(address: str) -> None:
    assert "write sqlite:////path" in _problems({**HOME, "SIMPUL_DATABASE": address})["SIMPUL_DATABASE"]


def test_all_problems_are_reported_together() -> None:
    assert _problems(
        {
            "SIMPUL_DATABASE": f"oracle://hub:{SECRET}@db/hub",
            "SIMPUL_KEYS": "~/keys.json",
            "SIMPUL_COORDINATOR": "dua kata",
            "SIMPUL_LANGUAGE": "indonesia",
            "SIMPUL_LOG_LEVEL": "waring",
            "SIMPUL_DATBASE": "x",
        }
    ).keys() == {
        "SIMPUL_HOME",
        "SIMPUL_DATABASE",
        "SIMPUL_KEYS",
        "SIMPUL_COORDINATOR",
        "SIMPUL_LANGUAGE",
        "SIMPUL_LOG_LEVEL",
        "SIMPUL_DATBASE",
    }


def test_a_misspelt_name_is_told_the_nearest_one() -> None:
    assert "Did you mean SIMPUL_COORDINATOR?" in _problems({**HOME, "SIMPUL_CORDINATOR": "pusat"})["SIMPUL_CORDINATOR"]
    assert "Did you mean warning?" in _problems({**HOME, "SIMPUL_LOG_LEVEL": "waring"})["SIMPUL_LOG_LEVEL"]


def test_the_names_of_the_test_suite_and_of_others_are_left_alone() -> None:
    others = {"SIMPUL_REAL": "1", "SIMPUL_EXAMPLES": "9", "SIMPUL_SAMPLES": "/x", "SIMPUL_TEST_POSTGRESQL": "y", "PATH": "/bin"}
    assert Settings.load(HOME | others) == Settings.load(HOME)


def test_no_password_is_shown_in_a_problem_or_in_the_settings() -> None:
    for address in (f"oracle://hub:{SECRET}@db/hub", f"hub:{SECRET}@db", SECRET, f"postgresql:{SECRET}"):
        assert SECRET not in str(_problems({**HOME, "SIMPUL_DATABASE": address}))
    assert SECRET not in repr(Settings.load({**HOME, "SIMPUL_DATABASE": f"postgresql://hub:{SECRET}@db/hub"}))


def test_a_file_is_read_and_the_environment_beats_it(tmp_path: Path) -> None:
    environ = _file(tmp_path, "home: data\ncoordinator: jatim\nnational: lapor\nlanguage:\n")
    settings = Settings.load({**environ, "SIMPUL_COORDINATOR": "pusat"})
    assert settings.home == tmp_path / "data"
    assert (settings.coordinator, settings.national, settings.language) == ("pusat", "lapor", "id")


def test_an_empty_file_says_nothing(tmp_path: Path) -> None:
    assert Settings.load(_file(tmp_path, "# nothing yet\n")) == Settings.load(HOME)


def test_a_file_reports_its_problems_together_with_the_environments(tmp_path: Path) -> None:
    environ = _file(tmp_path, "coordinater: jatim\nnational: 35.10\nlanguage: jawa\n")
    problems = _problems({**environ, "SIMPUL_LOG_LEVEL": "loud"})
    assert "Did you mean coordinator?" in problems["simpul.yaml: coordinater"]
    assert "quotes" in problems["simpul.yaml: national"]
    assert problems.keys() == {"simpul.yaml: coordinater", "simpul.yaml: national", "simpul.yaml: language", "SIMPUL_LOG_LEVEL"}


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (f"database: [{SECRET}\n", "not YAML at line"),
        (f"database: '{SECRET}'\ndatabase: '{SECRET}'\n", "not YAML at line"),
        (f"- {SECRET}\n", "not a list of settings"),
        (SECRET, "not a list of settings"),
    ],
)
def test_a_file_that_is_not_a_list_of_settings_is_told_so_without_its_content(tmp_path: Path, content: str, told: str) -> None:
    problem = _problems(_file(tmp_path, content))["SIMPUL_CONFIG"]
    assert told in problem and SECRET not in problem


def test_a_file_that_is_absent_or_not_utf8_is_told_so(tmp_path: Path) -> None:
    assert "cannot be read" in _problems({**HOME, "SIMPUL_CONFIG": str(tmp_path / "none.yaml")})["SIMPUL_CONFIG"]
    (tmp_path / "latin.yaml").write_bytes(b"national: \xe9\n")
    assert "not UTF-8" in _problems({**HOME, "SIMPUL_CONFIG": str(tmp_path / "latin.yaml")})["SIMPUL_CONFIG"]


def test_settings_are_frozen() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        Settings.load(HOME).language = "en"  # type: ignore[misc]


@given(
    st.dictionaries(st.sampled_from(["HOME", "SIMPUL_HOME", "SIMPUL_DATABASE", "SIMPUL_KEYS", "SIMPUL_NATIONAL", "SIMPUL_X"]), st.text())
)
def test_whatever_the_environment_says_the_answer_is_settings_or_problems(environ: dict[str, str]) -> None:
    try:
        settings = Settings.load(environ)
    except ConfigurationProblems as error:
        assert error.problems
    else:
        assert settings.home.is_absolute() and settings.keys.is_absolute()


def test_the_file_in_the_hubs_own_folder_is_read_unless_another_is_named(tmp_path: Path) -> None:
    environ = {"HOME": str(tmp_path), "SIMPUL_HOME": str(tmp_path / "hub")}
    assert Settings.load(environ).coordinator == "pusat"
    (tmp_path / "hub").mkdir()
    (tmp_path / "hub" / "simpul.yaml").write_text("coordinator: kemenpan\ntls: 'on'\n", "utf-8")
    (tmp_path / "other.yaml").write_text("language: en\n", "utf-8")
    found = Settings.load(environ)
    assert (found.coordinator, found.tls) == ("kemenpan", True)
    assert Settings.load({**environ, "SIMPUL_CONFIG": str(tmp_path / "other.yaml")}).coordinator == "pusat"
    assert Settings.load({**environ, "SIMPUL_TLS": "off"}).tls is False
    (tmp_path / "hub" / "simpul.yaml").write_text("tls: maybe\n- x", "utf-8")
    assert list(_problems(environ)) == ["simpul.yaml"] and list(_problems({**environ, "SIMPUL_TLS": "true"})) == [
        "simpul.yaml",
        "SIMPUL_TLS",
    ]


@pytest.mark.parametrize("given", [f"redis://:{SECRET}@mq", f"amqp:///{SECRET}", SECRET, f"amqp://guest@mq:{SECRET}/"])
def test_a_broker_that_is_not_rabbitmq_is_refused_without_repeating_it(given: str) -> None:
    told = _problems(HOME | {"SIMPUL_BROKER": given})
    assert "amqp://" in told["SIMPUL_BROKER"] and SECRET not in str(told)


def test_a_broker_s_address_is_not_shown() -> None:
    settings = Settings.load(HOME | {"SIMPUL_BROKER": f"amqps://hub:{SECRET}@mq.example:5671/simpul"})
    assert settings.needed_broker().startswith("amqps://hub")
    assert SECRET not in repr(settings)
