"""Numbers, days and moments as a page writes them: in the page's language, and in WIB with its zone."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from markupsafe import Markup

from hub.dashboard.language import language, t
from hub.store.rollup import WIB

NOTHING = "–"
_MONTHS = {
    "id": ("Jan", "Feb", "Mar", "Apr", "Mei", "Jun", "Jul", "Agu", "Sep", "Okt", "Nov", "Des"),
    "en": ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
}
_UNITS = ((86_400, "1 hari", "{n} hari"), (3_600, "1 jam", "{n} jam"), (60, "1 menit", "{n} menit"), (1, "1 detik", "{n} detik"))


def number(value: int) -> str:
    """Write 12345 as 12.345, in English as 12,345."""
    plain = f"{value:,}"
    return plain if language() == "en" else plain.replace(",", ".")


def day(value: date) -> str:
    """Write a day as 5 Mei 2026."""
    return f"{value.day} {_MONTHS[language()][value.month - 1]} {value.year}"


def moment(value: datetime | None) -> str | Markup:
    """Write an aware moment in WIB, in an element that holds it exactly; nothing as a dash."""
    if value is None:
        return NOTHING
    here = value.astimezone(WIB)
    clock = here.strftime("%H:%M" if language() == "en" else "%H.%M")
    return Markup('<time datetime="{}">{} {} WIB</time>').format(here.isoformat(timespec="seconds"), day(here.date()), clock)


def span(value: timedelta) -> str:
    """Write how long something takes or took, in the largest unit that does not hide half of it."""
    seconds = max(1, int(value.total_seconds()))
    size, one, many = next(unit for unit in _UNITS if seconds >= 2 * unit[0] or seconds == unit[0] or unit[0] == 1)
    return t(one) if seconds == size else t(many, n=number(seconds // size))


def age(value: date | None, today: date) -> str:
    """Write how many days ago a day was, today as 0; nothing as a dash."""
    if value is None:
        return NOTHING
    days = max(0, (today - value).days)
    return t("1 hari") if days == 1 else t("{n} hari", n=number(days))
