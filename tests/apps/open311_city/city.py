"""The city's books, and what its citizens and staff do there. Its clock moves ten minutes with every act."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

STEP = timedelta(minutes=10)
SERVICES = {"001": "Jalan", "002": "Penerangan jalan", "003": "Sampah"}


@dataclass(frozen=True)
class Habits:
    """How this city departs from the standard; each line is one that real cities have."""

    limit: int | None = None  # most requests in one answer
    updates_limit: int | None = None
    paging: bool = False  # knows page and page_size
    updated_after: bool = False
    updates: bool = True
    updates_by_request: bool = True
    updates_alone: bool = False  # takes a status without a text, and a text without a status
    updates_touch: bool = True  # an update moves updated_datetime
    edits_show_as_updates: bool = False
    newest_first: bool = False
    formats: tuple[str, ...] = ("json", "xml")
    omits_time_zone: bool = False  # refuses a time with a zone
    naive_times: bool = False  # writes its times without a zone, in `zone`
    empty_times: bool = False  # leaves updated_datetime empty
    odd_json: bool = False  # wraps rows, writes numbers and booleans as text
    jurisdiction: str | None = None
    needs_plain_encoding: bool = False  # deflates wrongly unless asked for identity
    status_line: bool = False  # an HTTP status line in the body, before the XML declaration
    tokens: bool = False  # gives a token first, the id later
    refuses_repeats: bool = False  # "base is a duplicate"
    single: bool = True  # knows requests/<id>
    words: tuple[str, ...] = (
        "open",
        "closed",
        "in_progress",
        "not_councils_responsibility",
        "no_further_action",
        "internal_referral",
        "fixed",
    )
    zone: timedelta = timedelta(hours=7)
    key: str = "kunci-kota"


@dataclass
class City:
    """What the city keeps."""

    habits: Habits = field(default_factory=Habits)
    now: datetime = datetime(2026, 3, 1, 1, 0, tzinfo=UTC)
    requests: dict[str, dict[str, Any]] = field(default_factory=dict)
    updates: list[dict[str, Any]] = field(default_factory=list)
    waiting: dict[str, str] = field(default_factory=dict)
    media: dict[str, bytes] = field(default_factory=dict)
    forms: list[dict[str, str]] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    writes: int = 0
    locked: bool = False
    last: int = 0
    lock: threading.RLock = field(default_factory=threading.RLock)

    def tick(self) -> datetime:
        """Let ten minutes pass."""
        self.now += STEP
        return self.now

    def file(self, description: str, code: str = "001", **more: Any) -> str:
        """A citizen files a request; returns its id, which begins with zeros."""
        with self.lock:
            self.last += 1
            ref, now = f"{self.last:06d}", self.tick()
            self.requests[ref] = {
                "service_request_id": ref,
                "status": "open",
                "status_notes": None,
                "service_code": code,
                "service_name": SERVICES.get(code, code),
                "description": description,
                "requested_datetime": now,
                "updated_datetime": now,
                "address": None,
                "lat": None,
                "long": None,
                "media_url": None,
                **more,
            }
            return ref

    def change(self, ref: str, **values: Any) -> None:
        """Staff change a request."""
        with self.lock:
            now = self.tick()
            self.requests[ref] |= {**values, "updated_datetime": now}
            if self.habits.edits_show_as_updates:
                self._note(ref, now, None)

    def respond(self, ref: str, text: str | None, status: str | None = None) -> str:
        """Staff write an update. Returns its id."""
        with self.lock:
            now = self.tick()
            row = self.requests[ref]
            row["status"] = status or row["status"]
            if self.habits.updates_touch:
                row["updated_datetime"] = now
            return self._note(ref, now, text)

    def delete(self, ref: str) -> None:
        """Staff delete a request with what was written on it."""
        with self.lock:
            self.tick()
            del self.requests[ref]
            self.updates = [each for each in self.updates if each["service_request_id"] != ref]

    def attach(self, ref: str, name: str, data: bytes, base: str) -> None:
        """Somebody adds a photo, which lies on this very server."""
        self.media[name] = data
        self.change(ref, media_url=f"{base}media/{name}")

    def _note(self, ref: str, now: datetime, text: str | None) -> str:
        update_id = f"u{len(self.updates) + 1:04d}"
        status = self.requests[ref]["status"]
        self.updates.append(
            {
                "update_id": update_id,
                "service_request_id": ref,
                "status": status,
                "description": text,
                "updated_datetime": now,
                "media_url": None,
            }
        )
        return update_id

    # -- what programs send

    def take_request(self, form: Mapping[str, str]) -> dict[str, Any]:
        """File what a program sent; raises ValueError with the reason, as the standard words it."""
        if form.get("service_code") not in SERVICES:
            raise ValueError("service_code not provided or not known")
        if not (form.get("address_string") or (form.get("lat") and form.get("long"))):
            raise ValueError("no location: lat and long, or address_string, is needed")
        repeated = any(dict(each) == dict(form) for each in self.forms)
        if self.habits.refuses_repeats and repeated:
            raise ValueError("Base is a duplicate")
        self.forms.append(dict(form))
        self.writes += 1
        place = {name: float(form[name]) if form.get(name) else None for name in ("lat", "long")}
        own = {name: form[name] for name in ("external_id", "title") if name in form}
        ref = self.file(
            form.get("description", ""),
            form["service_code"],
            address=form.get("address_string"),
            media_url=form.get("media_url"),
            **place,
            **own,
        )
        if not self.habits.tokens:
            return {"service_request_id": ref, "service_notice": "", "account_id": None}
        self.waiting[f"t{ref}"] = ref
        return {"token": f"t{ref}"}

    def take_update(self, form: Mapping[str, str]) -> dict[str, Any]:
        """Store an update; raises KeyError for an unknown request, ValueError with the reason."""
        ref = form.get("service_request_id", "")
        if ref not in self.requests:
            raise KeyError(ref)
        alone = self.habits.updates_alone and ("status" in form or "description" in form)
        status = form.get("status", self.requests[ref]["status"] if alone else None)
        if status not in self.habits.words or not (form.get("description") or alone):
            raise ValueError("status or description not accepted")
        self.forms.append(dict(form))
        self.writes += 1
        return {"update_id": self.respond(ref, form.get("description", ""), status)}
