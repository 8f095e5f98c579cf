"""Does the suite notice when a safety rule is taken out of the engine? ``python -m tests.sync.mutate [rule words …]``

Each rule is taken out of a copy of the project; the properties, the scenarios and then the state machine are run against
it until a test fails, and which one is printed. A stage that comes to no end, or cannot be run at all, proves nothing: the
next one is asked. Ends with status 1 if a rule was not noticed. Two at a time (``--jobs``).
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.sync.mutants import MUTANTS, Mutant

ROOT = Path(__file__).resolve().parents[2]
CAUGHT, SURVIVED, NO_END, NO_RUN = "caught", "SURVIVED", "NO END", "NO RUN"
_OTHERS = {"test_rules.py", "test_machine.py", "test_mutants.py"}
_STORIES = sorted(f"tests/sync/{path.name}" for path in Path(__file__).parent.glob("test_*.py") if path.name not in _OTHERS)
STAGES = (
    ("property test", "not real", ["tests/sync/test_rules.py"]),
    ("scenario", "not real and not long", _STORIES),
    ("long scenario", "not real and long", _STORIES),
    ("state machine", "not real", ["tests/sync/test_machine.py"]),
)
_FAILED = 1


def copy_without(mutant: Mutant, folder: Path) -> None:
    """Copy the project without one rule; raises ValueError where the rule's words do not stand exactly once."""
    for name in ("contracts", "connectors", "hub", "tests", "setup.cfg", "pyproject.toml"):
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, folder / name)
    for file, old, new in mutant.changes:
        path = folder / file
        text = path.read_text()
        if text.count(old) != 1:
            raise ValueError(f"{mutant.rule}: its words stand {text.count(old)} times in {file}: {old!r}")
        path.write_text(text.replace(old, new))


def tried(mutant: Mutant, histories: int, seconds: float) -> tuple[str, str]:
    """Run the suite against the copy; return the word for what became of the rule, and the test or the stage that says so."""
    unproven = SURVIVED, ""
    with tempfile.TemporaryDirectory(prefix="simpul-mutant-") as name:
        folder = Path(name)
        copy_without(mutant, folder)
        for stage, marked, tests in STAGES:
            try:
                ran = _run(folder, marked, tests, histories, seconds)
            except subprocess.TimeoutExpired:
                unproven = NO_END, f"{stage}: none in {seconds:.0f} s"
                continue
            if ran.returncode == _FAILED:
                return CAUGHT, f"{stage}: {_first_failure(ran.stdout + ran.stderr)}"
            if ran.returncode != 0:
                unproven = NO_RUN, f"{stage}: {_first_failure(ran.stdout + ran.stderr)}"
    return unproven


def _run(folder: Path, marked: str, tests: list[str], histories: int, seconds: float) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(folder), "SIMPUL_HISTORIES": str(histories), "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, "-m", "pytest", "-x", "-q", "-m", marked, "-p", "no:cacheprovider", *tests]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=seconds, check=False)


def _first_failure(output: str) -> str:
    found = re.search(r"^(?:FAILED|ERROR) \S+?(?:::(\S+))?(?: - (.*))?$", output, re.MULTILINE)
    if found is None:
        return output.strip().splitlines()[-1] if output.strip() else "died without a word"
    return " ".join(part for part in (found.group(1) or found.group(0), found.group(2)) if part)[:160]


def main(arguments: list[str] | None = None) -> int:
    """Take the rules out one by one and print what caught each; 1 if one was not noticed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("words", nargs="*", help="only the rules that contain these words")
    parser.add_argument("--histories", type=int, default=150)
    parser.add_argument("--seconds", type=float, default=900.0, help="for one stage of one rule")
    parser.add_argument("--jobs", type=int, default=2)
    given = parser.parse_args(arguments)
    chosen = [mutant for mutant in MUTANTS if all(word in mutant.rule for word in given.words)]
    unnoticed, began = 0, time.monotonic()
    with ThreadPoolExecutor(given.jobs) as pool:
        results = pool.map(lambda mutant: tried(mutant, given.histories, given.seconds), chosen)
        for mutant, (word, by) in zip(chosen, results, strict=True):
            unnoticed += word != CAUGHT
            print(f"{word:8}  {mutant.rule}  |  {by}", flush=True)
    print(f"{len(chosen)} rules taken out, {unnoticed} not noticed, {time.monotonic() - began:.0f} s")
    return 1 if unnoticed or not chosen else 0


if __name__ == "__main__":
    sys.exit(main())
