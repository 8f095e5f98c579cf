"""After the story: the hub serves, the apps stay open in the browser, and what happens is told, until Ctrl-C."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Thread

from contracts.errors import Refused
from contracts.events import Kind
from contracts.vocabulary import Status
from hub.accounts.passwords import generated
from hub.accounts.roles import Role
from hub.build import Hub
from hub.demo import acts
from hub.demo.stage import Stage
from hub.operations.accounts import add_account
from hub.work.door import Wsgi, bind
from hub.work.logs import configure
from hub.work.serving import Serving, serve

ACCOUNT = "peragaan"
_HOST, _PORT = "127.0.0.1", 8080
_PAUSE = 0.5  # seconds between two looks at the ledger


def watch(stage: Stage) -> None:
    """Serve the hub of the story; its address and an account of its own are printed once it can be reached."""
    password = generated()
    add_account(stage.hub, ACCOUNT, password, Role.ADMIN)
    _say_doors(stage)
    configure("error")
    port = free_port(_PORT)
    with _telling(stage):
        serve(Serving(_HOST, port), lambda: stage.hub, lambda hub: _pages(stage, hub, port, password))
    stage.teller.say("Selesai.", "Done.")


def stay_away(stage: Stage) -> None:
    """Say why it ends here: nobody could end it with Ctrl-C."""
    stage.teller.say(
        "Tanpa terminal peragaan berakhir di sini; dengan --serve hub tetap melayani.",
        "Without a terminal the demo ends here; with --serve the hub stays and serves.",
    )


def _say_doors(stage: Stage) -> None:
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


def _pages(stage: Stage, hub: Hub, port: int, password: str) -> Wsgi:
    # Taken in only here: the story itself needs no pages.
    from hub.api.app import create_app

    made = create_app(hub)
    teller = stage.teller
    teller.say(f"Hub melayani di http://{_HOST}:{port}/", f"The hub serves at http://{_HOST}:{port}/")
    teller.say(f"Masuk sebagai {ACCOUNT}, kata sandi {password}", f"Log in as {ACCOUNT}, password {password}")
    teller.say("Apa yang terjadi tampil di bawah ini. Ctrl-C mengakhiri semuanya.", "What happens is told below. Ctrl-C ends all of it.")
    return made


def free_port(wanted: int) -> int:
    """Return a port that is free now: the one that is wanted, or any where somebody has that one."""
    try:
        taken = bind(_HOST, wanted)
    except Refused:
        taken = bind(_HOST, 0)
    with taken:
        return int(taken.getsockname()[1])


@contextmanager
def _telling(stage: Stage) -> Iterator[None]:
    """Tell what happens from a thread of its own, for as long as the context lasts."""
    done = Event()
    thread = Thread(target=_tell, args=(stage, done), name="telling", daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()


def _tell(stage: Stage, done: Event) -> None:
    seen = stage.last_event
    while not done.wait(_PAUSE):
        seen = _show(stage, seen)


def _show(stage: Stage, seen: int) -> int:
    for event in acts.events(stage.hub, seen):
        said = Kind(event["kind"]).label(stage.teller.language)
        value = f": {Status(event['new']).label(stage.teller.language)}" if event["field"] == "status" and event["new"] else ""
        line = f"{event['tracking_id']}  {said}{value}"
        stage.teller.say(line, line)
        seen = event["seq"]
    return seen
