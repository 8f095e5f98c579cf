"""Does the suite notice when a safety rule is taken out of the engine? ``python -m tests.sync.mutate [rule words …]``

Each rule is taken out of a copy of the project; the directed scenarios, the properties and then the state machine are run
against it, and what caught it is printed. Ends with status 1 if one survives. Two at a time (``--jobs``).
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
SCENARIOS = (
    "stamps",
    "vocabularies",
    "neighbours",
    "responses",
    "restores",
    "identity",
    "refusals",
    "erasure",
    "scenarios",
)
STAGES = (
    ("property test", ["tests/sync/test_rules.py"]),
    ("scenario", [f"tests/sync/test_{name}.py" for name in SCENARIOS]),
    ("state machine", ["tests/sync/test_machine.py"]),
)


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


def caught_by(mutant: Mutant, histories: int, seconds: float) -> str | None:
    """Run the suite against the copy; return which test caught it, or None if all stayed green."""
    with tempfile.TemporaryDirectory(prefix="simpul-mutant-") as name:
        folder = Path(name)
        copy_without(mutant, folder)
        environment = {**os.environ, "PYTHONPATH": str(folder), "SIMPUL_HISTORIES": str(histories), "PYTHONDONTWRITEBYTECODE": "1"}
        for stage, tests in STAGES:
            present = [test for test in tests if (folder / test).exists()]
            if not present:
                continue
            command = [sys.executable, "-m", "pytest", "-x", "-q", "-m", "not real", "-p", "no:cacheprovider", *present]
            try:
                ran = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=seconds, check=False)
            except subprocess.TimeoutExpired:
                return f"{stage}: came to no end in {seconds:.0f} s"
            if ran.returncode != 0:
                return f"{stage}: {_first_failure(ran.stdout + ran.stderr)}"
    return None


def _first_failure(output: str) -> str:
    found = re.search(r"^(?:FAILED|ERROR) \S+?(?:::(\S+))?(?: - (.*))?$", output, re.MULTILINE)
    if found is None:
        return output.strip().splitlines()[-1] if output.strip() else "died without a word"
    return " ".join(part for part in (found.group(1) or found.group(0), found.group(2)) if part)[:160]


def main(arguments: list[str] | None = None) -> int:
    """Take the rules out one by one and print what caught each; 1 if one survives."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("words", nargs="*", help="only the rules that contain these words")
    parser.add_argument("--histories", type=int, default=150)
    parser.add_argument("--seconds", type=float, default=900.0, help="for one stage of one rule")
    parser.add_argument("--jobs", type=int, default=2)
    given = parser.parse_args(arguments)
    chosen = [mutant for mutant in MUTANTS if all(word in mutant.rule for word in given.words)]
    survived, began = 0, time.monotonic()
    with ThreadPoolExecutor(given.jobs) as pool:
        results = pool.map(lambda mutant: caught_by(mutant, given.histories, given.seconds), chosen)
        for mutant, caught in zip(chosen, results, strict=True):
            survived += caught is None
            print(f"{'caught  ' if caught else 'SURVIVED'}  {mutant.rule}  |  {caught or ''}", flush=True)
    print(f"{len(chosen)} rules taken out, {survived} not noticed, {time.monotonic() - began:.0f} s")
    return 1 if survived or not chosen else 0


if __name__ == "__main__":
    sys.exit(main())
