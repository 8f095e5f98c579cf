"""The calls of GeoReport v2 and of mySociety's updates, each in one function; answers come back as rows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

from connectors.http import Answer, Asked, Web, refusal
from connectors.open311.plan import Plan, key_of
from connectors.open311.records import Nonsense, ref_of, text, word
from connectors.open311.wire import Row, Unreadable, errors, rows
from contracts.errors import ConnectorError, Gone, NotDone, Reject, Stop, Unknown

_DAY = timedelta(days=1)
_ROOM = 5_500
"""Characters of ids in one address; many servers take 8,000 for all of it, some 6,000."""
_HINTS = (
    (("jurisdiction",), Stop, "It does not accept the jurisdiction.", "Correct 'jurisdiction' in the settings."),
    (("api_key", "api key", "apikey"), Stop, "It does not accept the key.", "Put a valid api_key into the settings."),
    (("duplicate", "already exist"), Unknown, "It says that this is a duplicate: an earlier attempt arrived.", ""),
    (("service_code", "service code"), Reject, "It does not know the service_code.", "Correct 'services' or 'create' in the settings."),
    (("attribute",), Reject, "It misses an attribute.", "Give it under 'constants' of 'create', as attribute[CODE]."),
    (
        ("latitude", "address", "location", "coordinate"),
        Reject,
        "It misses a place, or does not accept this one.",
        "Add a place, or file it there by hand.",
    ),
)


class City:
    """One GeoReport server. ``said_at`` is the server's own clock when it last answered what was asked through this."""

    def __init__(self, plan: Plan, web: Web, settings: Mapping[str, Any]) -> None:
        self.plan = plan
        self._web = web
        self._settings = settings
        self.said_at: datetime | None = None

    def apart(self) -> City:
        """Return the same server for another thread, with a clock of its own."""
        return City(self.plan, self._web, self._settings)

    @property
    def now(self) -> datetime:
        """The server's own clock; a day ahead of ours where it tells none."""
        return self.said_at or datetime.now(UTC) + _DAY

    def services(self) -> list[Row]:
        """List the kinds of service; raises NotDone or Stop."""
        return [each for each in self._read("services", "service", Asked.LISTING) if isinstance(each, Mapping)]

    def requests(self, **arguments: str) -> list[Any]:
        """List requests; what is no row at all comes back as it is."""
        return self._read("requests", "request", Asked.LISTING, **arguments)

    def some(self, refs: Sequence[str]) -> list[Row]:
        """Read several requests; those that are gone are left out."""
        wanted = set(refs)
        try:
            found = self._read("requests", "request", Asked.RECORD, service_request_id=",".join(refs))
        except Gone:
            # Some servers refuse all for the sake of one.
            half = len(refs) // 2
            return [*self.some(refs[:half]), *self.some(refs[half:])] if half else []
        return [row for row in found if ref_of(row) in wanted]

    def packed(self, refs: Sequence[str], most: int) -> Iterator[list[str]]:
        """Part refs into lists that can be asked for at once: ``most`` of them, in an address that no server finds too long."""
        chunk, length = list[str](), 0
        for ref in refs:
            # Each comes with a comma, which takes three characters there.
            size = 3 + (len(ref) if ref.isascii() and ref.isalnum() else len(quote(ref, safe="")))
            if chunk and (len(chunk) >= most or length + size > _ROOM):
                yield chunk
                chunk, length = [], 0
            chunk.append(ref)
            length += size
        if chunk:
            yield chunk

    def request(self, ref: str) -> Row:
        """Read one request. Raises Gone, Reject, NotDone or Stop."""
        if not ref or ref in (".", "..") or (self.plan.by_query and "," in ref):
            raise _gone()
        if self.plan.by_query:
            found: list[Any] = list(self.some([ref]))
        else:
            found = self._read(f"requests/{quote(ref, safe='')}", "request", Asked.RECORD)
        for each in found:
            if ref_of(each) == ref:
                row: Row = each
                return row
        raise _gone()

    def updates(self, **arguments: str) -> list[Row]:
        """List what was written on requests; what belongs to no request is left out."""
        assert self.plan.updates is not None
        found = self._read(self.plan.updates.path, "request_update", Asked.LISTING, **arguments)
        return [each for each in found if ref_of(each) is not None]

    def ref_of_token(self, ticket: str) -> str | None:
        """Return the id that a request got which was filed under a token; None as long as it has none."""
        try:
            found = self._read(f"tokens/{quote(ticket, safe='')}", "request", Asked.RECORD)
        except (Gone, Reject):
            return None
        return next((ref for each in found if (ref := ref_of(each))), None)

    def file(self, form: Sequence[tuple[str, str]]) -> Row:
        """File a request and return what the city calls it."""
        return self._write("requests", "request", Asked.NEW, form)

    def update(self, form: Sequence[tuple[str, str]]) -> Row:
        """Write an update and return what the city calls it."""
        assert self.plan.updates is not None
        return self._write(self.plan.updates.path, "request_update", Asked.EDIT, form)

    # -- the wire

    def _read(self, path: str, kind: str, asked: Asked, **arguments: str) -> list[Any]:
        arguments = {**self._common(), **arguments}
        if self._settings["api_key_on_reads"] and (key := key_of(self._settings)):
            arguments["api_key"] = key
        answer = self._web.get(self._url(path), asked, list(arguments.items()), explain=lambda each: _explained(each, kind, asked))
        self.said_at = answer.said_at or self.said_at
        return _rows(answer, kind, asked)

    def _write(self, path: str, kind: str, asked: Asked, form: Sequence[tuple[str, str]]) -> Row:
        key = key_of(self._settings)
        whole = [*self._common().items(), *([("api_key", key)] if key else []), *form]
        answer = self._web.post(self._url(path), asked, whole, explain=lambda each: _explained(each, kind, asked))
        found = _rows(answer, kind, asked) if answer.body.strip() else []
        return next((each for each in found if isinstance(each, Mapping)), {})

    def _url(self, path: str) -> str:
        return f"{self.plan.endpoint}{path}.{self.plan.format}"

    def _common(self) -> dict[str, str]:
        return {"jurisdiction_id": self.plan.jurisdiction} if self.plan.jurisdiction else {}


def _gone() -> Gone:
    return Gone("The city has no request with this id.", "Nothing to do if it was deleted there on purpose.")


def _rows(answer: Answer, kind: str, asked: Asked) -> list[Any]:
    """Read the rows of a success; raises what an error means that came as one."""
    try:
        found = rows(answer.body, kind)
    except Unreadable as problem:
        sentence = f"The city's answer {problem}."
    else:
        said = errors(found)
        if said:
            raise _meaning(said, answer, asked)
        return found
    if asked.writes:
        raise Unknown(sentence, "It is looked up before anything is repeated.")
    raise NotDone(sentence, "It is tried again; if that lasts, check 'endpoint' and 'format'.")


def _explained(answer: Answer, kind: str, asked: Asked) -> ConnectorError | None:
    """Read a city's own error; its text only chooses the sentence, and is never quoted."""
    if answer.status < 400 or answer.status == 401:
        return None
    try:
        said = errors(rows(answer.body, kind))
    except Unreadable:
        return None
    return _meaning(said, answer, asked) if said else None


def _meaning(said: Sequence[Row], answer: Answer, asked: Asked) -> ConnectorError:
    status = _code(said[0], answer.status)
    # An error that came as a success and names no code of HTTP: whatever it is, it is no data.
    status = status if status >= 400 else 400
    meant = _hinted(said, status, asked) or refusal(replace(answer, status=status), asked)
    assert meant is not None
    return meant


def _code(error: Row, status: int) -> int:
    try:
        said = int(text(error, "code") or "")
    except (ValueError, Nonsense):
        said = 0
    return said if status < 400 and 400 <= said < 600 else status


def _hinted(said: Sequence[Row], status: int, asked: Asked) -> ConnectorError | None:
    if status not in (400, 403, 404, 422):
        return None
    try:
        words = " ".join(word(each, "description") or "" for each in said).casefold()
    except Nonsense:
        return None
    for hints, kind, problem, advice in _HINTS:
        fits = kind is Stop or (status != 404 and (asked is Asked.NEW or (kind is Reject and asked.writes)))
        if fits and any(hint in words for hint in hints):
            return kind(f"The city refuses this ({status}). {problem}", advice)
    return None
