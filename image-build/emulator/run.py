"""What the scenarios share: where things lie, how a box is switched on, and what the first boot left to go on from."""

import shutil
import threading
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from emulator import claim
from emulator.authority import Authority
from emulator.box import Box
from emulator.claim import Owner
from emulator.door import Door
from emulator.machine import Machine
from emulator.report import Checks, Report
from emulator.waiting import Failed


@dataclass(frozen=True)
class Run:
    image: Path
    work: Path
    acceleration: list[str]
    processors: int
    report: Report

    def new_box(self, name: str) -> Box:
        return Box.new(name, self.work / name, self.image, self.acceleration)


# Snapshots of the first box, in their order: before anything was done to its disk; before the gateway is started for
# the first time; its claim page is up; it is claimed, certified and has records.
EARLY = "early"
STARTING = "starting"
UNCLAIMED = "unclaimed"
WORKING = "working"


@dataclass(frozen=True)
class FirstBox:
    """The box of the first scenario. The others use copies of it, each from one of its snapshots."""

    box: Box
    fingerprint: str
    # Shown by the console at UNCLAIMED.
    code: str
    owner: Owner
    authority: Authority
    trust: Path
    # Records that it had acknowledged at WORKING: content and index.
    records: dict[str, int]


# A story about a copy of the first box.
Scenario = Callable[[Run, Checks, FirstBox], None]


@contextmanager
def running(checks: Checks, machine: Machine, box: Box) -> Iterator[Machine]:
    """Ends the machine in any case; what it said last is shown if the scenario failed."""
    try:
        yield machine
    except Exception:
        checks.report.show(
            f"{box.name}: the console's last lines ({machine.console.path})", machine.console.last_lines(15)
        )
        checks.report.show(
            f"{box.name}: the journal's last lines ({machine.journal.path})", machine.journal.last_lines(25)
        )
        raise
    finally:
        machine.power_cut()


@contextmanager
def cold_boot(run: Run, checks: Checks, box: Box, clock: str = "utc") -> Iterator[Machine]:
    """Switches a box on: minutes, where processors are emulated, so only where a boot is what it is about."""
    with running(checks, box.power_on(clock, run.processors), box) as machine:
        yield machine


@contextmanager
def working(run: Run, checks: Checks, first: FirstBox, name: str) -> Iterator[tuple[Machine, Door, Box]]:
    """A copy of the claimed box, going on from where it worked; no boot."""
    box = first.box.copy(name, WORKING)
    with running(checks, box.go_on(WORKING, run.processors), box) as machine:
        yield machine, Door(machine.ports[443], first.fingerprint, first.owner.token), box
    box.throw_away()


def wait_up(run: Run, box: Box, machine: Machine, token: str | None) -> Door:
    """Waits until a box that was switched on shows its certificate's fingerprint and answers under it."""
    shown = claim.read_console(machine, code=False)
    door = claim.wait_answering(machine, machine.ports[443], shown.fingerprint, token)
    run.report.booted(box.name, machine.age())
    return door


def perform(run: Run, name: str, scenario: Callable[[Checks], None]) -> bool:
    """Runs one scenario; whatever it raises is a failed check of it. Returns whether it got to its end."""
    checks = Checks(run.report, name)
    checks.say("begins")
    try:
        scenario(checks)
        return True
    except Failed as e:
        checks.failed("as a whole", str(e))
    except Exception as e:  # a fault of ours, or a box that went away
        trace = traceback.extract_tb(e.__traceback__)[-1]
        checks.failed("as a whole", f"{type(e).__name__} in {Path(trace.filename).name}, line {trace.lineno}: {e}")
    finally:
        checks.say("ended")
    return False


def in_lanes(jobs: Sequence[Callable[[], object]], lanes: int) -> None:
    """Works off the jobs in their order, so many at a time."""
    lock = threading.Lock()
    remaining = iter(jobs)

    def lane() -> None:
        while True:
            with lock:
                job = next(remaining, None)
            if job is None:
                return
            job()

    threads = [threading.Thread(target=lane, daemon=True) for _ in range(lanes)]
    for thread in threads:
        thread.start()
    for thread in threads:
        # With a bound, so that signals are heard in between.
        while thread.is_alive():
            thread.join(1)


def fresh_folder(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
