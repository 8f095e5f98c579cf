"""What the processes tell on stderr: one line an event, `key=value` or JSON; never content, never secrets."""

from __future__ import annotations

import logging
import sys

import structlog
from structlog.typing import Processor

FORMS: dict[str, Processor] = {
    "logfmt": structlog.processors.LogfmtRenderer(key_order=["timestamp", "level", "event"], bool_as_flag=False),
    "json": structlog.processors.JSONRenderer(sort_keys=False),
}


def configure(level: str, form: str = "logfmt") -> None:
    """Send our own events, and the warnings of the libraries, to stderr; ``form`` is one of `FORMS`."""
    number = logging.getLevelNamesMapping()[level.upper()]
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper("iso", utc=True),
    ]
    structlog.configure(
        processors=[*shared, FORMS[form]],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    cleaned = structlog.stdlib.ProcessorFormatter.remove_processors_meta
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(processors=[cleaned, FORMS[form]], foreign_pre_chain=shared))
    logging.basicConfig(level=max(number, logging.WARNING), handlers=[handler], force=True)
