"""QEMU's control socket (QMP): commands, and the events that come in between."""

import json
import socket
import time
from pathlib import Path
from typing import Any

from emulator.waiting import Failed, wait_until

_ANSWER_SECONDS = 60


class Qmp:
    def __init__(self, path: Path) -> None:
        self._socket = wait_until("QEMU opens its control socket", 30, lambda: _connect(path))
        self._buffer = b""
        self.events: list[dict[str, Any]] = []
        self._read(_ANSWER_SECONDS)  # its greeting
        self.command("qmp_capabilities")

    def command(self, name: str, **arguments: Any) -> Any:
        """Returns the answer's content; a refusal is a failure."""
        self._socket.sendall(json.dumps({"execute": name, "arguments": arguments}).encode() + b"\n")
        while True:
            answer = self._read(_ANSWER_SECONDS)
            if "return" in answer:
                return answer["return"]
            if "error" in answer:
                raise Failed(f"QEMU refused {name}: {answer['error'].get('desc')}")

    def wait_for_event(self, name: str, seconds: float) -> dict[str, Any]:
        """Returns the first event of that name since the machine was started."""
        deadline = time.monotonic() + seconds
        while True:
            for event in self.events:
                if event["event"] == name:
                    return event
            if time.monotonic() > deadline:
                raise Failed(f"the machine gave no {name} within {seconds:.0f} s")
            try:
                self._read(1)
            except TimeoutError:
                pass

    def job(self, name: str, seconds: float, **arguments: Any) -> None:
        """Runs a command that QEMU does as a job, to its end."""
        self.command(name, **{"job-id": name}, **arguments)

        def ended() -> Any:
            return next(
                (job for job in self.command("query-jobs") if job["id"] == name and job["status"] == "concluded"), None
            )

        job = wait_until(f"QEMU's {name} ends", seconds, ended, every=0.05)
        self.command("job-dismiss", id=name)
        if "error" in job:
            raise Failed(f"QEMU's {name}: {job['error']}")

    def _read(self, seconds: float) -> dict[str, Any]:
        """Returns the next message that came; an event is kept, too."""
        self._socket.settimeout(seconds)
        while b"\n" not in self._buffer:
            part = self._socket.recv(65536)
            if not part:
                raise ConnectionError("QEMU has ended")
            self._buffer += part
        line, self._buffer = self._buffer.split(b"\n", 1)
        message: dict[str, Any] = json.loads(line)
        if "event" in message:
            self.events.append(message)
        return message


def _connect(path: Path) -> socket.socket:
    connection = socket.socket(socket.AF_UNIX)
    try:
        connection.connect(str(path))
    except OSError:
        connection.close()
        raise
    return connection
