"""The closed word lists of the canonical complaint, each word with its Indonesian and English label."""

from __future__ import annotations

from enum import Enum
from typing import Self


class Word(str, Enum):
    """A code that is stored and sent, with the labels that people see.

    The value is the code; ``label("id")`` and ``label("en")`` are for screens.
    """

    _labels: dict[str, str]

    def __new__(cls, code: str, indonesian: str = "", english: str = "") -> Self:
        word = str.__new__(cls, code)
        word._value_ = code
        word._labels = {"id": indonesian, "en": english}
        return word

    # Its own code, found without asking the enum: this is done for every record.
    __str__ = str.__str__

    def label(self, language: str = "id") -> str:
        """Return what a screen shows: ``id`` (the default) or ``en``."""
        return self._labels[language]


class Status(Word):
    """Where a complaint stands nationally (PermenPANRB 62/2018, as SP4N-LAPOR! words it)."""

    RECEIVED = "received", "Diterima", "Received"
    POSTPONED = "postponed", "Ditunda", "Postponed"
    VERIFIED = "verified", "Terverifikasi", "Verified"
    ASSIGNED = "assigned", "Terdisposisi", "Assigned"
    RETURNED = "returned", "Dikembalikan", "Returned"
    IN_PROGRESS = "in_progress", "Diproses", "In progress"
    ANSWERED = "answered", "Ditindaklanjuti", "Answered"
    REPORTER_REPLIED = "reporter_replied", "Ditanggapi pelapor", "Reporter replied"
    CLOSED = "closed", "Selesai", "Closed"
    ARCHIVED = "archived", "Diarsipkan", "Archived"


class Classification(Word):
    """The four classes of the national system (klasifikasi); they decide the national time limits."""

    OVERSIGHT = "oversight", "Pengaduan berkadar pengawasan", "Complaint with oversight content"
    COMPLAINT = "complaint", "Pengaduan tidak berkadar pengawasan", "Complaint without oversight content"
    INFORMATION = "information", "Permintaan informasi", "Information request"
    ASPIRATION = "aspiration", "Aspirasi", "Aspiration"


class Channel(Word):
    """How the reporter came in."""

    WEBSITE = "website", "Situs web", "Website"
    ANDROID = "android", "Android", "Android"
    IOS = "ios", "iOS", "iOS"
    SMS = "sms", "SMS", "SMS"
    X = "x", "X", "X"
    WHATSAPP = "whatsapp", "WhatsApp", "WhatsApp"
    EMAIL = "email", "Surel", "E-mail"
    PHONE = "phone", "Telepon", "Phone"
    WALK_IN = "walk_in", "Datang langsung", "Walk-in"
    PARTNER_APP = "partner_app", "Aplikasi mitra", "Partner app"


class Visibility(Word):
    """Who may read a response."""

    PUBLIC = "public", "Publik", "Public"
    INTERNAL = "internal", "Internal", "Internal"
