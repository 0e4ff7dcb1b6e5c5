"""What is plugged into a running machine's USB: a serial line whose other end is ours, a disk."""

import socket
import threading
from pathlib import Path

from emulator.machine import Machine
from emulator.waiting import wait_until


class SerialLine:
    """A serial line on USB (QEMU emulates FTDI's), and the instrument at its other end."""

    def __init__(self, machine: Machine, name: str) -> None:
        self._machine = machine
        self._name = name
        path = machine.socket_path(name)
        address = {"type": "unix", "data": {"path": str(path)}}
        backend = {"type": "socket", "data": {"addr": address, "server": True, "wait": False}}
        machine.qmp.command("chardev-add", id=name, backend=backend)
        self._far_end = socket.socket(socket.AF_UNIX)
        self._far_end.connect(str(path))
        # A box that does not read stops us when the line's buffers are full.
        self._far_end.settimeout(10)

    def plug(self) -> None:
        # With a serial number of its own: QEMU's default one differs with the socket that it is plugged into.
        names = {"id": self._name, "serial": self._name, "chardev": self._name}
        self._machine.qmp.command("device_add", driver="usb-serial", bus="usb.0", **names, **{"always-plugged": True})

    def unplug(self) -> None:
        """As a hand does it: without a word before."""
        self._machine.qmp.command("device_del", id=self._name)
        wait_until("the serial line is unplugged", 30, lambda: self._name not in _devices(self._machine))

    def say(self, content: bytes) -> None:
        self._far_end.sendall(content)

    def flood(self, line: bytes, count: int) -> threading.Thread:
        """Says a line so often, each with another number in place of %d, as fast as it is taken."""

        def speak() -> None:
            for number in range(count):
                try:
                    self._far_end.sendall(line % number)
                except OSError:
                    return

        thread = threading.Thread(target=speak, daemon=True)
        thread.start()
        return thread


def _devices(machine: Machine) -> set[str]:
    return {entry["name"] for entry in machine.qmp.command("qom-list", path="/machine/peripheral")}


def plug_disk(machine: Machine, name: str, content: Path) -> None:
    """A stick with these bytes from its first sector on, which the box cannot write."""
    file = {"driver": "file", "filename": str(content)}
    machine.qmp.command("blockdev-add", **{"driver": "raw", "node-name": name, "read-only": True, "file": file})
    machine.qmp.command("device_add", driver="usb-storage", id=name, bus="usb.0", drive=name, serial=name)
