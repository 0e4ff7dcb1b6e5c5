"""A box: what stays when its power is gone. Its disk, its firmware's variables, its TPM."""

import dataclasses
import shutil
import struct
import uuid
from dataclasses import dataclass
from pathlib import Path

from emulator import processes
from emulator.machine import Hardware, Machine, find_firmware, memory_file

# The image has a little over 1 GiB; the box makes its data partition in the rest.
DISK_BYTES = 2 << 30

_SECTOR = 512


@dataclass(frozen=True)
class Partition:
    offset: int
    size: int


class Box:
    """A folder with the disk, as a chain of qcow2 layers on top of the image.

    An honest power cut must lose what the box wrote and never flushed, and QEMU is killed for it. Whatever QEMU had
    already written into a file survives that in the host's page cache, so a raw disk would hide every forgotten flush.
    A qcow2 layer does not: where a block's new place lies is kept in QEMU's memory until the box flushes, so a block
    that is new in its layer is lost. That holds for the first write of a block only, since a second one goes to the
    place that is known by then. Hence each power-on adds a layer of its own, and its blocks are as small as the box's
    (4 KiB: clusters of 128 KiB with 32 parts each). A snapshot gives every block a new place as well.
    """

    def __init__(self, name: str, folder: Path, acceleration: list[str]) -> None:
        self.name = name
        self.folder = folder
        self.acceleration = acceleration
        # Of this hardware; a copy of the disk is in other hardware.
        self.serial_number = str(uuid.uuid4())
        # Where the memory of its snapshots lies: with the box that it was copied from.
        self._snapshots = folder

    @staticmethod
    def new(name: str, folder: Path, image: Path, acceleration: list[str]) -> "Box":
        """A box that leaves the factory: the image on its disk, and a TPM that never was used."""
        box = Box(name, folder, acceleration)
        box._tpm.mkdir(parents=True)
        _add_layer(box._layer(0), image, "raw", DISK_BYTES)
        _, variables = find_firmware()
        processes.run(["qemu-img", "convert", "-O", "qcow2", str(variables), str(box._variables)])
        return box

    def copy(self, name: str, snapshot: str) -> "Box":
        """The same box once more, as it was at a snapshot: to go on from there, or to be switched on."""
        box = Box(name, self.folder.parent / name, self.acceleration)
        box._snapshots = self.folder
        box.serial_number = self.serial_number
        shutil.rmtree(box.folder, ignore_errors=True)
        box.folder.mkdir(parents=True)
        # Only the last layer is written to; it names those below by their paths.
        shutil.copyfile(self._layer(self._layers() - 1), box._layer(0))
        shutil.copyfile(self._variables, box._variables)
        shutil.copytree(self.folder / f"tpm-{snapshot}", box._tpm, ignore=shutil.ignore_patterns(".lock"))
        for disk in (box._layer(0), box._variables):
            processes.run(["qemu-img", "snapshot", "-a", snapshot, str(disk)])
        return box

    def power_on(self, clock: str = "utc", processors: int = 1) -> Machine:
        layer = self._layers()
        _add_layer(self._layer(layer), self._layer(layer - 1), "qcow2")
        return Machine(dataclasses.replace(self._hardware(), clock=clock, processors=processors))

    def go_on(self, snapshot: str, processors: int = 1) -> Machine:
        """Goes on from the snapshot that this box was copied at."""
        shutil.copyfile(memory_file(self._snapshots, snapshot), memory_file(self.folder, snapshot))
        return Machine(dataclasses.replace(self._hardware(), snapshot=snapshot, processors=processors))

    def replace_tpm(self) -> None:
        """The disk is now in another box."""
        self.serial_number = str(uuid.uuid4())
        shutil.rmtree(self._tpm)
        self._tpm.mkdir()

    def overwrite(self, offset: int, size: int) -> None:
        """Overwrites a part of the disk while the box is off."""
        processes.run(
            ["qemu-io", "-f", "qcow2", "-c", f"write -q -P 0xa5 {offset} {size}", str(self._layer(self._layers() - 1))]
        )

    def throw_away(self) -> None:
        """Frees the room of the disk; the logs stay."""
        for disk in self.folder.glob("*.qcow2"):
            disk.unlink()

    def _hardware(self) -> Hardware:
        firmware, _ = find_firmware()
        disk = self._layer(self._layers() - 1)
        return Hardware(self.acceleration, firmware, self._variables, disk, self._tpm, self.folder, self.serial_number)

    @property
    def _tpm(self) -> Path:
        return self.folder / "tpm"

    @property
    def _variables(self) -> Path:
        return self.folder / "variables.qcow2"

    def _layer(self, number: int) -> Path:
        return self.folder / f"disk-{number}.qcow2"

    def _layers(self) -> int:
        return len(list(self.folder.glob("disk-*.qcow2")))


def _add_layer(layer: Path, below: Path, form: str, size: int | None = None) -> None:
    options = "extended_l2=on,cluster_size=128k"
    command = ["qemu-img", "create", "-q", "-f", "qcow2", "-o", options, "-b", str(below), "-F", form, str(layer)]
    processes.run(command + ([str(size)] if size else []))


def partitions(image: Path) -> dict[str, Partition]:
    """The partitions of a disk image by their names, out of its GPT (UEFI 2.10 §5.3)."""
    found = {}
    with image.open("rb") as disk:
        disk.seek(_SECTOR)
        header = disk.read(92)
        if header[:8] != b"EFI PART":
            raise ValueError(f"{image} has no GPT")
        first, count, size = struct.unpack_from("<QII", header, 72)
        disk.seek(first * _SECTOR)
        for _ in range(count):
            entry = disk.read(size)
            if uuid.UUID(bytes_le=entry[:16]).int != 0:
                begin, end = struct.unpack_from("<QQ", entry, 32)
                name = entry[56:128].decode("utf-16-le").rstrip("\0")
                found[name] = Partition(begin * _SECTOR, (end - begin + 1) * _SECTOR)
    return found
