"""Everything that is known of the complaints of which something is wrong, written beside the logs for whoever looks into it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from sqlalchemy import Table, select

from benchmarks.campaign import sight
from benchmarks.campaign.deeds import Deeds
from benchmarks.campaign.world import World
from hub.store import tables

_DULL = ("salt", "digest", "hash", "previous")
_NAMED = re.compile(r"Laporan \d+ di [^'\"]+")


def write(world: World, deeds: Deeds, lines: Iterable[str]) -> None:
    """Write ``dossier.txt``: what people did, what the hub wrote down, what each app received."""
    seen = {each.text: each for each in sight.complaints(world.hub)}
    lines = list(lines)
    texts = {text for line in lines for text in _NAMED.findall(line)}
    texts |= {each.text for each in seen.values() if any(line.startswith(each.id) for line in lines)}
    with (world.folder / "dossier.txt").open("w", encoding="utf-8") as out:
        out.write("".join(f"{line}\n" for line in lines))
        with world.hub.store.reading() as sql:
            names = {row.id: row.name for row in sql.execute(select(tables.connections.c.id, tables.connections.c.name))}
            for text in sorted(texts):
                out.write(f"\n=== {deeds.filings.get(text)}\n{seen.get(text)}\n")
                out.writelines(f"answer {one} {'unsure' if one.said in deeds.unsure else ''}\n" for one in deeds.answers if one.on == text)
                own = seen[text].id if text in seen else ""
                links = [row.id for row in sql.execute(select(tables.links.c.id).where(tables.links.c.complaint_id == own))]
                for table, condition in (
                    (tables.ledger, tables.ledger.c.complaint_id == own),
                    (tables.links, tables.links.c.complaint_id == own),
                    (tables.attempts, tables.attempts.c.link_id.in_(links)),
                    (tables.response_links, tables.response_links.c.link_id.in_(links)),
                    (tables.conflicts, tables.conflicts.c.complaint_id == own),
                ):
                    out.writelines(_line(table, row, names) for row in sql.execute(select(table).where(condition)))
                for label, app in world.apps.items():
                    journal = app.rows("SELECT * FROM jurnal WHERE teks = ? OR apa = 'restored' ORDER BY n", [text])
                    out.writelines(f"{label} {row}\n" for row in journal)


def _line(table: Table, row: Any, names: dict[int, str]) -> str:
    told = {name: value for name, value in row._mapping.items() if value not in (None, {}, [], "") and name not in _DULL}
    if "connection_id" in told:
        told["connection_id"] = names.get(told["connection_id"])
    return f"{table.name} {told}\n"
