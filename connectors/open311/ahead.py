"""The next batch of a walk is asked for while the one before it is still being made into records."""

from __future__ import annotations

from collections.abc import Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from typing import TypeVar

T = TypeVar("T")


def ahead(source: Generator[T, None, None]) -> Generator[T, None, None]:
    """Yield what ``source`` yields, run in a thread of its own one step ahead; its error comes where it would have come.

    When this is closed, or whoever reads it fails, the step under way is waited for and the source is closed.
    """
    with closing(source), ThreadPoolExecutor(1) as fetcher:
        coming = fetcher.submit(next, source, None)
        while (found := coming.result()) is not None:
            coming = fetcher.submit(next, source, None)
            yield found
