"""Which acceleration really runs a machine here.

The device node proves nothing: there are hosts where /dev/kvm opens, makes a machine, and that machine stands still
before its first instruction. So a machine without a disk is started with it; its firmware writes to the serial port
within a second or two.
"""

import os
import tempfile
import time
from pathlib import Path

from emulator import processes

EMULATED = ["-accel", "tcg,thread=multi,tb-size=512", "-cpu", "Nehalem"]
BY_HARDWARE = ["-accel", "kvm", "-cpu", "host"]


def find(firmware: Path) -> list[str]:
    """Returns QEMU's options for the fastest acceleration that works."""
    if os.access("/dev/kvm", os.R_OK | os.W_OK) and _shows_a_byte(BY_HARDWARE, firmware, seconds=10):
        return BY_HARDWARE
    return EMULATED


def _shows_a_byte(options: list[str], firmware: Path, seconds: float) -> bool:
    with tempfile.TemporaryDirectory(prefix="sealpost-") as folder:
        serial = Path(folder, "serial")
        machine = processes.start(
            ["qemu-system-x86_64", "-machine", "q35", "-m", "128", "-nodefaults", "-display", "none", *options]
            + ["-drive", f"if=pflash,format=raw,readonly=on,file={firmware}"]
            + ["-chardev", f"file,id=serial,path={serial}", "-serial", "chardev:serial"],
            Path(folder, "log"),
        )
        deadline = time.monotonic() + seconds
        try:
            while time.monotonic() < deadline and machine.poll() is None:
                if serial.exists() and serial.stat().st_size > 0:
                    return True
                time.sleep(0.1)
            return False
        finally:
            processes.kill(machine)
