"""A wire between two processes of this machine that can be cut: everything that goes through it passes here."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from enum import StrEnum
from threading import Event, Thread


class Cut(StrEnum):
    """What whoever uses a cut wire notices: that it is cut, or nothing at all."""

    REFUSED = "refused"
    SILENT = "silent"


class Wire:
    """Listens on a port of its own and passes everything on to ``target``; thread-safe."""

    def __init__(self, target: int) -> None:
        self._target = target
        self._cut: Cut | None = None
        self._writers: set[asyncio.StreamWriter] = set()
        self._loop = asyncio.new_event_loop()
        self._ready = Event()
        self.port = 0
        Thread(target=self._run, name=f"wire to {target}", daemon=True).start()
        self._ready.wait()

    def cut(self, how: Cut) -> None:
        """Cut it: refused connections break and no new ones are made, or nothing passes and nobody is told."""
        self._cut = how
        if how is Cut.REFUSED:
            self._loop.call_soon_threadsafe(self._break)

    def mend(self) -> None:
        """Mend it; connections that were silent have lost what was sent meanwhile, and break."""
        self._cut = None
        self._loop.call_soon_threadsafe(self._break)

    def stop(self) -> None:
        """Pass nothing on any more."""
        self._loop.call_soon_threadsafe(self._end)

    def _end(self) -> None:
        for task in asyncio.all_tasks(self._loop):
            task.cancel()
        self._loop.call_later(0.1, self._loop.stop)

    def _break(self) -> None:
        for writer in self._writers:
            writer.transport.abort()

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        # Whatever breaks here was meant to.
        self._loop.set_exception_handler(lambda *_: None)
        server = self._loop.run_until_complete(asyncio.start_server(self._serve, "127.0.0.1", 0))
        self.port = server.sockets[0].getsockname()[1]
        self._ready.set()
        self._loop.run_forever()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.add(writer)
        there = None
        try:
            while self._cut is Cut.SILENT:
                await asyncio.sleep(0.05)
            if self._cut is None:
                back, there = await asyncio.open_connection("127.0.0.1", self._target)
                self._writers.add(there)
                await asyncio.gather(self._pass(reader, there), self._pass(back, writer))
        except OSError:
            pass
        finally:
            for each in (writer, there):
                if each is not None:
                    self._writers.discard(each)
                    each.transport.abort()

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while said := await reader.read(65_536):
                if self._cut is None:
                    writer.write(said)
                    await writer.drain()
            # What one side still has to say may pass, as between real sockets.
            writer.write_eof()
