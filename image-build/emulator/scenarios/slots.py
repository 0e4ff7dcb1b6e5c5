"""Two slots: a damaged one does not keep the box from booting."""

from emulator import claim
from emulator.box import partitions
from emulator.load import Acknowledged, check_all_there
from emulator.report import Checks
from emulator.run import WORKING, FirstBox, Run, cold_boot, wait_up


def damaged_root(run: Run, checks: Checks, first: FirstBox) -> None:
    box = first.box.copy("damaged", WORKING)
    slot = partitions(run.image)["root-A"]
    # As a worn-out flash does it: stripes all over it. Its head as well, so that not even the kernel can be found.
    for begin in range(0, slot.size // 2, 8 << 20):
        box.overwrite(slot.offset + begin, 256 << 10)
    with cold_boot(run, checks, box) as machine:
        # There from the beginning: a stick whose slots bear the same names, and are whole.
        machine.plug_stick(run.image)
        door = wait_up(run, box, machine, first.owner.token)
        line = machine.inside.read("cat /proc/cmdline")
        checks.that("the other slot boots", "rauc.slot=B" in line, line)
        checks.same("of its own disk", "/dev/vda3", machine.inside.read("readlink -f /dev/block/$(mountpoint --fs-devno /)"))
        machine.inside.read("systemctl start sealpost-confirm.service", claim.BOOT_SECONDS)
        state = machine.inside.read("/usr/lib/sealpost/sealpost-bootenv show")
        checks.that("and is confirmed", {"order=B A", "try_B=3", "good=B"} <= set(state.splitlines()), state)
        claim.wait_records(door)
        kept = [Acknowledged(content, index) for content, index in first.records.items()]
        check_all_there(checks, door, kept, first.trust, box.folder / "evidence")
    box.throw_away()
