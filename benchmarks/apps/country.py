"""Many cities' apps in one process: `python -m benchmarks.apps.country --cities 700 --records 2`.

City number 12 answers below ``/12/open311/v2/``. The first line printed is the port. What is below ``/bench/`` is for the
benchmarks: which cities are ill and how, edits by a city's staff, and what the hub wrote where and when.
"""

from __future__ import annotations

import argparse
import os
import sys
import threading
import time
from http.server import ThreadingHTTPServer
from typing import Any
from urllib.parse import unquote, urlsplit

from benchmarks.apps.city import Handler
from benchmarks.apps.records import Requests
from benchmarks.apps.store import City

# How a city is ill: it takes so long for each answer, takes the question and never answers, or hangs up.
SLOW, SILENT, CUT = "slow", "silent", "cut"
SLOWLY = 20.0
_NEVER = 3_600.0


class Country(ThreadingHTTPServer):
    """The cities, how those that are ill are ill, and every update that the hub wrote: (city, text, seconds since 1970)."""

    daemon_threads = True
    request_queue_size = 512

    def __init__(self, cities: int, records: int) -> None:
        super().__init__(("127.0.0.1", 0), InCountry)
        make = Requests().make
        self.cities = [City(records, _own(make, number * records)) for number in range(cities)]
        self.ill: dict[int, str] = {}
        self.written: list[tuple[int, str, float]] = []
        self.counts = {"GET": 0, "POST": 0, "records": 0}


class InCountry(Handler):
    """One kept-alive connection to one of the cities."""

    server: Country  # type: ignore[assignment]
    number = 0

    @property
    def city(self) -> City:
        """The city whose number the address begins with."""
        return self.server.cities[self.number]

    def _serve(self, answer: Any, given: dict[str, Any]) -> None:
        path = unquote(urlsplit(self.path).path)
        if path.startswith("/bench/"):
            self.number = int(given.get("city", 0))
            self._reply(lambda: self._bench(path, given))
            return
        self.number = int(path.split("/")[1])
        self.server.counts[self.command] += 1
        ill = self.server.ill.get(self.number)
        if ill == CUT:
            self.close_connection = True
            return
        if ill is not None:
            time.sleep(SLOWLY if ill == SLOW else _NEVER)
        self._reply(lambda: answer(path, given))

    def _post(self, path: str, given: dict[str, Any]) -> Any:
        done = super()._post(path, given)
        if path.endswith("/servicerequestupdates.json"):
            self.server.written.append((self.number, given.get("description", ""), time.time()))
        return done

    def _bench(self, path: str, given: dict[str, Any]) -> Any:
        server = self.server
        if path == "/bench/edit":
            return self.city.edit([int(given["ref"]) - 1], given.get("status"), given["text"], None)
        if path == "/bench/ill":
            server.ill = {int(number): how for number, how in given["cities"].items()}
            return {}
        if path == "/bench/written":
            return server.written[int(given.get("after", 0)) :]
        if path == "/bench/asked":
            return server.counts["GET"] + server.counts["POST"]
        raise KeyError(path)


def _own(make: Any, first: int) -> Any:
    """Number a city's requests from 1, though no two cities have the same ones."""
    return lambda number: {**make(first + number), "service_request_id": str(number + 1)}


def _end_with_stdin() -> None:
    sys.stdin.read()
    os._exit(0)


def main() -> None:
    """Serve until standard input closes."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cities", type=int, default=700)
    parser.add_argument("--records", type=int, default=2)
    given = parser.parse_args()
    country = Country(given.cities, given.records)
    print(country.server_address[1], flush=True)
    threading.Thread(target=_end_with_stdin, daemon=True).start()
    country.serve_forever()


if __name__ == "__main__":
    main()
