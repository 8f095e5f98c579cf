# mypy: ignore-errors
"""Serves the site on 127.0.0.1 with waitress: prints the port first, and ends when its standard input closes."""

import os
import sys
import threading

from django.core.wsgi import get_wsgi_application
from waitress.server import create_server


def _end_with_parent():
    sys.stdin.read()
    os._exit(0)


server = create_server(get_wsgi_application(), host="127.0.0.1", port=int(sys.argv[1]), threads=4)
print(server.effective_port, flush=True)
threading.Thread(target=_end_with_parent, daemon=True).start()
server.run()
