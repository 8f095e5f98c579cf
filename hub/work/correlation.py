"""Carries the id of a request to the worker in the headers of the task; importing this is all that is needed."""

from __future__ import annotations

from typing import Any

from celery.signals import before_task_publish, task_postrun, task_prerun

from hub import correlation

_HEADER = "simpul_request"


def _send(body: Any = None, headers: dict[str, Any] | None = None, **_: Any) -> None:
    arguments: tuple[Any, ...] = tuple(body[0]) if body else ()
    asked = correlation.ASKED.take(arguments[0]) if len(arguments) == 1 else None
    known = asked or correlation.current()
    if headers is not None and known is not None:
        headers[_HEADER] = known


def _begin(task: Any = None, **_: Any) -> None:
    known = task.request.get(_HEADER) if task is not None else None
    correlation.begin(known if isinstance(known, str) else None)


def _end(**_: Any) -> None:
    correlation.end()


before_task_publish.connect(_send)
task_prerun.connect(_begin)
task_postrun.connect(_end)
