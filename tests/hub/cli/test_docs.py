"""docs/cli.md says what there is, and nothing else."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import click

from hub.cli.exits import Exit
from hub.cli.root import root
from hub.operations.declared import DeclaredSchema
from hub.operations.files import parse
from hub.operations.policy import PolicySchema

DOCS = (Path(__file__).parents[3] / "docs" / "cli.md").read_text("utf-8")


def commands(group: click.Group, path: str) -> Iterator[str]:
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        if isinstance(command, click.Group) and name != "demo":
            yield from commands(command, f"{path} {name}")
        else:
            yield f"{path} {name}"


def test_every_command_is_in_the_docs_and_every_command_in_the_docs_is_there() -> None:
    assert sorted(re.findall(r"^\| `(simpul [a-z ]+)` \|", DOCS, re.MULTILINE)) == sorted(commands(root, "simpul"))


def test_every_exit_code_is_in_the_docs_and_no_other() -> None:
    told = {name: int(code) for code, name in re.findall(r"^\| (\d+) \| ([A-Z_]+) \|", DOCS, re.MULTILINE)}
    assert told == {code.name: code.value for code in Exit}


def test_the_file_in_the_docs_names_every_policy_setting_and_passes() -> None:
    (text,) = re.findall(r"```yaml\n(# simpul connections apply.*?)```", DOCS, re.DOTALL)
    (declared,) = DeclaredSchema(many=True).load(parse(text))
    assert PolicySchema().validate(declared["policy"]) == {}
    assert set(declared["policy"]) == {field.data_key or name for name, field in PolicySchema().load_fields.items()}


def test_every_command_says_in_one_line_what_it_is_for() -> None:
    for path in commands(root, "simpul"):
        command: click.Command = root
        for name in path.split()[1:]:
            assert isinstance(command, click.Group)
            command = command.get_command(click.Context(command), name) or command
        assert command.get_short_help_str(150).endswith((".", "…")), path
