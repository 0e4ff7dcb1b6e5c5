"""Every process that this run starts, so that none outlives it, whichever way it ends."""

import atexit
import signal
import subprocess
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from types import FrameType
from typing import IO

_running: set[subprocess.Popen[bytes]] = set()
_lock = threading.RLock()
_ending = threading.Event()


def start(command: Sequence[str], log: Path, stdin: int | IO[bytes] = subprocess.DEVNULL) -> subprocess.Popen[bytes]:
    """Starts a program whose output goes to the end of a log."""
    with log.open("ab") as output:
        # A session of its own: Ctrl-C reaches us alone, and we end it in our order.
        process = subprocess.Popen(command, stdin=stdin, stdout=output, stderr=output, start_new_session=True)
    keep(process)
    return process


def keep(process: subprocess.Popen[bytes]) -> None:
    """Has a process ended with us."""
    with _lock:
        _running.add(process)
    # Another thread may start one more while a signal has us end them all.
    if _ending.is_set():
        kill(process)


def kill(process: subprocess.Popen[bytes]) -> None:
    """kill -9, and gone when this returns."""
    process.kill()
    process.wait()
    with _lock:
        _running.discard(process)


def run(command: Sequence[str], stdin: bytes | None = None, seconds: float = 120) -> str:
    """Runs a tool that must succeed, and returns what it printed."""
    done = subprocess.run(command, input=stdin, stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=seconds)
    if done.returncode != 0:
        said = (done.stderr + done.stdout).decode(errors="replace").strip()
        raise RuntimeError(f"{command[0]} ended with {done.returncode}: {said[-1000:]}")
    return done.stdout.decode(errors="replace")


def kill_all() -> None:
    """Also whatever is started from now on."""
    _ending.set()
    with _lock:
        remaining = list(_running)
    for process in remaining:
        kill(process)


def _end(number: int, frame: FrameType | None) -> None:
    kill_all()
    # Not sys.exit: the other threads wait for machines that are no more, and would be waited for.
    sys.stdout.flush()
    signal.signal(number, signal.SIG_DFL)
    signal.raise_signal(number)


def end_with_us() -> None:
    atexit.register(kill_all)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _end)
