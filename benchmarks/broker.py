"""A virtual host of RabbitMQ, made for one measurement and dropped after it."""

from __future__ import annotations

import os
import subprocess
import uuid
from collections.abc import Iterator
from contextlib import contextmanager

# Where RabbitMQ is: an address whose virtual host is used as it is, instead of one that is made.
VARIABLE = "SIMPUL_TEST_RABBITMQ"
_HERE = "amqp://guest:guest@127.0.0.1:5672"


@contextmanager
def virtual_host() -> Iterator[str]:
    """Give the address of an empty virtual host on this machine's node."""
    given = os.environ.get(VARIABLE)
    if given:
        yield given
        return
    name = f"simpul_bench_{uuid.uuid4().hex[:12]}"
    _control("add_vhost", name)
    try:
        _control("set_permissions", "-p", name, "guest", ".*", ".*", ".*")
        yield f"{_HERE}/{name}"
    finally:
        _control("delete_vhost", name)


def _control(*words: str) -> None:
    subprocess.run(["rabbitmqctl", "-q", *words], check=True, capture_output=True, text=True, timeout=60)
