"""``simpul demo``: the main job on two real apps, on this computer, with nothing to prepare."""

from __future__ import annotations

from pathlib import Path

import click

from hub.demo.performing import perform
from hub.demo.story import set_up, tell

_ONCE = "Berhenti sesudah cerita selesai. / End when the story has been told."
_LANG = "Bahasa layar. / Language of the screen."
_FOLDER = "Folder kosong untuk semua berkas; tidak dihapus. / An empty folder for all files; it stays."
_KEEP = "Jangan hapus folder sementara. / Do not remove the temporary folder."


@click.command()
@click.option("--once", is_flag=True, help=_ONCE)
@click.option("--lang", type=click.Choice(["id", "en"]), default="id", show_default=True, help=_LANG)
@click.option("--folder", type=click.Path(path_type=Path, file_okay=False), help=_FOLDER)
@click.option("--keep", is_flag=True, help=_KEEP)
def demo(once: bool, lang: str, folder: Path | None, keep: bool) -> None:
    """Peragaan: dua aplikasi daerah dihubungkan, dan setiap pernyataan diperiksa. / Connects two local apps and checks every claim."""
    raise SystemExit(0 if perform(set_up, tell, lang=lang, folder=folder, keep=keep, stay=not once) else 1)
