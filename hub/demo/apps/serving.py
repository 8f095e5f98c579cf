"""Runs one demo app as a process of its own: arguments, address, port on the first line, and a clean end."""

from __future__ import annotations

import argparse
import os
import signal
import sys
import threading
from collections.abc import Callable, Sequence
from pathlib import Path

from flask import Flask
from werkzeug.serving import make_server

HOST = "127.0.0.1"


def run(name: str, make_app: Callable[[Path], Flask], arguments: Sequence[str] | None = None) -> None:
    """Serve until the process is ended. The first line on standard output is the port; requests are logged to standard error."""
    parser = argparse.ArgumentParser(prog=name, description="Aplikasi pengaduan contoh, hanya untuk peragaan di komputer ini.")
    parser.add_argument("--database", type=Path, required=True, help="berkas SQLite; dibuat dan diisi contoh bila belum ada")
    parser.add_argument("--port", type=int, default=0, help="0: pilih sendiri")
    parser.add_argument("--until-stdin-closes", action="store_true", help="berhenti bila proses yang menjalankannya berakhir")
    parser.add_argument("--host", default=HOST, help="0.0.0.0 di dalam kontainer")
    options = parser.parse_args(arguments)
    # As the first process of a container nothing else would end it.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    server = make_server(options.host, options.port, make_app(options.database), threaded=True)
    print(server.server_port, flush=True)
    if options.until_stdin_closes:
        threading.Thread(target=_end_with_parent, daemon=True).start()
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        server.server_close()


def _end_with_parent() -> None:
    # The pipe closes however the parent ends, even by SIGKILL: no app is left behind.
    sys.stdin.read()
    os._exit(0)
