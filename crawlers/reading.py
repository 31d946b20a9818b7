"""Pages are read in processes of their own: beside the crawler, on other cores, and within a time.

    spiders.place -> Reading.read -> crawlers.reading_process -> Extraction | ReaderFailed

A process answers in the order in which it is asked. One that takes too long, or dies, costs the page that it was
reading, and no other: those that waited behind are read by the next process.
"""

from __future__ import annotations

import asyncio
import os
import socket
import subprocess
import sys
from contextlib import suppress
from typing import Final

from crawlers.extract import Extraction, Fetched
from crawlers.reading_process import LENGTHS, OVERDUE, answer, question
from crawlers.spiders import READERS
from lachan.domain.post import SourceKind
from lachan.pipeline.ports import PageKind

SECONDS: Final = 20.0  # of a processor for one page; the largest real ones take a few
_MOST: Final = 4  # processes, unless more are asked for: politeness bounds what there is to read
_ENDING: Final = 1.0  # seconds that a process whose line is dead takes to end
_MAX_ANSWER: Final = 100_000_000  # bytes
_ENVIRONMENT: Final = ("PATH", "LANG", "LC_ALL", "TZ", "LD_LIBRARY_PATH")  # no settings, no secrets


class ReaderFailed(Exception):
    """A page that could not be read; `word` says how: reader_error, reader_too_slow, reader_died."""

    def __init__(self, word: str, detail: str = "") -> None:
        super().__init__(word)
        self.word = word
        self.detail = detail


class _Gone(Exception):
    """The process ended while the page waited for its turn."""


def usual_processes() -> int:
    """One less than there are cores, within 1 and 4."""
    return max(1, min(_MOST, len(os.sched_getaffinity(0)) - 1))


class Reading:
    """Reads pages in up to `processes` processes; with 0 in this one, without a limit of time.

    The first process starts at once, others when all are busy.
    """

    def __init__(self, processes: int, seconds: float = SECONDS) -> None:
        self._most = processes
        self._seconds = seconds
        self._processes = [_Process(seconds)] if processes else []

    async def read(self, kind: SourceKind, fetched: Fetched, page: PageKind) -> Extraction:
        """What the page holds. Raises ReaderFailed."""
        if not self._most:
            try:
                return READERS[kind](fetched, page)
            except Exception as error:
                raise ReaderFailed("reader_error", type(error).__name__) from error
        asked = question(kind, fetched, page)
        while True:
            process = self._least_busy()
            try:
                raw = await process.ask(asked)
            except _Gone:
                continue
            finally:
                if process.ended:
                    self._processes = [other for other in self._processes if other is not process]
            found = answer(raw)
            if isinstance(found, str):
                raise ReaderFailed("reader_error", found)
            return found

    def _least_busy(self) -> _Process:
        process = min(self._processes, key=lambda one: one.waiting, default=None)
        if process is None or (process.waiting and len(self._processes) < self._most):
            process = _Process(self._seconds)
            self._processes.append(process)
        return process

    def close(self) -> None:
        """End all processes."""
        for process in self._processes:
            process.end()
        self._processes = []


class _Process:
    def __init__(self, seconds: float) -> None:
        self.waiting = 0  # pages
        self.ended = False
        self._ours, theirs = socket.socketpair()
        environment = {name: os.environ[name] for name in _ENVIRONMENT if name in os.environ}
        environment["PYTHONPATH"] = os.pathsep.join(path for path in sys.path if path)
        with theirs:
            self._popen: subprocess.Popen[bytes] = subprocess.Popen(  # noqa: S603 - our own module
                [sys.executable, "-P", "-m", "crawlers.reading_process", str(seconds)],
                stdin=theirs.fileno(),
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,  # what a library says there would quote the page
                env=environment,
            )
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None
        self._opening, self._turn = asyncio.Lock(), asyncio.Lock()

    async def ask(self, asked: bytes) -> bytes:
        """The answer to one frame. Raises ReaderFailed where this page ends the process, _Gone where another did."""
        self.waiting += 1
        try:
            async with self._opening:
                if self._streams is None and not self.ended:
                    self._streams = await asyncio.open_connection(sock=self._ours)
            if self._streams is None or self.ended:
                raise _Gone
            reader, writer = self._streams
            writer.write(asked)
            async with self._turn:  # in the order of writing
                if self.ended:
                    raise _Gone
                return await self._answer(reader)
        except (OSError, EOFError):
            with suppress(subprocess.TimeoutExpired):
                self._popen.wait(_ENDING)
            raise ReaderFailed("reader_too_slow" if self.end() == -OVERDUE else "reader_died") from None
        finally:
            self.waiting -= 1

    @staticmethod
    async def _answer(reader: asyncio.StreamReader) -> bytes:
        length, _ = LENGTHS.unpack(await reader.readexactly(LENGTHS.size))
        if length > _MAX_ANSWER:
            raise EOFError
        return await reader.readexactly(length)

    def end(self) -> int:
        """End it, if it has not. Returns its exit status."""
        self.ended = True
        self._ours.close() if self._streams is None else self._streams[1].close()
        self._popen.kill()
        return self._popen.wait()
