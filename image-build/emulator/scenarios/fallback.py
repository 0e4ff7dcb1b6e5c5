"""A release whose gateway exits, and one whose gateway hangs: the box falls back by itself, and says why."""

from emulator import claim, tlog
from emulator.box import Box
from emulator.door import Door
from emulator.load import Acknowledged
from emulator.machine import Machine
from emulator.releases import Releases
from emulator.report import Checks
from emulator.run import WORKING, FirstBox, Run, Scenario, cold_boot, running
from emulator.scenarios import updates
from emulator.scenarios.updates import NEWER, booted, check_history, load, up
from emulator.updating import FETCH_SECONDS, Updates, need_taken
from emulator.waiting import wait_until

# Higher than NEWER, and not of one another's memory: each is tried by a box of its own.
BROKEN = {"exits": "1000.2.0", "hangs": "1000.3.0"}
# What is said of it afterwards.
_WHY = {"exits": "was started again", "hangs": "the gateway does not answer"}


def make_bundles(run: Run) -> None:
    """Makes what takes most of a minute each while the first box boots, which leaves a processor idle."""
    releases = Releases(run.image, run.work / "releases")
    releases.bundle(NEWER)
    releases.bundle(BROKEN["exits"], "exits")


def broken(fault: str) -> Scenario:
    """The fault of make-release; the power goes during the fallback boot, too."""

    def scenario(run: Run, checks: Checks, first: FirstBox) -> None:
        version = BROKEN[fault]
        releases = Releases(run.image, run.work / "releases")
        repository = releases.repository(fault).add(releases.bundle(version, fault), version).sign()
        stick = repository.stick(run.work / f"releases/{fault}.img")
        box = first.box.copy(f"release-that-{fault}", WORKING)
        with running(checks, box.go_on(WORKING, run.processors), box) as machine:
            door = Door(machine.ports[443], first.fingerprint, first.owner.token)
            before = tlog.checkpoint(door)
            machine.plug_stick(stick)
            updates.check_stick(checks, machine, Updates(door).wait_offer(version))
            loading = load(door, machine, box, f"before-it-{fault}")
            need_taken(Updates(door).install(version))
            wait_until("the new slot is booted", FETCH_SECONDS, lambda: booted(machine, "B"), every=1)
            kept = loading.stop() + [Acknowledged(content, index) for content, index in first.records.items()]
            wait_until("the box falls back by itself", 3600, lambda: booted(machine, "A"), every=1)
            checks.ok("the box falls back by itself")
            wait_until("the old release starts", claim.BOOT_SECONDS, lambda: _starts(machine), every=0.2)
            machine.power_cut()
            checks.say("the power went during the fallback boot")
        with cold_boot(run, checks, box) as machine:
            machine.plug_stick(stick)
            _fell_back(run, checks, machine, box, first, fault, before, kept)
        box.throw_away()

    return scenario


def _starts(machine: Machine) -> bool:
    return "is starting" in machine.console.text().rpartition("Sealpost: booting slot A ")[2]


def _fell_back(
    run: Run,
    checks: Checks,
    machine: Machine,
    box: Box,
    first: FirstBox,
    fault: str,
    before: tlog.Checkpoint,
    kept: list[Acknowledged],
) -> None:
    version = BROKEN[fault]
    door = up(run, box, machine, first)
    orders = Updates(door)
    status = orders.wait(
        "the agent says what became of it", 300, lambda s: s["last"] and s["last"]["outcome"] == "rolled-back"
    )
    checks.same("it runs in the old slot", "A", status["slot"])
    last = status["last"]
    checks.that(f"it says why: {last['why']}", version == last["version"] and _WHY[fault] in last["why"], str(last))
    checks.same("it remembers not to try that release again", [version], status["notAgain"])
    refused = orders.wait_refusal("not-again")
    checks.that("and does not offer it", not refused["offer"] and version in refused["refusal"]["sentence"], str(refused))
    refused_order = orders.install(version)
    checks.that("nor install it", refused_order.status == 422, refused_order.brief())
    need_taken(orders.allow(version))
    orders.wait_offer(version)
    checks.ok("once the owner allows it, it is offered again")
    updates.pull_stick(checks, machine, orders)
    check_history(checks, machine, door, first, box, before, kept)
