"""Waits that a signal ends, also one that comes just before they begin."""

from __future__ import annotations

import contextlib
import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def waking() -> Iterator[socket.socket]:
    """What a signal makes readable, and ``drain`` no more.

    A handler of Python's is run between two of its instructions. So whoever waits for something in
    the system waits for this as well: a signal that comes just before that would not be heard.
    """
    heard, told = socket.socketpair()
    with heard, told:
        heard.setblocking(False)
        told.setblocking(False)
        before = signal.set_wakeup_fd(told.fileno(), warn_on_full_buffer=False)
        try:
            yield heard
        finally:
            signal.set_wakeup_fd(before)


def drain(heard: socket.socket) -> None:
    with contextlib.suppress(BlockingIOError):
        heard.recv(4096)
