"""A kind of app that takes complaints and can be asked for nothing but what it gave a number: a plugin, as an outside author writes one.

The campaign puts this file into a folder of its own beside an entry point (`install`); the hub finds it there as it finds any other.
"""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import ClassVar

from connectors.open311.connector import Open311Connector
from contracts.connector import Capabilities, Connector, Feed, Page
from contracts.hookspecs import hookimpl

KIND = "letterbox"


class Letterbox(Open311Connector):
    """A city that lists nothing: neither what is new, nor everything, nor what carries a mark."""

    name: ClassVar[str] = KIND
    summary: ClassVar[str] = "A city's interface that only takes requests and tells of one by its number"

    @property
    def capabilities(self) -> Capabilities:
        """Nothing by which a filing of unknown fate could be found."""
        return replace(super().capabilities, feed=Feed.INBOX, can_list=False, can_find=False, carries_token=False)

    def check(self) -> None:
        """Nothing is asked that it could answer."""

    def changes(self, since: str | None) -> Iterator[Page]:
        """It reports nothing."""
        yield Page((), cursor=since)


@hookimpl
def register_connector() -> type[Connector]:
    """Offer the connector under its name ``letterbox``."""
    return Letterbox


def install(folder: Path) -> Path:
    """Put the plugin into ``folder`` as an installed package lies there, let this process see it, and return the folder."""
    about = folder / f"{KIND}-1.dist-info"
    about.mkdir(parents=True)
    shutil.copy(__file__, folder / f"{KIND}.py")
    (about / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {KIND}\nVersion: 1\n", "utf-8")
    (about / "entry_points.txt").write_text(f"[simpul.connectors]\n{KIND} = {KIND}\n", "utf-8")
    sys.path.append(str(folder))
    return folder
