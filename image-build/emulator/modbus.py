"""The neighbour of a box: a Modbus TCP server that is another's program (pymodbus), behind a line that we can disturb."""

import enum
import select
import socket
import subprocess
import threading
from pathlib import Path

from emulator import processes
from emulator.machine import Machine
from emulator.waiting import wait_until

_COUNTERPARTS = Path(__file__).resolve().parents[2] / "scripts/counterparts"


class NotInstalled(Exception):
    """pymodbus cannot be had here; the text says why."""


class Line(enum.Enum):
    """What happens to what the box sends."""

    SOUND = enum.auto()
    # Connections end at once.
    CUT = enum.auto()
    # It is taken, and nothing comes back.
    SILENT = enum.auto()
    # Each request is answered, by half a register.
    NONSENSE = enum.auto()


def _nonsense(request: bytes) -> bytes:
    """An answer to a request as far as its head goes: its transaction, its unit, its function; then one byte of 0xad."""
    return request[:4] + b"\x00\x04" + request[6:8] + b"\x01\xad"


class Modbus:
    def __init__(self, machine: Machine) -> None:
        log = machine.hardware.logs / "modbus.log"
        command = [_python(), "-B", str(Path(__file__).with_name("modbus_server.py"))]
        self._server = processes.start(command, log, stdin=subprocess.PIPE)
        self._port = wait_until("pymodbus serves", 60, lambda: _port(log))
        self._line = Line.SOUND
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(str(machine.socket_path("neighbour")))
        self._listener.listen()
        threading.Thread(target=self._accept, daemon=True).start()

    def measure(self, value: int) -> None:
        """Input register 0 has this value from now on."""
        pipe = self._server.stdin
        assert pipe
        pipe.write(f"{value}\n".encode())
        pipe.flush()

    def line(self, line: Line) -> None:
        """From now on; connections that are open have it, too."""
        self._line = line

    def close(self) -> None:
        self._listener.close()
        processes.kill(self._server)

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, box: socket.socket) -> None:
        try:
            with box, socket.create_connection(("127.0.0.1", self._port)) as server:
                self._carry(box, server)
        except OSError:
            pass  # One of them has ended, and so does the other one's connection.

    def _carry(self, box: socket.socket, server: socket.socket) -> None:
        while self._line != Line.CUT:
            # Looks up now and then, since the line may be cut meanwhile.
            for source in select.select([box, server], [], [], 0.1)[0]:
                content = source.recv(4096)
                if not content:
                    return
                if source is server:
                    box.sendall(content)
                elif self._line == Line.SOUND:
                    server.sendall(content)
                elif self._line == Line.NONSENSE:
                    box.sendall(_nonsense(content))


def _port(log: Path) -> int | None:
    words = log.read_text(errors="replace").split()
    return int(words[words.index("port") + 1]) if "port" in words[:-1] else None


def _python() -> str:
    """The interpreter of our counterparts, if it has pymodbus."""
    found = subprocess.run([str(_COUNTERPARTS / "python")], stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=600)
    if found.returncode != 0:
        raise NotInstalled(found.stderr.decode(errors="replace").strip())
    python = found.stdout.decode().strip()
    if subprocess.run([python, "-c", "import pymodbus"], stderr=subprocess.DEVNULL).returncode != 0:
        raise NotInstalled("the interpreter of scripts/counterparts has no pymodbus")
    return python
