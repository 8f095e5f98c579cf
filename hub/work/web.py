"""`simpul web`: the pages and the API in processes of their own, under gunicorn."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import structlog
from gunicorn.app.base import BaseApplication
from gunicorn.config import Config
from gunicorn.glogging import Logger

from hub.build import Hub
from hub.work.door import Wsgi, bind
from hub.work.post import Post
from hub.work.rabbit import rabbit_app
from hub.work.roles import PATIENCE
from hub.work.serving import address
from hub.work.wake import Wakeups

_log = structlog.get_logger("simpul.web")


@dataclass(frozen=True, slots=True)
class Answering:
    """How to answer: where, and in how many processes of how many threads."""

    host: str = "127.0.0.1"
    port: int = 8080
    workers: int = 2
    threads: int = 8


def answer(how: Answering, open_hub: Callable[[], Hub], pages: Callable[[Hub], Wsgi], broker: str | None) -> None:
    """Answer until Ctrl-C or SIGTERM; raises Refused when the port is taken or the database is of another release.

    ``open_hub`` is called once here, to be refused early, and once in every process. Without a ``broker`` nobody is woken,
    and the scheduler finds what is due.
    """
    with bind(how.host, how.port) as door:
        open_hub().close()
        _log.info("answering", url=address(door.getsockname()), workers=how.workers, threads=how.threads)
        # gunicorn closes it, in its own time.
        _Server(how, door.detach(), lambda: _made(open_hub(), pages, broker)).run()


def _made(hub: Hub, pages: Callable[[Hub], Wsgi], broker: str | None) -> Wsgi:
    if broker is not None:
        post = Post(rabbit_app(broker), broker)
        hub.store.on_due = Wakeups(hub.store, post.put, soon=post.soon, lost=0.0).wake_ids
    return pages(hub)


class _Quiet(Logger):  # type: ignore[misc]
    """Leaves what gunicorn has to say to the handlers of this process."""

    def setup(self, cfg: Config) -> None:
        """Add no handlers."""


class _Server(BaseApplication):  # type: ignore[misc]
    def __init__(self, how: Answering, door: int, make: Callable[[], Wsgi]) -> None:
        self._how, self._door, self._make = how, door, make
        super().__init__()

    def load_config(self) -> None:
        given = {
            "bind": f"fd://{self._door}",
            "worker_class": "gthread",
            "workers": self._how.workers,
            "threads": self._how.threads,
            "graceful_timeout": int(PATIENCE),
            "logger_class": _Quiet,
            "control_socket_disable": True,
        }
        for name, value in given.items():
            self.cfg.set(name, value)

    def load(self) -> Wsgi:
        return self._make()
