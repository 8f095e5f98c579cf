"""Tells one story from beginning to end: a place for it, the telling, what came of it, and nothing left behind."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import click
from rich.console import Console

from contracts.errors import SimpulError
from hub.demo.claims import Claims
from hub.demo.stage import Stage
from hub.demo.telling import Teller

Story = Callable[[Stage], None]
SetUp = Callable[[Path, Teller, Claims], AbstractContextManager[Stage]]


def perform(
    set_up: SetUp, tell: Story, *, lang: str = "id", folder: Path | None = None, keep: bool = False, after: Story | None = None
) -> bool:
    """Tell a story and return whether all its claims held; ``after`` follows if they did. Raises click.UsageError."""
    teller = Teller(Console(highlight=False), lang)
    claims = Claims(teller)
    with _place(folder, keep, teller) as place:
        try:
            with set_up(place, teller, claims) as stage:
                tell(stage)
                good = claims.conclude()
                if good and after:
                    after(stage)
                return good
        except (SimpulError, LookupError, RuntimeError, OSError) as error:
            claims.conclude()
            teller.false(teller.text("Cerita terhenti.", "The story broke off."), str(error))
            return False


@contextmanager
def _place(folder: Path | None, keep: bool, teller: Teller) -> Iterator[Path]:
    """Give the folder for everything: a temporary one that goes away, or the one that was named, which must be empty."""
    if folder is None and not keep:
        with tempfile.TemporaryDirectory(prefix="simpul-demo-") as made:
            yield Path(made)
        return
    chosen = folder or Path(tempfile.mkdtemp(prefix="simpul-demo-"))
    if chosen.exists() and any(chosen.iterdir()):
        raise click.UsageError(f"{chosen} tidak kosong; pilih folder lain. / It is not empty; choose another.")
    chosen.mkdir(parents=True, exist_ok=True)
    yield chosen
    teller.say(f"Semua berkas ada di {chosen}.", f"All files are in {chosen}.")
