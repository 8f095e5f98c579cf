"""The pages are true: each command and option is in the program, each link and each make target exists."""

from __future__ import annotations

import configparser
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from hub.cli.root import root

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md")), ROOT / "connectors" / "README.md", ROOT / "tests" / "README.md"]
NAMES = [str(page.relative_to(ROOT)) for page in PAGES]


def commands(text: str) -> Iterator[list[str]]:
    """Every command that a page shows, on a line of a block or between backticks, as words after ``simpul``."""
    lines = [line for block in re.findall(r"```\w*\n(.*?)```", text, re.DOTALL) for line in block.splitlines()]
    shown = [re.sub(r"^\s*(?:# +)?", "", line) for line in lines]
    shown += re.findall(r"`(simpul [^`\n]+)`", re.sub(r"```.*?```", "", text, flags=re.DOTALL))
    for line in shown:
        if re.match(r"simpul [a-z]", line):
            yield shlex.split(re.split(r" > |:(?: |$)", line)[0], comments=True)[1:]


def options(command: click.Command, context: click.Context) -> set[str]:
    return {name for each in command.get_params(context) for name in (*each.opts, *each.secondary_opts)}


def resolved(words: list[str]) -> tuple[click.Command, list[str]]:
    command: click.Command = root
    while words and isinstance(command, click.Group) and not words[0].startswith("-"):
        found = command.get_command(click.Context(command), words[0])
        assert found is not None, f"there is no command {words[0]!r} in: simpul {' '.join(words)}"
        command, words = found, words[1:]
    return command, words


@pytest.mark.parametrize("page", PAGES, ids=NAMES)
def test_every_command_on_the_page_is_there_with_these_options(page: Path) -> None:
    for words in commands(page.read_text("utf-8")):
        command, rest = resolved(words)
        known = options(command, click.Context(command))
        for word in rest:
            if word.startswith("--"):
                assert word.partition("=")[0] in known, f"simpul {' '.join(words)}: no option {word}"


def test_there_are_commands_to_check() -> None:
    assert len(list(commands(PAGES[0].read_text("utf-8")))) >= 7


@pytest.mark.parametrize("page", PAGES, ids=NAMES)
def test_every_relative_link_leads_to_a_file(page: Path) -> None:
    text = re.sub(r"```.*?```", "", page.read_text("utf-8"), flags=re.DOTALL)
    for target in re.findall(r"\]\(([^)#\s]+)[^)]*\)", text):
        if "://" not in target:
            assert (page.parent / target).exists(), target


@pytest.mark.parametrize("page", PAGES, ids=NAMES)
def test_nothing_of_ours_is_installed_from_an_index_by_its_name(page: Path) -> None:
    extras = configparser.ConfigParser()
    extras.read(ROOT / "setup.cfg")
    for line in re.findall(r"pip install ([^`\n#]+)", page.read_text("utf-8")):
        assert not re.search(r"\bsimpul\b", line), line
        for named in re.findall(r"\.\[([^]]+)\]", line):
            assert set(named.split(",")) <= set(extras["options.extras_require"]), line


def test_every_make_target_of_the_readme_is_in_the_makefile() -> None:
    makefile = (ROOT / "Makefile").read_text("utf-8")
    for target in set(re.findall(r"(?:^|`)make ([a-z-]+)", PAGES[0].read_text("utf-8"), re.MULTILINE)):
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target


def test_every_folder_says_in_a_line_what_it_is_for() -> None:
    for top in ("contracts", "connectors", "hub"):
        for marker in sorted((ROOT / top).rglob("__init__.py")):
            assert marker.read_text("utf-8").startswith('"""'), marker
    for page, folder in (("connectors/README.md", "connectors"), ("tests/README.md", "tests")):
        text = (ROOT / page).read_text("utf-8")
        for each in (ROOT / folder).iterdir():
            if each.is_dir() and not each.name.startswith(("_", ".")):
                assert f"`{each.name}/`" in text, each
