"""After the story: the apps stay open in the browser while the hub keeps them in step, until Ctrl-C."""

from __future__ import annotations

import time

from contracts.errors import SimpulError
from contracts.events import Kind
from contracts.vocabulary import Status
from hub.demo import acts
from hub.demo.stage import Stage

_PAUSE = 2.0  # seconds between two rounds


def watch(stage: Stage) -> None:
    """Say where the pages are, then synchronise and show what happens."""
    teller = stage.teller
    teller.chapter("Silakan mencoba sendiri", "Try it yourself")
    for office in stage.offices:
        citizens, staff = (office.url + door for door in office.doors)
        teller.say(f"{office.label}: warga {citizens}, petugas {staff}", f"{office.label}: citizens {citizens}, staff {staff}")
    codes = ", ".join(office.agency for office in stage.offices)
    command = f"SIMPUL_HOME={stage.folder.absolute() / 'hub'} simpul complaints assign"
    teller.say(
        f"Disposisi, dari terminal lain ({codes}): {command} NOMOR --agency KODE",
        f"To assign, in another terminal ({codes}): {command} NUMBER --agency CODE",
    )
    teller.say("Hub menyamakan keduanya setiap 2 detik. Ctrl-C mengakhiri.", "The hub keeps both in step every 2 seconds. Ctrl-C ends.")
    seen = stage.last_event
    try:
        while True:
            _round(stage)
            seen = _show(stage, seen)
            time.sleep(_PAUSE)
    except KeyboardInterrupt:
        teller.say("Selesai.", "Done.")


def _round(stage: Stage) -> None:
    try:
        stage.round()
    except SimpulError as error:
        # Somebody else may be running a session from another terminal; the next round comes soon.
        stage.teller.say(str(error), str(error))


def _show(stage: Stage, seen: int) -> int:
    for event in acts.events(stage.hub, seen):
        said = Kind(event["kind"]).label(stage.teller.language)
        value = f": {Status(event['new']).label(stage.teller.language)}" if event["field"] == "status" and event["new"] else ""
        line = f"{event['tracking_id']}  {said}{value}"
        stage.teller.say(line, line)
        seen = event["seq"]
    return seen
