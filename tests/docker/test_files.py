"""The files that run the hub are whole and careful: pinned, unprivileged, watched, without secrets, and ours to the last option."""

from __future__ import annotations

import configparser
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import click
import pytest
from packaging.requirements import Requirement
from packaging.version import Version
from ruamel.yaml import YAML

from hub.cli.root import root
from hub.config import OWN_FILE, PREFIX, Settings
from hub.operations.declared import DeclaredSchema
from hub.operations.files import parse
from hub.work.roles import PATIENCE
from tests.docker.files import DOCKER, ROOT, command, compose, dockerfile, environment, settings, words_of

ALL = compose("compose.yaml", "example/compose.yaml")
SERVICES: dict[str, dict[str, Any]] = ALL["services"]
OURS = {name: service for name, service in SERVICES.items() if service["image"] == "simpul"}
LASTING = {name: service for name, service in SERVICES.items() if service["restart"] == "unless-stopped"}
UNITS = sorted((DOCKER / "systemd").glob("*.service"))
each_service = pytest.mark.parametrize("service", SERVICES.values(), ids=list(SERVICES))
each_unit = pytest.mark.parametrize("unit", UNITS, ids=[unit.name for unit in UNITS])


def checked(words: list[str]) -> None:
    """A command of ours with every option that it names; raises what click would say."""
    assert words[0] == "simpul", words
    current: click.Command = root
    words, context = words[1:], click.Context(root)
    while isinstance(current, click.Group):
        found = current.get_command(context, words[0])
        assert found is not None, words
        current, words = found, words[1:]
        context = click.Context(current, parent=context)
    current.parse_args(context, words)


def pins() -> dict[str, Version]:
    lines = (DOCKER / "requirements.txt").read_text("utf-8").splitlines()
    return {name: Version(number) for name, number in (line.split("==") for line in lines if not line.startswith("#"))}


# -- the image


def test_every_requirement_is_pinned_to_a_version_that_setup_cfg_allows() -> None:
    config = configparser.ConfigParser()
    config.read(ROOT / "setup.cfg")
    extras = config["options.extras_require"]
    asked = "\n".join([config["options"]["install_requires"], *(extras[name] for name in ("hub", "mysql", "postgresql"))])
    required = [Requirement(line) for line in asked.splitlines() if line.strip() and not line.startswith("#")]
    pinned = pins()
    assert len(required) > 15
    for one in required:
        name = one.name.lower().replace("_", "-")
        assert name in pinned, f"{name} is not pinned: run docker/lock.py"
        assert one.specifier.contains(pinned[name]), f"{name} {pinned[name]} is not {one.specifier}: run docker/lock.py"
        assert all(f"{name}-{extra}" in pinned for extra in one.extras)


def test_both_stages_begin_from_the_same_pinned_image_and_the_last_one_is_nobody_s() -> None:
    stages = dockerfile()
    assert len({stage.base for stage in stages}) == 1 and re.fullmatch(r"python:3\.11\.\d+-slim-\w+", stages[0].base)
    last = [word for word, _ in stages[-1].steps]
    assert stages[-1].last("USER") == "10001:10001" and "RUN" not in last[last.index("USER") :]
    assert last.count("ENTRYPOINT") == last.count("CMD") == last.count("HEALTHCHECK") == 1
    assert not [rest for stage in stages for word, rest in stage.steps if word == "ADD" or "curl" in rest or "latest" in rest]


def test_what_the_image_runs_is_a_command_of_ours() -> None:
    last = dockerfile()[-1]
    checked([*words_of(last.last("ENTRYPOINT")), *words_of(last.last("CMD"))])
    checked(words_of(last.last("HEALTHCHECK")))


def test_everything_that_is_copied_into_the_image_is_there_and_let_through() -> None:
    let = (DOCKER / "Dockerfile.dockerignore").read_text("utf-8").splitlines()
    copied = [name for rest in dockerfile()[0].all("COPY") for name in rest.split()[:-1]]
    for name in copied:
        assert (ROOT / name).exists() and f"!{name}" in let, name


def test_the_programs_in_the_image_are_of_the_release_of_the_database_beside_it() -> None:
    ours = re.search(r"postgresql-client-(\d+)", dockerfile()[-1].last("RUN") + dockerfile()[-1].all("RUN")[0])
    theirs = re.match(r"postgres:(\d+)", SERVICES["postgresql"]["image"])
    assert ours and theirs and ours[1] == theirs[1]


# -- compose


@each_service
def test_a_container_may_do_as_little_as_possible(service: dict[str, Any]) -> None:
    assert service["read_only"] and service["cap_drop"] == ["ALL"] and service["security_opt"] == ["no-new-privileges:true"]
    assert "privileged" not in service and "network_mode" not in service
    assert service["image"] == "simpul" or re.fullmatch(r"(postgres|rabbitmq):\d+\.\d+[\w.-]*", service["image"])
    assert all(re.match(r"127\.0\.0\.1:\d+:\d+$", port) for port in service.get("ports", []))


@pytest.mark.parametrize("service", LASTING.values(), ids=list(LASTING))
def test_a_container_that_stays_is_watched(service: dict[str, Any]) -> None:
    assert {"test", "interval", "timeout", "retries", "start_period"} <= set(service["healthcheck"])


@pytest.mark.parametrize("name", OURS)
def test_our_containers_run_commands_of_ours(name: str) -> None:
    service = OURS[name]
    words = command(service)
    if name == "connect":
        for line in words[-1].strip().splitlines():
            checked(line.split())
    elif words[0] == "simpul":
        checked(words)
    if "healthcheck" in service:
        checked(service["healthcheck"]["test"][1:])


def test_nothing_of_ours_starts_before_what_it_needs_and_everything_named_is_there() -> None:
    for name in ("web", "worker", "scheduler"):
        assert SERVICES[name]["depends_on"] == {
            "migrate": {"condition": "service_completed_successfully"},
            "postgresql": {"condition": "service_healthy"},
            "rabbitmq": {"condition": "service_healthy"},
        }
    for service in SERVICES.values():
        for other, how in service.get("depends_on", {}).items():
            healthy = how["condition"] == "service_healthy"
            assert not healthy or "healthcheck" in SERVICES[other]
        for volume in service.get("volumes", []):
            source = volume.split(":")[0]
            assert source in ALL["volumes"] or source == "./backups" or (DOCKER / source).is_file(), volume
        for secret in service.get("secrets", []):
            assert (secret if isinstance(secret, str) else secret["source"]) in ALL["secrets"]
        assert all((DOCKER / file).is_file() for file in service.get("env_file", []))


def test_every_setting_is_one_of_the_hub_s_and_none_of_them_is_a_secret() -> None:
    known = {f"{PREFIX}{name.upper()}" for name in Settings.__dataclass_fields__} | {f"{PREFIX}CONFIG"}
    given = [settings((DOCKER / "simpul.env").read_text("utf-8")), environment(dockerfile()[-1])]
    given += [service.get("environment", {}) for service in OURS.values()]
    names = {name for each in given for name in each}
    assert {name for name in names if name.startswith(PREFIX)} <= known and f"{PREFIX}DATABASE" not in names
    assert not [value for service in SERVICES.values() for value in service.get("environment", {}).values() if "://" in value]


def test_there_is_time_for_what_is_at_work_to_end() -> None:
    for name in ("web", "worker", "scheduler"):
        assert int(SERVICES[name]["stop_grace_period"].removesuffix("s")) > PATIENCE + 5


def test_the_secrets_are_made_once_and_are_what_the_containers_ask_for(tmp_path: Path) -> None:
    shutil.copy(DOCKER / "prepare.sh", tmp_path)
    for status in (0, 1):
        assert subprocess.run(["sh", tmp_path / "prepare.sh"], capture_output=True, check=False).returncode == status
    made = tmp_path / "secrets"
    assert {f"secrets/{name}" for name in ("simpul.yaml", "postgresql_password", "rabbitmq.conf")} == {
        secret["file"] for secret in ALL["secrets"].values()
    }
    assert made.stat().st_mode & 0o077 == 0
    (made / OWN_FILE).chmod(0o444)
    loaded = Settings.load({"SIMPUL_CONFIG": str(made / OWN_FILE), "HOME": str(tmp_path)})
    password = (made / "postgresql_password").read_text()
    assert len(password) == 48 and f":{password}@postgresql:5432/simpul" in loaded.database
    assert loaded.needed_broker().rpartition("@")[0].removeprefix("amqp://simpul:") in (made / "rabbitmq.conf").read_text()


def test_the_example_is_the_demo_s_own_app_with_its_own_settings() -> None:
    (given,) = DeclaredSchema(many=True).load(parse((DOCKER / "example" / "connections.yaml").read_text("utf-8")))
    own = YAML(typ="safe").load(ROOT / "hub" / "demo" / "apps" / "laporkota" / "connection.yaml")
    file = command(SERVICES["region"])[-1]
    assert given["settings"] == own | {"url": f"sqlite:///{file}"}
    assert all("region:/srv/example" in SERVICES[name]["volumes"] for name in ("region", "connect", "worker"))


def test_the_files_name_no_registry() -> None:
    for path in DOCKER.rglob("*"):
        if path.is_file() and path.suffix != ".json":
            assert not re.search(r"(docker|ghcr|quay|pypi|pythonhosted)\.(io|org)", path.read_text("utf-8")), path


# -- systemd and nginx


@each_unit
def test_a_unit_runs_a_command_of_ours_as_a_user_of_its_own_with_time_to_end(unit: Path) -> None:
    text = unit.read_text("utf-8").replace("%i", "1")
    found = configparser.RawConfigParser(strict=False)
    found.optionxform = str  # type: ignore[assignment,method-assign]
    found.read_string(text)
    service = found["Service"]
    words = service["ExecStart"].split()
    assert words[0] == "/opt/simpul/bin/simpul"
    checked(["simpul", *words[1:]])
    hard = {"User": "simpul", "NoNewPrivileges": "yes", "ProtectSystem": "strict", "ProtectHome": "yes", "PrivateTmp": "yes"}
    assert hard.items() <= dict(service).items()
    if service["Type"] == "exec":
        assert int(service["TimeoutStopSec"]) > PATIENCE + 5 and service["Restart"] == "always"
        assert "simpul-migrate.service" in found["Unit"]["After"]


def test_systemd_understands_the_units(tmp_path: Path) -> None:
    program = shutil.which("systemd-analyze")
    if program is None:
        pytest.skip("there is no systemd-analyze on this machine")
    for path in (DOCKER / "systemd").iterdir():
        (tmp_path / path.name).write_text(path.read_text("utf-8").replace("/opt/simpul/bin/simpul", shutil.which("true") or ""))
    names = [str(path) for path in tmp_path.iterdir()]
    ended = subprocess.run([program, "verify", "--man=no", *names], capture_output=True, text=True, timeout=60, check=False)
    assert (ended.returncode, ended.stderr.strip()) == (0, "")


def test_nginx_understands_the_example(tmp_path: Path) -> None:
    program = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
    if program is None:
        pytest.skip("there is no nginx on this machine")
    make = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=simpul", "-days", "1"]
    subprocess.run([*make, "-keyout", tmp_path / "simpul.key", "-out", tmp_path / "simpul.crt"], check=True, capture_output=True)
    (tmp_path / "simpul.conf").write_text((DOCKER / "nginx" / "simpul.conf").read_text("utf-8").replace("/etc/nginx/tls", str(tmp_path)))
    whole = tmp_path / "nginx.conf"
    whole.write_text(f"pid {tmp_path}/pid; error_log stderr; events {{}} http {{ access_log off; include {tmp_path}/simpul.conf; }}")
    ended = subprocess.run([program, "-t", "-c", str(whole)], capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr
