"""Values of the ledger in words."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson

from contracts.content import Field
from contracts.events import Kind
from contracts.vocabulary import Channel, Classification, Status, Visibility, Word
from hub.dashboard.language import language, t
from hub.dashboard.provinces import PROVINCES, province_of
from hub.dashboard.words import FIELDS
from hub.dashboard.writing import moment
from hub.operations.timeline import Event

Said = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Names:
    """Names of agencies by code, the agency's code of each connection by name, and whether the complaint is confidential."""

    agencies: Mapping[str, str]
    behind: Mapping[str, str | None]
    confidential: bool

    def agency(self, code: str) -> str:
        """Return an agency's name with its code."""
        name = self.agencies.get(code)
        return f"{name} ({code})" if name else code

    def agency_behind(self, connection: str) -> str | None:
        """Return the name of the agency whose connection this is."""
        code = self.behind.get(connection)
        return self.agencies.get(code, code) if code else None


def said(name: str | None, value: Any, names: Names) -> str:
    """Write one value of a field in words of the page's language; raises nothing: what makes no sense is shown as it is."""
    in_words = _WORDED.get(name or "")
    try:
        return in_words(value, names) if in_words else _plain(value)
    except (ValueError, KeyError, TypeError, AttributeError):
        return _plain(value)


def _plain(value: Any) -> str:
    if isinstance(value, bool):
        return t("Ya") if value else t("Tidak")
    if isinstance(value, list) and all(isinstance(each, str) for each in value):
        return ", ".join(value)
    if isinstance(value, dict) and "text" in value:
        return str(value["text"])
    return value if isinstance(value, str) else orjson.dumps(value).decode()


def _word(words: type[Word]) -> Callable[[Any, Names], str]:
    return lambda value, _: words(value).label(language())


def _holder(value: Any, names: Names) -> str:
    return " / ".join(part for part in (names.agency(value["agency"]), value.get("unit")) if part)


def _place(value: Any, _: Names) -> str:
    province = province_of(value)
    return f"{PROVINCES[province].name} ({value})" if province else str(value)


def _moment(value: Any, _: Names) -> str:
    return moment(datetime.fromisoformat(value))


_WORDED: dict[str, Callable[[Any, Names], str]] = {
    Field.STATUS: _word(Status),
    Field.CLASSIFICATION: _word(Classification),
    Field.CHANNEL: _word(Channel),
    Field.HOLDER: _holder,
    Field.PLACE_CODE: _place,
    Field.SUBMITTED_AT: _moment,
}


def sentence(kind: Kind, event: Event, names: Names) -> Iterable[Said]:
    """Yield what an entry of the ledger says: labels, which may be empty, and texts."""
    if kind is Kind.FILED:
        yield t("Berisi"), _fields(event.new)
        if isinstance(event.new, dict) and event.new.get("status"):
            yield t("Status"), said(Field.STATUS, event.new["status"], names)
    elif kind in (Kind.RESPONDED, Kind.AMENDED, Kind.WITHDRAWN):
        yield from _response(event)
    elif kind in (Kind.LINKED, Kind.DELIVERED, Kind.ENDED, Kind.RESOLVED):
        yield from _deed(event)
    else:
        before, after = _SIDES.get(kind, ("Dari", "Menjadi"))
        for label, value in ((before, event.old), (after, event.new)):
            if value is not None:
                yield t(label), said(event.field, value, names)


# In a dispute the old value is the hub's and the new one that of the app.
_SIDES = {Kind.CONFLICT: ("Nilai hub", "Nilai aplikasi"), Kind.PROPOSAL: ("Nilai hub", "Nilai aplikasi")}


def _fields(value: Any) -> str:
    names = value.get("fields", []) if isinstance(value, dict) else []
    return ", ".join(t(FIELDS.get(name, name)) for name in names)


def _response(event: Event) -> Iterable[Said]:
    for label, value in ((t("Semula"), event.old), (t("Menjadi") if event.old else "", event.new)):
        if isinstance(value, dict):
            visibility = value.get("visibility")
            mark = t("Internal") if visibility == Visibility.INTERNAL.value else ""
            yield " · ".join(part for part in (label, mark) if part), _plain(value)


def _deed(event: Event) -> Iterable[Said]:
    what: dict[str, Any] = {}
    for value in (event.old, event.new):
        what |= value if isinstance(value, dict) else {}
    if what.get("ref"):
        yield t("Nomor di aplikasi"), str(what["ref"])
    if what.get("fields"):
        yield t("Isi"), _fields(what)
    if what.get("response"):
        yield t("Isi"), t("Tanggapan")
    if what.get("kept") in _KEPT:
        yield t("Yang berlaku"), t(_KEPT[what["kept"]])


_KEPT = {"hub": "Nilai hub", "local": "Nilai aplikasi"}
