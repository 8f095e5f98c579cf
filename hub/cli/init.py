"""`simpul init`: from nothing to a hub that works."""

from __future__ import annotations

import click

from hub.cli.asking import by_a_person, from_stdin, new_password, read_password
from hub.cli.command import Command, terminal
from hub.cli.terminal import Terminal
from hub.operations import initialising
from hub.operations.accounts import any_admin

_ADMIN = "admin"


@click.command(cls=Command)
@click.option("--admin", metavar="NAME", help=f"The first administrator; without a terminal to ask on: {_ADMIN}.")
@from_stdin
@terminal
def init(term: Terminal, admin: str | None, password_stdin: bool) -> None:
    """Make settings, keys, tables and the first administrator; what is there already stays as it is."""
    password = read_password() if password_stdin else None
    plan = initialising.plan(term.environ, admin or _ADMIN, password)
    if "config" in plan.missing:
        initialising.write_config(plan)
    term.begin()
    already = any_admin(term.hub)
    _tell_made(term, plan)
    if already is None:
        _first(term, admin, password)
    elif plan.missing:
        term.say(f"Administrator sudah ada: {already}.", f"There is an administrator already: {already}.")
    else:
        term.say(
            f"Semua sudah ada ({plan.config}; administrator {already}); tidak ada yang diubah.",
            f"Everything is there already ({plan.config}; administrator {already}); nothing was changed.",
        )
    _tell_next(term)


def _tell_made(term: Terminal, plan: initialising.Plan) -> None:
    made = {
        "config": term.t(f"Setelan: {plan.config}", f"Settings: {plan.config}"),
        "keys": term.t(
            f"Kunci: {plan.settings.keys} (cadangkan terpisah dari basis data; tanpa kunci, data tersegel hilang)",
            f"Keys: {plan.settings.keys} (back them up apart from the database; without them sealed data is lost)",
        ),
        "database": term.t("Basis data dibuat.", "The database was made."),
    }
    for name, sentence in made.items():
        if name in plan.missing:
            click.echo(sentence)


def _first(term: Terminal, name: str | None, password: str | None) -> None:
    if password is None and by_a_person():
        name = name or click.prompt(term.t("Nama administrator pertama", "Name of the first administrator"), default=_ADMIN)
        term.say("Kata sandi kosong: dibuatkan.", "An empty password: one is made.")
        password = new_password(term, False, may_be_empty=True)
    name = name or _ADMIN
    made = initialising.first_admin(term.hub, name, password)
    term.say(f"Administrator {name} dibuat.", f"Administrator {name} was added.")
    if made is not None:
        term.say(f"Kata sandinya, hanya sekali ini: {made}", f"The password, this once: {made}")


def _tell_next(term: Terminal) -> None:
    steps = ["simpul serve", "simpul connections add NAME --kind KIND --file FILE", "simpul status"]
    click.echo("\n".join([term.t("Langkah berikut:", "Next:"), *(f"  {step}" for step in steps)]))
