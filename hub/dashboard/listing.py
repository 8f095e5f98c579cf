"""What the list of complaints shows, and the addresses of its filters."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from flask import url_for

from contracts.errors import NotFound, Refused
from contracts.strict import nearest
from contracts.vocabulary import Status
from hub.build import Hub
from hub.dashboard.language import language, t
from hub.dashboard.provinces import PROVINCES, UNKNOWN
from hub.operations.leafing import ANY_OPEN, Line, Wanted, agencies, agency_of, leaf

_PLACE = re.compile(r"[0-9A-Z:.+-]{0,40}~[0-9a-f-]{36}")
_OLDEST = "oldest"
_EXCERPT = 160


def listing(hub: Hub, given: Mapping[str, str]) -> dict[str, Any]:
    """Return what the template needs for the filters that the address gives; raises NotFound or Refused."""
    wanted = _wanted(given)
    found = leaf(hub, wanted)
    kept: dict[str, Any] = {name: given[name] for name in ("status", "province", "connection", "order") if given.get(name)}
    return {
        "lines": found.lines,
        "excerpt": excerpt,
        "agencies": agencies(hub),
        "connections": sorted(agency_of(hub)),
        "statuses": [(ANY_OPEN, t("Semua yang terbuka")), *((each.value, each.label(language())) for each in Status)],
        "given": kept,
        "later": url_for("dashboard.complaints", **kept, after=found.following) if found.following else None,
        "first": url_for("dashboard.complaints", **kept) if wanted.after else None,
    }


def _wanted(given: Mapping[str, str]) -> Wanted:
    province = given.get("province") or None
    if province is not None and not re.fullmatch(r"\d\d", province):
        raise NotFound(t("Tidak ada provinsi dengan kode ‘{code}’.", code=province[:20]), nearest(province, PROVINCES), field="province")
    after = given.get("after") or None
    if after is not None and not _PLACE.fullmatch(after):
        raise Refused(t("Halaman berikutnya tidak dapat dibuka."), t("Mulai lagi dari halaman pertama."), field="after")
    return Wanted(
        status=given.get("status") or None,
        province="" if province == UNKNOWN else province,
        connection=given.get("connection") or None,
        oldest_first=given.get("order") == _OLDEST,
        after=after,
    )


def excerpt(line: Line) -> str | None:
    """Return what a list calls a complaint: its title, or how its text begins; None where there is nothing to be shown."""
    if line.confidential:
        return None
    words = (line.title or "").strip() or (line.description or "").strip()
    return words if len(words) <= _EXCERPT else words[:_EXCERPT].rstrip() + "…"
