"""The port, taken before anything else is opened, and the web server that answers there later."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterable
from threading import Thread
from typing import Any

from waitress.server import create_server
from waitress.wasyncore import close_all

from contracts.errors import Refused

# The pages and the API take less; what is more would be kept in a file before they can say so.
_LARGEST = 512 * 1024

Wsgi = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


def bind(host: str, port: int) -> socket.socket:
    """Take a port (0: any that is free) and listen; raises Refused when it cannot be had."""
    try:
        family, kind, proto, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
        door = socket.socket(family, kind, proto)
    except OSError as error:
        raise Refused(f"{host} is not an address of this machine ({error.strerror}).", "Choose another with --host.") from error
    door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        door.bind(address)
        # Bound but not listening, a port can be taken by somebody else too.
        door.listen(128)
    except OSError as error:
        door.close()
        raise Refused(
            f"Port {port} on {host} cannot be used: {error.strerror}.", "Stop what uses it, or choose another with --port."
        ) from error
    return door


class Web:
    """Answers requests at a bound socket in threads of its own."""

    def __init__(self, app: Wsgi, door: socket.socket, *, threads: int) -> None:
        self._map: dict[int, Any] = {}
        self._server = create_server(app, map=self._map, sockets=[door], threads=threads, ident=None, max_request_body_size=_LARGEST)
        self.thread = Thread(target=self._server.run, name="web", daemon=True)
        self.thread.start()

    def stop(self) -> None:
        """Take no more requests and close every connection; those at work may go on until the process ends."""
        self._server.trigger.pull_trigger(lambda: close_all(self._map))
        self._server.task_dispatcher.set_thread_count(0)
