"""Apps that let us wait may not take every thread: so many places are for them, and the others stay free."""

from __future__ import annotations

from threading import Lock

# Seconds of a turn from which on its connection counts as one that lets us wait, until it has a quicker one.
LONG = 5.0


class Lane:
    """Who is slow, as far as this process has seen, and how many of them are at work; ``places``: how many may be."""

    def __init__(self, places: int) -> None:
        self._places = max(places, 1)
        self._lock = Lock()
        self._slow: set[str] = set()
        self._inside: set[str] = set()

    def enter(self, name: str) -> bool:
        """Tell whether a connection may take its turn now; a slow one for whom there is no place comes again later."""
        with self._lock:
            if name not in self._slow:
                return True
            if len(self._inside) >= self._places:
                return False
            self._inside.add(name)
            return True

    def leave(self, name: str, seconds: float) -> None:
        """Say that its turn has ended, and how long it was."""
        with self._lock:
            self._inside.discard(name)
            self._slow.add(name) if seconds >= LONG else self._slow.discard(name)
