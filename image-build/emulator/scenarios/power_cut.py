"""The power goes: during the first boot, under load, during a shutdown. Each time the box comes back by itself."""

from collections.abc import Sequence
from dataclasses import dataclass

from emulator import authority, claim, evidence
from emulator.door import Door
from emulator.load import Acknowledged, Load, check_all_there
from emulator.machine import Machine
from emulator.report import Checks
from emulator.run import EARLY, STARTING, WORKING, FirstBox, Run, Scenario, cold_boot, running, wait_up
from emulator.scenarios import clock
from emulator.waiting import Failed


@dataclass(frozen=True)
class Moment:
    """A moment of a first boot."""

    name: str
    # From which snapshot it is reached.
    snapshot: str
    # What has happened by then; a condition of bash, inside the box.
    reached: str
    # What has not happened by then.
    passed: str


# Whoever is at work stands still from the moment on, so that nothing more happens before the power goes.
_STOP = """
exec 9<> <(:)
deadline=$((SECONDS + %(seconds)d))
until %(reached)s; do
  [ $SECONDS -lt $deadline ] || { echo 'this moment did not come'; exit 1; }
  read -r -t 0.01 -u 9
done
for unit in systemd-repart.service sealpost.service; do
  systemctl kill --signal=STOP $unit 2>/dev/null
done
if %(passed)s; then echo 'this moment is over'; exit 2; fi
"""

# In the order of a first boot. File names of the gateway (app.FirstBoot, docs/formats.md): the PIN gets its name when the
# token has it; the log's first segment comes with the origin; the console's text when the pages answer.
MOMENTS = (
    # A small disk is formatted so quickly that nobody may see it; then it is the moment between that and the mount.
    Moment(
        "while the data partition is made",
        EARLY,
        "grep -qzs mkfs /proc/[0-9]*/cmdline || [ -e /dev/sealpost/data ]",
        "mountpoint -q /data",
    ),
    Moment("right after the data partition was mounted", EARLY, "mountpoint -q /data", "[ -e /data/sealpost/tls ]"),
    Moment(
        "between the token and its key", STARTING, "[ -e /data/sealpost/token.pin ]", "[ -d /data/sealpost/entries ]"
    ),
    Moment("between the key and the origin", STARTING, "[ -d /data/sealpost/entries ]", "[ -s /run/sealpost/console ]"),
    Moment("while the pages come up", STARTING, "[ -s /run/sealpost/console ]", "false"),
)


# A short moment can be over before whoever is at work stands still; then the same boot goes on once more from its snapshot.
_ATTEMPTS = 5
_OVER = 2


def each_first_boot() -> dict[str, Scenario]:
    """A box of its own for each moment."""
    return {f"power cut {moment.name}": first_boot([moment]) for moment in MOMENTS}


def first_boot(moments: Sequence[Moment]) -> Scenario:
    """
    One box, whose power goes at each of these moments, one after the other: a boot that is cut off is shorter than a whole
    one.
    """
    begin, *later = moments

    def scenario(run: Run, checks: Checks, first: FirstBox) -> None:
        for attempt in range(_ATTEMPTS):
            box = first.box.copy(f"cut-{begin.name.replace(' ', '-')}-{len(later)}", begin.snapshot)
            with running(checks, box.go_on(begin.snapshot, run.processors), box) as machine:
                over = _cut(checks, machine, begin)
            if not over:
                break
            checks.say(f"attempt {attempt + 1} came too late")
        else:
            raise Failed(f"the power was never cut {begin.name}")
        for moment in later:
            with running(checks, box.power_on(processors=run.processors), box) as machine:
                machine.inside.wait_ready(claim.BOOT_SECONDS)
                if _cut(checks, machine, moment):
                    raise Failed(f"the power was not cut {moment.name}")
        with cold_boot(run, checks, box) as machine:
            shown = claim.read_console(machine, code=True)
            wait_up(run, box, machine, None)
            checks.ok("the box comes back")
            _claim_and_seal(run, checks, machine, shown)
        box.throw_away()

    return scenario


def _cut(checks: Checks, machine: Machine, moment: Moment) -> bool:
    """Cuts the power at this moment of a boot that is under way. Returns whether the moment was over by then."""
    script = _STOP % {"seconds": claim.BOOT_SECONDS, "reached": moment.reached, "passed": moment.passed}
    stopped = machine.inside.run(script, claim.BOOT_SECONDS + 60)
    machine.power_cut()
    if stopped.code == _OVER:
        return True
    if stopped.code != 0:
        raise Failed(f"the power was not cut {moment.name}: {stopped.text}")
    checks.say(f"the power went {moment.name}")
    return False


def _claim_and_seal(run: Run, checks: Checks, machine: Machine, shown: claim.Shown) -> None:
    door = Door(machine.ports[443], shown.fingerprint)
    owner = claim.claim(door, shown.code or "")
    door = Door(machine.ports[443], shown.fingerprint, owner.token)
    claim.wait_records(door)
    checks.ok("it can be claimed")
    index = door.push(b"after the power cut").json()["index"]
    file = machine.hardware.logs / "after.evidence"
    held = evidence.fetch(door, index, file)
    verdict = evidence.verify(file, authority.trust_nobody(machine.hardware.logs / "nobody"))
    # Nobody has certified its key here: intact, and the key is the one that the claim showed.
    known = owner.key_digits()
    intact = verdict.code == 3 and b"after the power cut" in held and known in verdict.text.lower()
    checks.that(
        "what it takes is sealed by the key that the claim showed", intact, f"{known}; {verdict.code} {verdict.text}"
    )


def under_load(run: Run, checks: Checks, first: FirstBox) -> None:
    """And its battery is empty: it comes back in 1970."""
    _cut_and_look(run, checks, first, "loaded", shutdown=False, year=1970)


def during_shutdown(run: Run, checks: Checks, first: FirstBox) -> None:
    """And its clock runs ahead: it comes back in 2036."""
    _cut_and_look(run, checks, first, "going-down", shutdown=True, year=2036)


def _cut_and_look(run: Run, checks: Checks, first: FirstBox, name: str, shutdown: bool, year: int) -> None:
    box = first.box.copy(name, WORKING)
    with running(checks, box.go_on(WORKING, run.processors), box) as machine:
        door = Door(machine.ports[443], first.fingerprint, first.owner.token)
        load = Load(door, machine.ports[8883], name, box.folder)
        load.wait_for(60, 180)
        if shutdown:
            # A box has no power button that asks first; it goes down in order for an update's restart.
            machine.inside.read("systemctl reboot --no-block")
            # The gateway is told to stop, and has records in its hands.
            machine.wait_journal(r"Stopping sealpost\.service", 90)
        machine.power_cut()
    acknowledged = load.stop() + [Acknowledged(content, index) for content, index in first.records.items()]
    checks.say(f"the power went after {len(acknowledged)} acknowledged records; it comes back in {year}")
    with cold_boot(run, checks, box, clock=clock.power_on(year)) as machine:
        door = wait_up(run, box, machine, first.owner.token)
        claim.wait_records(door)
        trust = clock.check(checks, door, box, first, year)
        # What was acknowledged last before the power went may be sealed by that clock, too.
        check_all_there(checks, door, acknowledged, trust, box.folder / "evidence")
        certified = [box.folder / f"evidence/{index}.evidence" for index in first.records.values()]
        wrong = [v.text for v in evidence.verify_each(certified, first.trust).values() if v.code != 0]
        checks.that("what was sealed by the right clock verifies against the owner's CA", not wrong, str(wrong[:2]))
        check_ready(checks, door)
    box.throw_away()


def check_ready(checks: Checks, door: Door) -> None:
    ready = claim.wait_ready(door)
    checks.that("all its parts are well again", ready.status == 200, ready.brief())
