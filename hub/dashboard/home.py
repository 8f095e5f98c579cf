"""What the first page shows: the sums, the map, and every connection with the reason for its condition."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from math import ceil

from contracts.errors import NotFound
from contracts.strict import nearest
from contracts.vocabulary import Status
from hub.build import Hub
from hub.dashboard.language import t
from hub.dashboard.provinces import PROVINCES, UNKNOWN, Province, province_of
from hub.dashboard.writing import span
from hub.operations.health import Condition, Health, health
from hub.operations.overview import Figures, Overview, overview
from hub.store.rollup import AT_THE_HUB

_SHADES = 4
_BAR = 1000  # the width of the bar of statuses, in units of its drawing


@dataclass(frozen=True, slots=True)
class Area:
    """One province, or what the place of is unknown (no ``province``), with its figures; ``shade`` is 0 to 4 by what is open there."""

    code: str
    name: str
    province: Province | None
    figures: Figures
    shade: int


@dataclass(frozen=True, slots=True)
class Part:
    """One status in the bar, from ``start`` on and ``width`` wide, of 1000."""

    status: Status
    n: int
    start: int
    width: int


@dataclass(frozen=True, slots=True)
class Row:
    """One connection, or what was filed at the hub itself (no ``health``); ``reason`` is why it does not simply run."""

    health: Health | None
    figures: Figures
    reason: str


@dataclass(frozen=True, slots=True)
class Home:
    """Everything the first page shows; ``chosen`` is the area it is filtered by."""

    today: date
    chosen: Area | None
    figures: Figures
    bar: list[Part]
    areas: list[Area]
    rows: list[Row]
    conditions: dict[Condition, int]


def home(hub: Hub, given: str | None) -> Home:
    """Collect the first page; ``given`` is a province's code or `UNKNOWN`. Raises NotFound."""
    found = overview(hub, None if given is None else _stored(given))
    areas = _areas(found)
    chosen = _chosen(given, areas)
    watched = [each for each in health(hub) if each.id in found.origins or _belongs(each, given)]
    watched.sort(key=lambda each: not _belongs(each, given))
    counts = Counter(each.condition for each in watched)
    rows = [Row(each, found.origins.get(each.id, Figures()), reason(each, hub.store.now())) for each in watched]
    if AT_THE_HUB in found.origins:
        rows.append(Row(None, found.origins[AT_THE_HUB], ""))
    conditions = {each: counts[each] for each in Condition if counts[each]}
    return Home(found.day, chosen, found.chosen, _bar(found.chosen), areas, rows, conditions)


def _stored(code: str) -> str:
    return "" if code == UNKNOWN else code


def _belongs(each: Health, given: str | None) -> bool:
    if each.condition is Condition.REMOVED:
        return False
    return given is None or province_of(each.agency) == given


def _chosen(given: str | None, areas: list[Area]) -> Area | None:
    by_code = {area.code: area for area in areas}
    if given is not None and given not in by_code:
        raise NotFound(t("Tidak ada provinsi dengan kode ‘{code}’.", code=given[:20]), nearest(given, by_code), field="province")
    return by_code[given] if given is not None else None


def _areas(found: Overview) -> list[Area]:
    strange = sorted(code for code in found.provinces if code and code not in PROVINCES)
    names = {code: each.name for code, each in PROVINCES.items()}
    names |= {code: t("Kode {code}, tidak dikenal", code=code) for code in strange} | {UNKNOWN: t("Tempat tidak diketahui")}
    figures = {code: found.provinces.get(_stored(code), Figures()) for code in names}
    most = max(figures[code].open for code in PROVINCES)
    return [Area(code, name, PROVINCES.get(code), figures[code], _shade(code, figures[code].open, most)) for code, name in names.items()]


def _shade(code: str, n: int, most: int) -> int:
    return ceil(_SHADES * n / most) if most and code in PROVINCES else 0


def _bar(figures: Figures) -> list[Part]:
    parts, before, total = [], 0, figures.received
    for status in Status:
        n = figures.by_status[status]
        start, end = (round(_BAR * reached / total) if total else 0 for reached in (before, before + n))
        parts.append(Part(status, n, start, end - start))
        before += n
    return parts


def reason(each: Health, now: datetime) -> str:
    """Say why a connection is in its condition, without the words of others that ``said`` holds."""
    return " ".join(_sentences(each, now))


def _sentences(each: Health, now: datetime) -> Iterable[str]:
    if each.condition is Condition.FAILING:
        again = t("Dicoba lagi dengan sendirinya.") if each.retry_at else t("Berhenti sampai seseorang memperbaikinya.")
        yield again if each.paused or each.retry_at else t("Percobaan terakhir gagal.")
    elif each.condition is Condition.SILENT:
        yield _silence(each, now)
    elif each.condition is Condition.PAUSED:
        yield _PAUSES[each.paused]()
    elif each.condition is Condition.RECOVERING:
        yield t("Dipulihkan dari salinan lama; hub baru menulis lagi setelah semuanya dibaca.")
    elif each.condition is Condition.INITIALISING:
        yield t("Belum disetujui: dibaca, tetapi belum ditulisi.")


def _silence(each: Health, now: datetime) -> str:
    usual = span(each.interval)
    if each.pulled_at is None:
        return t("Belum pernah terbaca; seharusnya setiap {usual}.", usual=usual)
    return t("Tidak terbaca selama {long}; seharusnya setiap {usual}.", long=span(now - each.pulled_at), usual=usual)


_PAUSES = {
    ("pull",): lambda: t("Pembacaan dihentikan seseorang."),
    ("push",): lambda: t("Penulisan dihentikan seseorang."),
    ("pull", "push"): lambda: t("Pembacaan dan penulisan dihentikan seseorang."),
}
