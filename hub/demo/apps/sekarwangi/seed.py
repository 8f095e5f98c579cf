"""Example rows of Kanal Sekarwangi. The city, every person, number and event is made up.

Some rows are as untidy as real ones are: the oldest number has kept its zeros, one request was never stamped as
changed, one has no service that is still on the list, and one a status that nobody planned.
"""

from __future__ import annotations

import secrets
import sqlite3
from datetime import datetime, timedelta

from hub.demo.apps.sekarwangi.moments import stamp

CALLER = "SP4N-LAPOR!"

# first name, last name, e-mail, phone
PEOPLE = (
    ("Larasati", "Rekaanti", "larasati@warga.example", "+6281200000041"),
    ("Joko", "Umpamajaya", "joko@warga.example", "081200000042"),
    ("Fitri", "Misalningrum", None, "6281200000043"),
    ("Bonifasius", "Contohwan", "boni@warga.example", None),
)
UNPLANNED = "menunggu dana"

# number, days ago, reporter, service, text, address, latitude, longitude, status
# fmt: off
REQUESTS = (
    ("0000417", 44, 0, "012", "Got di Jalan Melati Umpama tersumbat sampah pasar, airnya naik ke teras tiap hujan sore.",
     "Jalan Melati Umpama 8", -7.6121, 112.3127, "fixed"),
    ("2001", 37, 1, "002", "Empat lampu jalan berurutan padam di tanjakan Rekaan, motor sering hampir tabrakan.",
     "Tanjakan Rekaan", -7.6184, 112.3211, "fixed"),
    ("2002", 32, 2, "001", "Trotoar depan rumah sakit pecah, kursi roda harus turun ke jalan.", "Jalan Andai Sehat 1", -7.6093,
     112.3150, "in_progress"),
    ("2003", 27, 3, "007", "Bak sampah di lapangan Misal diangkut hanya sepekan sekali, padahal dulu tiga kali.",
     "Lapangan Misal", -7.6207, 112.3098, "investigating"),
    ("2004", 22, 0, "120", "Rambu satu arah di Jalan Kenanga Contoh tertutup baliho, banyak yang salah masuk.",
     "Jalan Kenanga Contoh", -7.6111, 112.3189, "fixed"),
    ("2005", 17, 1, "900", "Pengeras suara di alun-alun menyala sampai tengah malam pada hari kerja.", "Alun-alun Sekarwangi",
     -7.6150, 112.3160, "no_further_action"),
    ("2006", 13, 2, "012", "Air menggenang di terowongan Fiktif setinggi ban, pompa tidak menyala.", "Terowongan Fiktif", None, None,
     "in_progress"),
    ("2007", 8, 3, "077", "Mohon taman baca kelurahan dibuka juga pada hari Minggu.", "Kelurahan Karangan", None, None, "open"),
    ("2008", 5, 0, "001", "Lubang di tikungan Jalan Teratai Rekaan makin lebar, sudah dua ban pecah.", "Jalan Teratai Rekaan",
     -7.6139, 112.3222, "open"),
)
# fmt: on
UNSTAMPED = ("2009", 3, 1, "007", "Tumpukan ranting sisa pangkasan belum diambil.", "Jalan Seroja Misal 17", None, None, "open")
NONSENSE = ("2010", 2, 2, "001", "Jembatan gantung ke sekolah miring.", "Kali Umpama", None, None, UNPLANNED)

# request, days ago, status, text
UPDATES = (
    ("0000417", 40, "in_progress", "Regu saluran membersihkan got mulai besok pagi."),
    ("0000417", 38, "fixed", "Got sudah bersih dan diberi saringan."),
    ("2001", 35, "fixed", "Kabel yang putus sudah disambung; keempat lampu menyala."),
    ("2002", 25, "in_progress", "Penggantian ubin dijadwalkan dua pekan."),
    ("2003", 24, "investigating", "Kami periksa jadwal truk dengan pengelola."),
    ("2004", 20, "fixed", "Baliho sudah dipindahkan oleh pemiliknya."),
    ("2005", 15, "no_further_action", "Acara itu berizin sampai pukul sebelas malam."),
    ("2006", 12, "in_progress", ""),
    ("2006", 11, None, "Pompa cadangan dikirim sore ini."),
)


def fill(connection: sqlite3.Connection, now: datetime) -> None:
    """Write the example rows, dated back from ``now`` (naive WIB), and a key for the one system that may write."""
    connection.execute("INSERT INTO callers VALUES (?, ?)", (secrets.token_urlsafe(24), CALLER))
    rows = [_row(now, row, _touched(now, row[0], row[1])) for row in REQUESTS]
    rows += [_row(now, UNSTAMPED, ""), _row(now, NONSENSE, _moment(now, 2))]
    connection.executemany(
        "INSERT INTO requests (service_request_id, requested_datetime, first_name, last_name, email, phone, service_code, description,"
        " address, lat, long, status, updated_datetime, token) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        rows,
    )
    connection.executemany(
        "INSERT INTO updates (service_request_id, updated_datetime, status, description, author) VALUES (?, ?, ?, ?, ?)",
        [(number, _moment(now, days), status, text, "Petugas Kota Sekarwangi") for number, days, status, text in UPDATES],
    )


def _row(now: datetime, row: tuple[object, ...], touched: str) -> tuple[object, ...]:
    number, days, who, *rest = row
    assert isinstance(days, int) and isinstance(who, int)
    return (number, _moment(now, days), *PEOPLE[who], *rest, touched, secrets.token_hex(8))


def _touched(now: datetime, number: str, days: int) -> str:
    """Return when a request was last changed: an update stamps its request."""
    return _moment(now, min([days, *(update[1] for update in UPDATES if update[0] == number)]))


def _moment(now: datetime, days: int) -> str:
    return stamp(now - timedelta(days=days, minutes=23 * days % 240))
