"""A running machine: QEMU, and swtpm as its TPM 2.0."""

import os
import shlex
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

from emulator import inside, processes
from emulator.console import SerialLog
from emulator.qmp import Qmp
from emulator.waiting import Failed, wait_until

MEMORY_MIB = 512

# Where the box finds what the harness serves, and nothing else of the world: a machine beside it, and a server. What
# answers there are Unix sockets of ours, Machine.neighbour and Machine.outside.
NEIGHBOUR = "10.0.2.100:502"
OUTSIDE = ("10.0.2.100", 8443)


@dataclass(frozen=True)
class Hardware:
    """What a machine is made of; the paths belong to one box."""

    acceleration: list[str]
    firmware: Path
    firmware_variables: Path
    disk: Path
    tpm: Path
    logs: Path
    serial_number: str
    processors: int = 1
    # QEMU's -rtc base: utc is the host's time.
    clock: str = "utc"
    # Ports of the box that are reachable from outside, each through a free port of this host's loopback.
    ports: tuple[int, ...] = (443, 8883, 9000)
    # Of a machine that is not started but goes on.
    snapshot: str | None = None
    further_options: list[str] = field(default_factory=list)


class Machine:
    """Started by the constructor, over when power_cut() or wait_off() returned."""

    def __init__(self, hardware: Hardware) -> None:
        self.hardware = hardware
        self.started = time.monotonic()
        # Names of Unix sockets have at most 107 bytes, and a clone may lie deep.
        self._sockets = Path(tempfile.mkdtemp(prefix="sealpost-"))
        # Whoever listens on this socket is what the box reaches at OUTSIDE.
        self.outside = self._sockets / "outside"
        self.ports = {port: _free_port() for port in hardware.ports}
        self.console = SerialLog(hardware.logs / "console.log")
        self.journal = SerialLog(hardware.logs / "journal.log")
        self._tpm = self._start_tpm()
        self._qemu = processes.start(["qemu-system-x86_64", *self._options()], hardware.logs / "qemu.log")
        try:
            self.qmp = Qmp(self._sockets / "qmp")
            self.inside = inside.Inside(self._sockets / "probe")
            if hardware.snapshot:
                self._snapshot_job("snapshot-load", hardware.snapshot)
                self.qmp.command("cont")
        except (Failed, OSError) as e:
            said = (hardware.logs / "qemu.log").read_text(errors="replace").strip().splitlines()[-3:]
            self.power_cut()
            raise Failed(f"QEMU did not start: {e}; it said: {' '.join(said)}") from e

    def age(self) -> float:
        """Seconds since its power came."""
        return time.monotonic() - self.started

    def is_running(self) -> bool:
        return self._qemu.poll() is None

    def power_cut(self) -> None:
        """Everything at once, with no chance to write anything more: see Box on what a disk then holds."""
        processes.kill(self._qemu)
        processes.kill(self._tpm)
        shutil.rmtree(self._sockets, ignore_errors=True)

    def save(self, snapshot: str) -> None:
        """Keeps memory, disks and TPM as they are now, under a name; the machine goes on."""
        # The memory has a file of its own, so that copying a box costs only what is needed of it.
        memory = memory_file(self.hardware.logs, snapshot)
        processes.run(["qemu-img", "create", "-q", "-f", "qcow2", str(memory), "1M"])
        file = {"driver": "file", "filename": str(memory)}
        self.qmp.command("blockdev-add", **{"driver": "qcow2", "node-name": "memory", "file": file})
        self._snapshot_job("snapshot-save", snapshot)
        self.qmp.command("blockdev-del", **{"node-name": "memory"})
        # The memory has the TPM's state, too. This is for a copy that is switched on instead of going on.
        shutil.copytree(self.hardware.tpm, self.hardware.tpm.with_name(f"tpm-{snapshot}"))

    def plug_stick(self, image: Path) -> None:
        """Puts a USB stick in; what it holds is a file system, or a disk with partitions."""
        file = {"driver": "file", "filename": str(image)}
        self.qmp.command("blockdev-add", **{"driver": "raw", "node-name": "stick", "read-only": True, "file": file})
        self.qmp.command("device_add", driver="usb-storage", id="stick", drive="stick", bus="usb.0")

    def pull_stick(self) -> None:
        # Not the word of one that was pulled before.
        self.qmp.events[:] = [event for event in self.qmp.events if event["event"] != "DEVICE_DELETED"]
        self.qmp.command("device_del", id="stick")
        self.qmp.wait_for_event("DEVICE_DELETED", 60)
        self.qmp.command("blockdev-del", **{"node-name": "stick"})

    def _snapshot_job(self, job: str, snapshot: str) -> None:
        self.qmp.job(job, 120, tag=snapshot, vmstate="memory", devices=["memory", "variables", "disk"])

    def wait_journal(self, pattern: str, seconds: float) -> str:
        return self.journal.wait_for(pattern, seconds, self.is_running).group(0)

    def socket_path(self, name: str) -> Path:
        """Where a Unix socket of this machine lies; gone with it."""
        return self._sockets / name

    def _ways_out(self) -> str:
        # QEMU takes two commas for one, and splits the command as a shell does; there is one process for a connection.
        carry = ["-I", str(Path(__file__).with_name("connect.py"))]
        ways = {NEIGHBOUR: self.socket_path("neighbour"), f"{OUTSIDE[0]}:{OUTSIDE[1]}": self.outside}
        # Of QEMU's own words only the comma needs care; the command is read as a shell would.
        commands = {
            where: shlex.join([sys.executable, *carry, str(socket)]).replace(",", ",,") for where, socket in ways.items()
        }
        return "".join(f",guestfwd=tcp:{where}-cmd:{command}" for where, command in commands.items())

    def _memory_options(self, snapshot: str) -> tuple[str, ...]:
        file = memory_file(self.hardware.logs, snapshot)
        return "-S", "-blockdev", f"driver=qcow2,node-name=memory,file.driver=file,file.filename={file}"

    def _start_tpm(self) -> subprocess.Popen[bytes]:
        path = self._sockets / "tpm"
        # --terminate: one that outlived its machine would hold the lock on its state against the next start.
        tpm = processes.start(
            [
                "swtpm",
                "socket",
                "--tpm2",
                "--tpmstate",
                f"dir={self.hardware.tpm}",
                "--ctrl",
                f"type=unixio,path={path}",
            ]
            + ["--flags", "startup-clear", "--terminate"],
            self.hardware.logs / "swtpm.log",
        )
        wait_until("swtpm opens its socket", 30, path.exists, every=0.02)
        return tpm

    def _options(self) -> list[str]:
        hardware, sockets = self.hardware, self._sockets
        forwards = "".join(f",hostfwd=tcp:127.0.0.1:{here}-:{there}" for there, here in self.ports.items())
        return [
            *("-name", "sealpost", "-machine", "q35", "-m", str(MEMORY_MIB), "-smp", str(hardware.processors)),
            *hardware.acceleration,
            # The box's machine id comes from it.
            *("-uuid", hardware.serial_number),
            *("-nodefaults", "-display", "none", "-rtc", f"base={hardware.clock}"),
            *("-drive", f"if=pflash,unit=0,format=raw,readonly=on,file={hardware.firmware}"),
            # Snapshots need every writable disk in qcow2, this one as well.
            *(
                "-blockdev",
                f"driver=qcow2,node-name=variables,file.driver=file,file.filename={hardware.firmware_variables}",
            ),
            *("-machine", "pflash1=variables"),
            *("-blockdev", f"driver=qcow2,node-name=disk,file.driver=file,file.filename={hardware.disk}"),
            *("-device", "virtio-blk-pci,drive=disk"),
            *("-chardev", f"socket,id=tpm,path={sockets}/tpm", "-tpmdev", "emulator,id=tpm0,chardev=tpm"),
            *("-device", "tpm-crb,tpmdev=tpm0"),
            # restrict: there is no network server, and no way out but to us.
            *("-netdev", f"user,id=net,restrict=on{forwards}{self._ways_out()}"),
            *("-device", "virtio-net-pci,netdev=net,romfile="),
            *("-device", "i6300esb", "-action", "watchdog=reset", "-device", "virtio-rng-pci"),
            # Empty; things are plugged into it while the machine runs.
            *("-device", "qemu-xhci,id=usb"),
            *("-chardev", f"file,id=console,path={hardware.logs}/console.log,append=on", "-serial", "chardev:console"),
            *("-chardev", f"socket,id=probe,path={sockets}/probe,server=on,wait=off", "-serial", "chardev:probe"),
            *("-chardev", f"file,id=journal,path={hardware.logs}/journal.log,append=on", "-serial", "chardev:journal"),
            *("-qmp", f"unix:{sockets}/qmp,server=on,wait=off"),
            *inside.options(),
            *(self._memory_options(hardware.snapshot) if hardware.snapshot else ()),
            *hardware.further_options,
        ]


def memory_file(folder: Path, snapshot: str) -> Path:
    """Where a box keeps the memory of a snapshot."""
    return folder / f"memory-{snapshot}.qcow2"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def find_firmware() -> tuple[Path, Path]:
    """Returns OVMF's code, and its variables as they are on a new machine."""
    for folder in (Path("/usr/share/OVMF"), Path("/usr/share/edk2/ovmf"), Path("/usr/share/edk2/x64")):
        code, variables = folder / "OVMF_CODE_4M.fd", folder / "OVMF_VARS_4M.fd"
        if code.exists() and variables.exists() and os.access(code, os.R_OK):
            return code, variables
    raise Failed("no OVMF found; install it (Debian: ovmf)")
