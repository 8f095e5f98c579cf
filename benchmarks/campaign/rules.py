"""The copy of the hub that the campaign runs: its waits shortened, and with ``--without`` one safety rule taken out.

Minutes cannot hold what takes hours, so retries, leases and time limits are shortened, all in proportion. Every change
replaces words that stand exactly once; where they do not any more, the campaign ends before it begins.
"""

from __future__ import annotations

import shutil
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
# Seconds, as they are in the copy; what the apps do is measured by them.
LEASE, SETTLE, TIMEOUT = 8.0, 8.0, 3.0

Change = tuple[str, str, str]

# A worker stops itself at the worst moment: its filing is written down, its lease was checked long ago, the call comes next.
_WORST_MOMENT = """def _suspended(settings: object) -> None:
    import os, signal, time
    order = os.environ.get("CAMPAIGN_ORDERS", "") + "/freeze"
    try:
        with open(order) as asked:
            words = asked.read().split()
        if any(word in repr(settings) for word in words):
            os.unlink(order)
            os.kill(os.getpid(), signal.SIGSTOP)
            # It stops all threads, but not all at once.
            time.sleep(0.5)
    except OSError:
        pass


def _always() -> bool:
"""

HURRIED: tuple[Change, ...] = (
    ("hub/sync/backoff.py", "FIRST, CAP = 60.0, 6 * 3600.0", "FIRST, CAP = 1.0, 8.0"),
    ("hub/sync/lease.py", "TTL = 60.0", f"TTL = {LEASE}"),
    ("hub/store/store.py", "_STANDSTILL = 60", f"_STANDSTILL = {LEASE:.0f}"),
    ("hub/sync/gateway.py", "_MARGIN = lease.TTL / 4 + 5.0", "_MARGIN = lease.TTL / 4 + 1.0"),
    ("connectors/http.py", "    connect: float = 10.0\n    read: float = 60.0\n    total: float = 300.0\n",
     f"    connect: float = 2.0\n    read: float = {TIMEOUT}\n    total: float = 6.0\n"),
    ("connectors/database/dialect.py", "LOCK_SECONDS = 10", f"LOCK_SECONDS = {TIMEOUT:.0f}"),
    ("hub/session/session.py", "def _always() -> bool:\n", _WORST_MOMENT),
    ("hub/session/session.py", "        if isinstance(task, (Create, Apply)) and not self.gateway.holds():",
     "        if isinstance(task, Create):\n            _suspended(connector.settings)\n"
     "        if isinstance(task, (Create, Apply)) and not self.gateway.holds():"),
)  # fmt: skip

WITHOUT: dict[str, tuple[Change, ...]] = {
    "fencing": (
        ("hub/sync/lease.py", "    if row.fence != fence:\n", "    if False:\n"),
        ("hub/session/session.py", "and not self.gateway.holds():", "and False:"),
    ),
    "confirms": (
        ("hub/events/exchange.py", "        while self._open:\n", "        while False:\n"),
        ("hub/work/rabbit.py", '{"confirm_publish": True, ', '{"confirm_publish": False, '),
    ),
    "look-up": (
        ("hub/sync/creates.py", "link.updated_at = LinkState.AMBIGUOUS, desk.now\n", "link.updated_at = LinkState.PENDING, desk.now\n"),
        ("hub/sync/results.py", "                mark.state = SentState.UNKNOWN\n", "                mark.state = SentState.LOST\n"),
        ("hub/sync/lease.py", "                mark.state = SentState.UNKNOWN\n", "                mark.state = SentState.LOST\n"),
    ),
}


def copy(folder: Path, without: str | None) -> Path:
    """Copy the hub into ``folder`` with the waits shortened, and without one rule; raises ValueError where the words do not stand once."""
    for name in ("contracts", "connectors", "hub"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    for file, old, new in (*HURRIED, *(WITHOUT[without] if without else ())):
        path = folder / file
        text = path.read_text("utf-8")
        if text.count(old) != 1:
            raise ValueError(f"these words stand {text.count(old)} times in {file}, not once: {old!r}")
        path.write_text(text.replace(old, new), "utf-8")
    return folder
