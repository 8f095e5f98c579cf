"""Showing calls that have not been made."""

from __future__ import annotations

from collections import Counter

from contracts.vocabulary import Status
from hub.cli.show import clean, compact
from hub.cli.terminal import Terminal, Two
from hub.operations.writes import Write

_MOST = 200
_COLUMNS: list[Two] = [
    ("Koneksi", "Connection"),
    ("Tindakan", "Action"),
    ("Laporan", "Complaint"),
    ("Nomor di aplikasi", "Ref"),
    ("Isi", "Values"),
    ("Tanggapan", "Response"),
]
_ACTIONS = {"create": ("buat", "create"), "change": ("ubah", "change"), "look_up": ("periksa dulu", "look up first")}


def show_writes(term: Terminal, writes: list[Write]) -> None:
    """Print what would be written where, and a count; of very many only the first (JSON has all)."""
    if not writes:
        term.say("Tidak ada yang akan ditulis.", "Nothing would be written.")
        return
    term.table(_COLUMNS, [_row(term, write) for write in writes[:_MOST]])
    counted = Counter((write.connection, write.action) for write in writes)
    for (connection, action), count in sorted(counted.items()):
        term.say(f"{connection}: {count} × {_ACTIONS[action][0]}", f"{connection}: {count} × {_ACTIONS[action][1]}")


def _row(term: Terminal, write: Write) -> tuple[object, ...]:
    values = "; ".join(f"{name}={_value(term, name, value)}" for name, value in write.values.items())
    return write.connection, term.t(*_ACTIONS[write.action]), write.tracking_id, write.ref, values, write.response


def _value(term: Terminal, name: str, value: object) -> str:
    return Status(str(value)).label(term.language) if name == "status" and value else clean(compact(value))
