"""``simpul demo``: the main job on three real apps, on this computer, with nothing to prepare."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from hub.demo.performing import Story, perform
from hub.demo.story import set_up, tell

_ONCE = "Berhenti sesudah cerita selesai. / End when the story has been told."
_SERVE = "Sesudah cerita hub tetap melayani, juga tanpa terminal. / Serve after the story even without a terminal."
_LANG = "Bahasa layar. / Language of the screen."
_FOLDER = "Folder kosong untuk semua berkas; tidak dihapus. / An empty folder for all files; it stays."
_KEEP = "Jangan hapus folder sementara. / Do not remove the temporary folder."


@click.command()
@click.option("--once", is_flag=True, help=_ONCE)
@click.option("--serve", is_flag=True, help=_SERVE)
@click.option("--lang", type=click.Choice(["id", "en"]), default="id", show_default=True, help=_LANG)
@click.option("--folder", type=click.Path(path_type=Path, file_okay=False), help=_FOLDER)
@click.option("--keep", is_flag=True, help=_KEEP)
def demo(once: bool, serve: bool, lang: str, folder: Path | None, keep: bool) -> None:
    """Peragaan: tiga aplikasi daerah dihubungkan, setiap pernyataan diperiksa. / Connects three local apps and checks every claim."""
    if once and serve:
        raise click.UsageError("Pilih --once atau --serve. / Choose --once or --serve.")
    raise SystemExit(0 if perform(set_up, tell, lang=lang, folder=folder, keep=keep, after=after(once, serve)) else 1)


def after(once: bool, serve: bool) -> Story | None:
    """Return what follows the story: nothing, the hub that serves, or a word on why it does not."""
    if once:
        return None
    # Taken in only here: the story itself needs neither the server nor its pages.
    from hub.demo.watching import stay_away, watch

    return watch if serve or sys.stdin.isatty() else stay_away
