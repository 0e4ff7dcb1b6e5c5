"""A GPIO chip in the box's kernel, and the contact at one of its lines. The module is for tests and in no image: it comes on
a stick, and is loaded by root's shell of inside.py."""

import subprocess
import time
from pathlib import Path

from emulator.machine import Machine
from emulator.usb import plug_disk

CHIP = "sealpost-test"
LINE = 3
LINE_NAME = "gate"

_MAKE = str(Path(__file__).with_name("make-gpio-sim"))

_LOAD = """
set -e
device=/dev/disk/by-id/usb-QEMU_QEMU_HARDDISK_gpio-sim-0:0
for _ in {1..300}; do [ -b $device ] && break; read -r -t 0.2 <> <(:) || true; done
head -c %(size)d $device >/run/gpio-sim.ko
modprobe configfs
insmod /run/gpio-sim.ko
mountpoint -q /sys/kernel/config || mount -t configfs configfs /sys/kernel/config
cd /sys/kernel/config/gpio-sim
mkdir -p box/bank0/line%(line)d
echo 8 >box/bank0/num_lines
echo %(chip)s >box/bank0/label
echo %(name)s >box/bank0/line%(line)d/name
echo 1 >box/live
cat box/bank0/chip_name
"""


class Unbuildable(Exception):
    """The module cannot be made here; the text says why."""


class Contact:
    """Open at first. Closed means low."""

    def __init__(self, machine: Machine) -> None:
        self._inside = machine.inside
        module = _module(self._inside.read("uname -r"))
        # Whole sectors.
        padded = machine.hardware.logs / "gpio-sim.disk"
        content = module.read_bytes()
        padded.write_bytes(content + bytes(-len(content) % 512))
        plug_disk(machine, "gpio-sim", padded)
        values = {"size": len(content), "line": LINE, "chip": CHIP, "name": LINE_NAME}
        self.chip_name = self._inside.read(_LOAD % values, 180)
        self._pull = f"/sys/devices/platform/gpio-sim.*/{self.chip_name}/sim_gpio{LINE}/pull"

    def close(self) -> None:
        self._inside.read(f"echo pull-down >$(echo {self._pull})")

    def open(self) -> None:
        self._inside.read(f"echo pull-up >$(echo {self._pull})")

    def rattle(self, times: int, pause: float) -> None:
        """Closes and opens it so often, with a pause between any two changes."""
        script = f"exec 3<> <(:); f=$(echo {self._pull})\nfor _ in {{1..{times}}}; do for w in down up; do"
        self._inside.read(f"{script} echo pull-$w >$f; read -r -t {pause} -u 3; done; done; true", 600)

    def unplug(self) -> None:
        self._inside.read("echo 0 >/sys/kernel/config/gpio-sim/box/live")

    def plug(self) -> None:
        self._inside.read("echo 1 >/sys/kernel/config/gpio-sim/box/live")


def _module(kernel: str) -> Path:
    begin = time.monotonic()
    done = subprocess.run([_MAKE, kernel], stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=900)
    if done.returncode != 0:
        said = done.stderr.decode(errors="replace").strip().splitlines()
        raise Unbuildable(said[-1] if said else f"make-gpio-sim ended after {time.monotonic() - begin:.0f} s")
    return Path(done.stdout.decode().strip())
