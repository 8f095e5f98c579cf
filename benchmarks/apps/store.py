"""What the benchmarks' app knows: requests in the order of their last change, and what was written on them."""

from __future__ import annotations

import json
import threading
from bisect import bisect_left
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from itertools import islice
from typing import Any

from benchmarks.apps.records import SERVICES, Requests, stamp

# The statuses this app takes; a request is filed as open.
STATUSES = ("open", "investigating", "in_progress", "fixed", "closed")


class Refused(Exception):
    """A write that this app does not take."""


class City:
    """Requests by id and by change, each encoded once until it changes; ``lock`` is held by whoever calls.

    ``make`` makes the request of any number.
    """

    def __init__(self, total: int, make: Callable[[int], dict[str, Any]] | None = None) -> None:
        self.lock = threading.Lock()
        self._make = make or Requests().make
        self._changed: dict[int, dict[str, Any]] = {}
        self._encoded: list[bytes | None] = [None] * total
        self._numbers = list(range(total))
        self._times = [self._make(number)["updated_datetime"] for number in self._numbers]
        self._updates: dict[str, list[dict[str, Any]]] = {}
        self._written = 0
        self._by_key: dict[str, str] = {}

    def __len__(self) -> int:
        return len(self._encoded)

    def warm(self) -> None:
        """Encode everything now, so that reading measures no encoding."""
        for number in range(len(self)):
            self.encoded(number)

    def request(self, number: int) -> dict[str, Any]:
        """Return one request; raises KeyError if there is none."""
        if not 0 <= number < len(self):
            raise KeyError(number)
        return self._changed.get(number) or self._make(number)

    def encoded(self, number: int) -> bytes:
        """Return one request as JSON."""
        found = self._encoded[number]
        if found is None:
            found = self._encoded[number] = json.dumps(self.request(number), separators=(",", ":")).encode()
        return found

    def page(self, after: str | None, page: int, size: int) -> list[bytes]:
        """Return the encoded page (from 1) of what changed at or after a moment, oldest change first; an empty list behind the end."""
        first = bisect_left(self._times, after) if after else 0
        first += (page - 1) * size
        return [self.encoded(number) for number in self._numbers[first : first + size]]

    def file(self, given: dict[str, str]) -> str:
        """File a new request and return its id; raises Refused."""
        code = given.get("service_code")
        if code not in SERVICES:
            raise Refused("service_code")
        number, now = len(self), self._now()
        content = {name: given.get(name) for name in ("description", "lat", "long", "media_url", "address_id")}
        self._changed[number] = self._make(number) | content | {
            "service_code": code, "service_name": SERVICES[code], "address": given.get("address_string"),
            "requested_datetime": now, "updated_datetime": now,
        }  # fmt: skip
        self._encoded.append(None)
        self._put_last(number, now)
        return str(number + 1)

    def update(self, number: int, given: dict[str, str], moment: str | None = None) -> str:
        """Write on a request, its status with it, and return the update's id; one ``update_id`` is taken once. Raises Refused."""
        key, status = given.get("update_id", ""), given.get("status") or ""
        if key in self._by_key:
            return self._by_key[key]
        before = self.request(number)
        if status and status.lower() not in STATUSES:
            raise Refused("status")
        now, own = moment or self._now(), str(self._written + 1)
        status = status.lower() or before["status"]
        self._updates.setdefault(before["service_request_id"], []).append(
            {"update_id": own, "service_request_id": before["service_request_id"], "status": status,
             "description": given.get("description", ""), "updated_datetime": now, "media_url": ""}
        )  # fmt: skip
        self._change(number, {**before, "status": status, "updated_datetime": now})
        self._written += 1
        if key:
            self._by_key[key] = own
        return own

    def written(self, requests: str | None) -> list[dict[str, Any]]:
        """Return the updates of some requests (their ids with commas between), or all, in the order of their numbers."""
        ids = self._updates if requests is None else dict.fromkeys(requests.split(","))
        found = [each for own in ids for each in self._updates.get(own, ())]
        return sorted(found, key=lambda each: int(each["update_id"]))

    def edit(self, numbers: Iterable[int], status: str | None, text: str | None, description: str | None) -> int:
        """Change many requests at once, as if the city's staff had done it; returns how many."""
        now = self._now()
        touched = list(numbers)
        for number in touched:
            if description is not None:
                self._change(number, {**self.request(number), "description": description.format(number + 1), "updated_datetime": now})
            if status is not None or text is not None:
                self.update(number, {"status": status or "", "description": (text or "").format(number + 1)}, now)
        return len(touched)

    def changed(self) -> dict[str, Any]:
        """Return everything that was written since the start: the requests by id, and all updates."""
        return {"requests": {str(number + 1): each for number, each in self._changed.items()}, "updates": self.written(None)}

    def _change(self, number: int, content: dict[str, Any]) -> None:
        old = self.request(number)["updated_datetime"]
        place = bisect_left(self._times, old)
        while self._numbers[place] != number:
            place += 1
        del self._times[place], self._numbers[place]
        self._changed[number], self._encoded[number] = content, None
        self._put_last(number, content["updated_datetime"])

    def _put_last(self, number: int, moment: str) -> None:
        self._times.append(moment)
        self._numbers.append(number)

    def _now(self) -> str:
        # The newest change stays the newest, also where the machine's clock runs behind the invented records.
        return max(stamp(datetime.now(UTC)), self._times[-1] if self._times else "")


def listed(encoded: Iterable[bytes]) -> bytes:
    """Join encoded values to a JSON list."""
    return b"[" + b",".join(encoded) + b"]"


def window(updates: list[dict[str, Any]], start: str | None, end: str | None, page: int, size: int) -> list[dict[str, Any]]:
    """Return a page of the updates written between two moments, those included."""
    inside = (each for each in updates if (start or "") <= each["updated_datetime"] <= (end or "~"))
    return list(islice(inside, (page - 1) * size, page * size))
