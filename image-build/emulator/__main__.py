"""Runs the scenarios: `python3 -m emulator IMAGE WORK [--only WORD]... [--full] [--screenshots]`; see image-build/test."""

import argparse
import functools
import pickle
import sys
from pathlib import Path

from emulator import acceleration, processes
from emulator.machine import find_firmware
from emulator.report import Report
from emulator.run import FirstBox, Run, Scenario, fresh_folder, in_lanes, perform
from emulator.scenarios import (
    clone,
    disk,
    fallback,
    first_boot,
    hardening,
    power_cut,
    refused_updates,
    screenshots,
    sensors,
    slots,
    updates,
)

# The longest first: two are run at a time, and the last should not wait for one of them alone.
SCENARIOS: dict[str, Scenario] = {
    "update by network": updates.by_network,
    "release that exits": fallback.broken("exits"),
    "power cuts in the first boot": power_cut.first_boot(power_cut.MOMENTS[::2]),
    "sensors": sensors.sensors,
    "power cut under load, and then 1970": power_cut.under_load,
    "power cut during shutdown, and then 2036": power_cut.during_shutdown,
    "refused updates": refused_updates.refused(refused_updates.ONE_OF_EACH_KIND),
    "another TPM": clone.another_tpm,
    "filled disk": disk.filled,
    "locked claim": first_boot.locked_claim,
    "inside": hardening.inside,
}

# With --full, too: what takes boots for something that lies close to one of those above, and the whole of what is there
# in part.
FURTHER: dict[str, Scenario] = {
    "power cuts in the first boot": power_cut.first_boot(power_cut.MOMENTS),
    "refused updates": refused_updates.refused(refused_updates.CASES),
    "update by stick": updates.by_stick,
    "power cut while it fetches": updates.cut_while_fetching,
    "damaged root": slots.damaged_root,
    **{f"power cut after {act}": updates.cut_after(act) for act in updates.ACTS},
    "release that hangs": fallback.broken("hangs"),
    **power_cut.each_first_boot(),
}


def main() -> int:
    arguments = _arguments()
    all_of_them = SCENARIOS | FURTHER if arguments.full else SCENARIOS
    chosen = _chosen(all_of_them, arguments.only)
    processes.end_with_us()
    kept = arguments.work / "first.pickle"
    if not arguments.go_on:
        fresh_folder(arguments.work)
    report = Report()
    firmware, _ = find_firmware()
    accelerated = acceleration.find(firmware)
    report.say(f"QEMU with {' '.join(accelerated)}")
    run = Run(arguments.image, arguments.work, accelerated, arguments.processors, report)
    found: list[FirstBox] = []

    if arguments.go_on:
        found.append(pickle.loads(kept.read_bytes()))
    else:
        beginning = [
            lambda: perform(run, "first boot", lambda checks: found.append(first_boot.first_boot(run, checks))),
            lambda: perform(run, "image", lambda checks: hardening.image(run, checks)),
        ]
        if {"update by network", "release that exits"} <= chosen.keys():
            beginning.append(lambda: fallback.make_bundles(run))
        in_lanes(beginning, arguments.lanes)
    if found:
        kept.write_bytes(pickle.dumps(found[0]))
        in_lanes(
            [functools.partial(_go_on, run, name, scenario, found[0]) for name, scenario in chosen.items()],
            arguments.lanes,
        )
        if arguments.screenshots:
            perform(run, "screenshots", lambda checks: screenshots.take(run, checks, found[0]))
    else:
        for name in chosen:
            report.line("skipped", name, "the first boot failed, and this goes on from it")
    return report.finish()


def _chosen(all_of_them: dict[str, Scenario], words: list[str]) -> dict[str, Scenario]:
    for word in words:
        # Without any a run would pass that has tried nothing; the first boot is made in any case.
        if not any(word in name for name in [*all_of_them, "first boot"]):
            sys.exit(
                f"no scenario has '{word}' in its name; there are: {', '.join(all_of_them)}; further ones with --full"
            )
    return {name: scenario for name, scenario in all_of_them.items() if not words or any(word in name for word in words)}


def _go_on(run: Run, name: str, scenario: Scenario, first: FirstBox) -> None:
    perform(run, name, lambda checks: scenario(run, checks, first))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="image-build/test", description="Boots the image in an emulator and asks a lot of it."
    )
    parser.add_argument("image", type=Path)
    parser.add_argument("work", type=Path, help="a folder for disks and logs; emptied first")
    parser.add_argument(
        "--only",
        action="append",
        default=[],
        metavar="WORD",
        help="of the scenarios, those whose name has this in it; may be given several times",
    )
    parser.add_argument("--full", action="store_true", help="the whole matrix, an hour and a half")
    parser.add_argument("--go-on", action="store_true", help="from the first boot of the run before this one")
    parser.add_argument("--screenshots", action="store_true", help="write docs/images anew")
    parser.add_argument("--lanes", type=int, default=2, help="machines at the same time")
    parser.add_argument("--processors", type=int, default=1, help="of each machine")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
