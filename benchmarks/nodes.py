"""A PostgreSQL cluster and a RabbitMQ node of one's own, to be stopped, killed and started again: own folders, own ports.

Both keep what they hold between a stop and a start. As root, PostgreSQL runs as the user ``postgres``, who must be able
to reach the folder: `folder_for` makes such a one.
"""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

_PATIENCE = 60.0  # seconds to start, and to end when asked to
_RABBITMQ = Path("/usr/lib/rabbitmq/bin/rabbitmq-server")


class Node:
    """One server process with all it starts; ``url`` is where it is. Whoever starts it stops it."""

    def __init__(self, command: Sequence[str], environ: Mapping[str, str], log: Path, port: int, url: str, user: str | None = None) -> None:
        self.url, self.port, self.log = url, port, log
        self._command, self._environ, self._user = list(command), {**os.environ, **environ}, user
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it, or start it again, and wait until it answers; raises RuntimeError with the log's end if it does not."""
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                self._command,
                env=self._environ,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                user=self._user,
                cwd=self.log.parent,
            )
        began = time.monotonic()
        while not self.answers():
            if self._process.poll() is not None or time.monotonic() - began > _PATIENCE:
                self.stop(signal.SIGKILL)
                raise RuntimeError(f"{self._command[0]} did not start:\n{self.log.read_text('utf-8', 'replace')[-2000:]}")
            time.sleep(0.1)

    @property
    def pid(self) -> int | None:
        """The process that was started, or None while none is."""
        return self._process.pid if self._process is not None else None

    def answers(self) -> bool:
        """Tell whether it takes connections."""
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=1.0) as door:
                if self.url.startswith("amqp"):
                    # It listens before it can speak.
                    door.sendall(b"AMQP\x00\x00\x09\x01")
                    return bool(door.recv(1))
                door.sendall(b"\x00\x00\x00\x08\x04\xd2\x16\x2f")
                return door.recv(1) == b"N" and self._takes_questions()
        except OSError:
            return False

    def _takes_questions(self) -> bool:
        import psycopg

        try:
            psycopg.connect(self.url.replace("+psycopg", ""), connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return True

    def stop(self, number: signal.Signals = signal.SIGTERM) -> None:
        """Send a signal to it and to all it started, and wait for the end: SIGTERM as people do, SIGKILL as a power cut does.

        PostgreSQL takes SIGTERM for "when all have left", SIGINT for "now", SIGQUIT for "at once, without a checkpoint".
        """
        process, self._process = self._process, None
        if process is None:
            return
        _signal(process.pid, number)
        with suppress(subprocess.TimeoutExpired):
            process.wait(_PATIENCE)
        _signal(process.pid, signal.SIGKILL)
        process.wait()
        began = time.monotonic()
        while _group_lives(process.pid) and time.monotonic() - began < _PATIENCE:
            time.sleep(0.02)

    def kill(self) -> None:
        """End it as a power cut does."""
        self.stop(signal.SIGKILL)


@contextmanager
def rabbitmq_node(folder: Path) -> Iterator[Node]:
    """Run a RabbitMQ node in a folder; its user is guest/guest, its virtual host /.

    RabbitMQ 3.10 may not find a quorum queue again that it declared in the five seconds before it was killed.
    """
    port, other = _free(), _free()
    name = f"simpul-{port}@localhost"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "plugins").write_text("[].\n")
    environ = {
        "HOME": str(folder),
        "RABBITMQ_CONF_ENV_FILE": str(folder / "none"),
        "RABBITMQ_CONFIG_FILE": str(folder / "none"),
        "RABBITMQ_NODENAME": name,
        "RABBITMQ_NODE_IP_ADDRESS": "127.0.0.1",
        "RABBITMQ_NODE_PORT": str(port),
        "RABBITMQ_DIST_PORT": str(other),
        "RABBITMQ_MNESIA_BASE": str(folder / "data"),
        "RABBITMQ_LOG_BASE": str(folder / "log"),
        "RABBITMQ_PID_FILE": str(folder / "pid"),
        "RABBITMQ_ENABLED_PLUGINS_FILE": str(folder / "plugins"),
        "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "+S 2:2 +sbwt none",
    }
    with _running(Node([str(_RABBITMQ)], environ, folder / "node.log", port, f"amqp://guest:guest@127.0.0.1:{port}//")) as node:
        yield node


@contextmanager
def postgresql_cluster(folder: Path) -> Iterator[Node]:
    """Make a PostgreSQL cluster in a folder and run it, as durable as it ships; everybody from here is trusted."""
    port, data = _free(), folder / "cluster"
    user = "postgres" if os.getuid() == 0 else None
    if user is not None:
        shutil.chown(folder, user)
    tools = _postgresql()
    made = [str(tools / "initdb"), "-D", str(data), "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"]
    subprocess.run(made, check=True, stdout=subprocess.DEVNULL, user=user, cwd=folder)
    options = ["-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories=", "-c", "max_connections=200"]
    command = [str(tools / "postgres"), "-D", str(data), "-p", str(port), *options]
    url = f"postgresql+psycopg://postgres@127.0.0.1:{port}/postgres"
    with _running(Node(command, {}, folder / "postgresql.log", port, url, user)) as node:
        yield node


@contextmanager
def folder_for() -> Iterator[Path]:
    """Give a folder that other users can reach, as one below a test's own cannot be, and remove it in the end."""
    folder = Path(tempfile.mkdtemp(prefix="simpul-"))
    folder.chmod(0o755)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def rabbitmq_is_here() -> bool:
    """Tell whether a RabbitMQ node can be started on this machine."""
    return _RABBITMQ.exists()


@contextmanager
def _running(node: Node) -> Iterator[Node]:
    try:
        node.start()
        yield node
    finally:
        node.stop(signal.SIGKILL)


def _postgresql() -> Path:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    where = str(found[-1]) if found else shutil.which("initdb")
    if where is None:
        raise RuntimeError("PostgreSQL's initdb is not on this machine.")
    return Path(where).parent


def _free() -> int:
    with socket.create_server(("127.0.0.1", 0)) as door:
        return int(door.getsockname()[1])


def _signal(group: int, number: signal.Signals) -> None:
    with suppress(ProcessLookupError):
        os.killpg(group, number)


def _group_lives(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True
