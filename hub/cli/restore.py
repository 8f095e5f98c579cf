"""`simpul restore`: the hub as it was, which then hears every app out before it writes to any."""

from __future__ import annotations

from pathlib import Path

import click

from hub.cli.command import Command, certain, terminal
from hub.cli.exits import Exit
from hub.cli.show import shown
from hub.cli.terminal import Terminal
from hub.cli.transfer import transfer
from hub.operations.restoring import Restored, restore_of


@click.command(cls=Command)
@click.argument("file", metavar="FILE", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--replace", is_flag=True, help="Lose what the database holds now.")
@certain
@terminal
def restore(term: Terminal, file: Path, replace: bool, yes: bool) -> None:
    """Check a backup, replace the hub's database by it in one step, and let every connection be read before any is written to."""
    with restore_of(file, term.settings) as one:
        with transfer(term) as told:
            one.check(replace=replace, told=told)
        at, found = shown(one.manifest.made_at, term.language), one.manifest.facts
        term.say(
            f"Cadangan dari {at}: {found.complaints} laporan, rilis {one.manifest.release}.",
            f"A backup of {at}: {found.complaints} complaints, release {one.manifest.release}.",
        )
        asked = ("Ganti seluruh isi basis data hub dengan ini?", "Replace all that is in the hub's database by this?")
        if one.replaces and not term.sure(*asked, yes=yes):
            click.get_current_context().exit(Exit.WAITS)
        with transfer(term) as told:
            done = one.carry_out(told)
    _tell(term, done)


def _tell(term: Terminal, done: Restored) -> None:
    term.say(
        f"Dipulihkan. {len(done.connections)} koneksi dibaca seluruhnya sebelum ada yang ditulis.",
        f"Restored. {len(done.connections)} connections are read whole before anything is written.",
    )
    if done.erased is None:
        _tell_unknown(term, done)
    elif done.erased or done.revived:
        _tell_erased(term, done.erased)
        _tell_revived(term, done)
        click.get_current_context().exit(Exit.WAITS)
    term.say("Jalankan hub kembali.", "Start the hub again.")


def _tell_erased(term: Terminal, erased: tuple[str, ...]) -> None:
    said = (
        "Penghapusan ini terjadi sesudah cadangan dan harus diminta lagi (`simpul complaints erase`):",
        "These were erased after the backup, which must be asked for again (`simpul complaints erase`):",
    )
    _list(term, erased, *said)


def _tell_revived(term: Terminal, done: Restored) -> None:
    """Name what was withdrawn after the backup and counts again; to be seen to before the hub is started."""
    found = done.revived
    _list(
        term,
        found.tokens,
        "Token ini berlaku lagi; cabut (`simpul tokens revoke`) sebelum hub dijalankan:",
        "These tokens count again; revoke them (`simpul tokens revoke`) before the hub is started:",
    )
    _list(
        term,
        found.accounts,
        "Akun ini terbuka lagi; tutup (`simpul accounts disable`) sebelum hub dijalankan:",
        "These accounts are open again; close them (`simpul accounts disable`) before the hub is started:",
    )
    _list(
        term,
        found.passwords,
        "Kata sandi lama akun ini berlaku lagi; ganti (`simpul accounts password`) sebelum hub dijalankan:",
        "The passwords of before count again for these accounts; change them (`simpul accounts password`) before the hub is started:",
    )
    _list(
        term,
        found.webhooks,
        "Rahasia webhook lama koneksi ini berlaku lagi; ganti (`simpul connections webhook --rotate`, atau `--off`):",
        "The webhook secrets of before count again for these connections; change them (`simpul connections webhook --rotate`, or `--off`):",
    )
    _list(
        term,
        found.connections,
        "Koneksi ini ada lagi; hapus (`simpul connections remove`) sebelum hub dijalankan:",
        "These connections are back; remove them (`simpul connections remove`) before the hub is started:",
    )
    _list(
        term,
        found.changed,
        "Setelan, kebijakan, atau jeda koneksi ini kembali seperti dahulu; terapkan lagi (`simpul connections apply`, `pause`):",
        "Settings, policy or pauses of these connections are those of then; apply them again (`simpul connections apply`, `pause`):",
    )


def _tell_unknown(term: Terminal, done: Restored) -> None:
    """Say what nobody could be asked about, and what counts as the backup has it."""
    at = shown(done.manifest.made_at, term.language)
    term.say(
        f"Penghapusan sesudah {at} tidak dikenal; minta lagi dari catatan Anda (`simpul complaints erase`).",
        f"What was erased after {at} is not known here; ask for it again from your own records (`simpul complaints erase`).",
    )
    found = done.revived
    if not found:
        return
    term.say(
        "Begitu pula yang dicabut sesudah itu. Sebelum hub dijalankan, cabut lagi yang tidak boleh berlaku "
        "(`simpul tokens revoke`, `accounts disable`, `connections webhook --rotate`, `connections remove`, `apply`); semua ini berlaku:",
        "Neither is what was withdrawn since. Before the hub is started, withdraw again what must not count "
        "(`simpul tokens revoke`, `accounts disable`, `connections webhook --rotate`, `connections remove`, `apply`); all of these do:",
    )
    _list(term, found.tokens, "Token:", "Tokens:")
    _list(term, found.accounts, "Akun:", "Accounts:")
    _list(term, found.webhooks, "Rahasia webhook:", "Webhook secrets:")
    _list(term, found.connections, "Koneksi:", "Connections:")


def _list(term: Terminal, items: tuple[str, ...], indonesian: str, english: str) -> None:
    if items:
        term.say(indonesian, english)
        click.echo("\n".join(f"  {one}" for one in items))
