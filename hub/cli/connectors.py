"""`simpul connectors`: what kinds of app this installation can speak to."""

from __future__ import annotations

import click
from marshmallow import Schema

from hub.cli.command import Command, as_json, terminal
from hub.cli.exits import Exit
from hub.cli.terminal import Terminal


@click.command(cls=Command)
@click.argument("kind", required=False)
@as_json
@terminal
def connectors(term: Terminal, kind: str | None, as_json: bool) -> None:
    """List the kinds of app; with KIND, the settings it takes."""
    from hub.plugins import Connectors

    known = Connectors.installed()
    if kind is not None:
        rows = _settings(known.get(kind).settings_schema())
        if as_json:
            term.json([dict(zip(("name", "required", "secret", "help"), row, strict=True)) for row in rows])
            return
        term.table([("Setelan", "Setting"), ("Wajib", "Required"), ("Rahasia", "Secret"), ("Keterangan", "Help")], rows)
        return
    kinds = [(name, known.get(name).summary) for name in known.names()]
    if as_json:
        broken = [{"name": each.name, "package": each.package, "problem": each.problem} for each in known.broken]
        term.json({"connectors": [{"name": name, "summary": summary} for name, summary in kinds], "broken": broken})
    else:
        term.table([("Konektor", "Connector"), ("Keterangan", "Summary")], kinds)
        for each in known.broken:
            term.say(f"Rusak: {each.name} ({each.package}): {each.problem}", f"Broken: {each.name} ({each.package}): {each.problem}")
    if known.broken:
        click.get_current_context().exit(Exit.WAITS)


def _settings(schema: Schema) -> list[tuple[str, bool, bool, str]]:
    return [
        (
            field.data_key or name,
            field.required,
            bool(field.metadata.get("secret")),
            str(field.metadata.get("help") or field.metadata.get("description") or ""),
        )
        for name, field in schema.load_fields.items()
    ]
