"""The tables of the hub. Invariants stand here too: unique indexes, and checks generated from the enums."""

from __future__ import annotations

from hub.store.tables.canonical import WAITING, complaints, ledger, responses, tombstones
from hub.store.tables.figures import WAITING_CELL, rollup, standing
from hub.store.tables.ground import MOSTLY, metadata
from hub.store.tables.hooks import inbox, webhooks
from hub.store.tables.linking import APART, IN_DOUBT, PARKED, RESTLESS, aliases, attempts, links, pairs, response_links
from hub.store.tables.network import agencies, checkpoints, connections, leaders, meta
from hub.store.tables.people import accounts, api_tokens
from hub.store.tables.waiting import conflicts, quarantine, reads

__all__ = [
    "APART",
    "IN_DOUBT",
    "MOSTLY",
    "PARKED",
    "RESTLESS",
    "WAITING",
    "WAITING_CELL",
    "accounts",
    "agencies",
    "aliases",
    "api_tokens",
    "attempts",
    "checkpoints",
    "complaints",
    "conflicts",
    "connections",
    "inbox",
    "leaders",
    "ledger",
    "links",
    "meta",
    "metadata",
    "pairs",
    "quarantine",
    "reads",
    "response_links",
    "responses",
    "rollup",
    "standing",
    "tombstones",
    "webhooks",
]
