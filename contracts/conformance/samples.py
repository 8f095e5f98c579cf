"""Values of every field, twice: to write, and to write something else. Invented; no person behind them."""

from __future__ import annotations

from contracts.content import Content, Field

FIRST: Content = {
    Field.TITLE: "Jembatan gantung putus",
    Field.DESCRIPTION: "Jembatan gantung menuju sekolah putus sejak kemarin sore.",
    Field.CLASSIFICATION: "complaint",
    Field.CATEGORY: "Pekerjaan umum",
    Field.TAGS: ["SDG 9"],
    Field.CHANNEL: "website",
    Field.OCCURRED_ON: "2026-03-02",
    Field.PLACE_CODE: "35.02.17",
    Field.ADDRESS: "Jalan Contoh 1",
    Field.LATITUDE: -7.87,
    Field.LONGITUDE: 111.46,
    Field.REPORTER_NAME: "Pelapor Contoh",
    Field.REPORTER_PHONE: "+628110000001",
    Field.REPORTER_EMAIL: "pelapor@example.org",
    Field.REPORTER_IDENTITY: "0000000000000001",
    Field.ANONYMOUS: False,
    Field.CONFIDENTIAL: False,
    Field.REASON: "Menunggu foto dari pelapor",
    Field.HOLDER: {"agency": "ponorogo", "unit": "pu"},
    Field.SUBMITTED_AT: "2026-03-03T04:05:06Z",
    Field.RATING: 4,
}

SECOND: Content = {
    Field.TITLE: "Jembatan gantung dekat sekolah putus",
    Field.DESCRIPTION: "Saluran air di depan balai desa tersumbat.",
    Field.CLASSIFICATION: "aspiration",
    Field.CATEGORY: "Perhubungan",
    Field.TAGS: ["SDG 11"],
    Field.CHANNEL: "sms",
    Field.OCCURRED_ON: "2026-03-01",
    Field.PLACE_CODE: "35.02",
    Field.ADDRESS: "Jalan Contoh 22",
    Field.LATITUDE: -7.5,
    Field.LONGITUDE: 111.5,
    Field.REPORTER_NAME: "Pelapor Lain",
    Field.REPORTER_PHONE: "+628110000002",
    Field.REPORTER_EMAIL: "lain@example.org",
    Field.REPORTER_IDENTITY: "0000000000000002",
    Field.ANONYMOUS: True,
    Field.CONFIDENTIAL: True,
    Field.REASON: "Di luar wewenang",
    Field.HOLDER: {"agency": "ponorogo", "unit": "dishub"},
    Field.SUBMITTED_AT: "2026-03-04T04:05:06Z",
    Field.RATING: 5,
}
