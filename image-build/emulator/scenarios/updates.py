"""A signed release goes in while records flow, by network and by stick, and the power goes at each of its moments."""

from typing import Any

from emulator import claim, source, tlog, updating
from emulator.box import Box
from emulator.door import Door
from emulator.load import Acknowledged, Load, check_all_there
from emulator.machine import Machine
from emulator.releases import Releases
from emulator.report import Checks
from emulator.run import WORKING, FirstBox, Run, Scenario, cold_boot, running, wait_up
from emulator.source import Certificates, Source
from emulator.updating import FETCH_SECONDS, Updates, need_taken
from emulator.waiting import Failed, wait_until

# Above whatever version the tree has.
NEWER = "1000.1.0"

# After each of these the agent may be cut off.
ACTS = ("ordered", "verified", "installing", "installed", "rebooting")

# Of the new slot, in sectors: the installation is in its middle.
_WRITTEN = "read -r -a of_slot </sys/class/block/vda3/stat; [ ${of_slot[6]} -gt %d ]"


def by_network(run: Run, checks: Checks, first: FirstBox) -> None:
    """One box through all of it; each time its power goes, it goes on by itself where it was."""
    releases = Releases(run.image, run.work / "releases")
    repository = releases.repository("network").add(releases.bundle(NEWER), NEWER, "--notes", "the next one").sign()
    certificates = Certificates(run.work / "update-server")
    box = first.box.copy("updated", WORKING)
    kept = [Acknowledged(content, index) for content, index in first.records.items()]

    with running(checks, box.go_on(WORKING, run.processors), box) as machine:
        door = Door(machine.ports[443], first.fingerprint, first.owner.token)
        before = tlog.checkpoint(door)
        updates = Updates(door)
        with Source(machine.outside, repository.folder, certificates, source.cut_off(".raucb", 8 << 20)):
            need_taken(updates.set_source(source.URL, certificates.ca))
            offered = updates.wait_offer(NEWER)
            checks.same("the offer says its notes", "the next one", offered["offer"]["notes"])
            checks.that("nothing is installed without an order", offered["state"] == "offered", str(offered))
            loading = load(door, machine, box, "while-installing")
            need_taken(updates.install(NEWER))
            waits = updates.wait("a server that closes in the middle is shown", FETCH_SECONDS, lambda s: s["setback"])
            checks.that(
                f"the page says that the server closed in the middle: {waits['setback']['sentence']}",
                waits["state"] == "fetching",
                str(waits),
            )
        with Source(machine.outside, repository.folder, certificates) as server:
            updating.wait_act(machine, "installing", FETCH_SECONDS)
            asked = server.was_asked(".raucb")
            checks.that("it went on where it was, by Range", asked and "bytes=" in asked[0], str(asked))
            machine.inside.wait(_WRITTEN % (40 << 11), 600)
            machine.power_cut()
    kept += loading.stop()
    checks.say(f"the power went during the installation, after {len(kept)} acknowledged records")

    with cold_boot(run, checks, box) as machine:
        with Source(machine.outside, repository.folder, certificates):
            door = up(run, box, machine, first)
            line = machine.inside.read("cat /proc/cmdline")
            checks.that("half a slot is not booted", "rauc.slot=A" in line, line)
            loading = load(door, machine, box, "before-the-reboot")
            updating.wait_act(machine, "rebooting", 900)
            machine.power_cut()
    kept += loading.stop()
    checks.say(f"the power went before the reboot, after {len(kept)} acknowledged records")

    with running(checks, box.power_on(processors=run.processors), box) as machine:
        machine.wait_journal(r"Starting sealpost\.service", claim.BOOT_SECONDS)
        machine.power_cut()
    checks.say("the power went during the first boot of the new slot")

    with cold_boot(run, checks, box) as machine:
        with Source(machine.outside, repository.folder, certificates) as server:
            door = up(run, box, machine, first)
            check_confirmed(checks, machine, door, NEWER)
            checks.that(
                "it fetched metadata itself before it was confirmed", server.was_asked("timestamp"), str(server.asked)
            )
            check_history(checks, machine, door, first, box, before, kept)
            loading = load(door, machine, box, "on-the-new-release")
            loading.wait_for(20, 180)
            checks.ok("the new release takes records")
            loading.stop()
    box.throw_away()


def cut_while_fetching(run: Run, checks: Checks, first: FirstBox) -> None:
    """What was fetched before the power went is not fetched again."""
    releases = Releases(run.image, run.work / "releases")
    repository = releases.repository("cut-while-fetching").add(releases.bundle(NEWER), NEWER).sign()
    certificates = Certificates(run.work / "update-server-of-the-cut")
    box = first.box.copy("cut-while-fetching", WORKING)
    with running(checks, box.go_on(WORKING, run.processors), box) as machine:
        door = Door(machine.ports[443], first.fingerprint, first.owner.token)
        updates = Updates(door)
        with Source(machine.outside, repository.folder, certificates):
            need_taken(updates.set_source(source.URL, certificates.ca))
            updates.wait_offer(NEWER)
            loading = load(door, machine, box, "while-fetching")
            need_taken(updates.install(NEWER))
            updates.wait("a fifth of the bundle is there", FETCH_SECONDS, lambda s: percent(s, "download") >= 20)
            machine.power_cut()
    kept = loading.stop() + [Acknowledged(content, index) for content, index in first.records.items()]
    with cold_boot(run, checks, box) as machine:
        with Source(machine.outside, repository.folder, certificates) as server:
            door = up(run, box, machine, first)
            asked = wait_until(
                "the box goes on with the bundle", FETCH_SECONDS, lambda: server.was_asked(".raucb"), every=1
            )
            checks.that("it goes on where it was, by Range", "bytes=" in asked[0], asked[0])
            updating.wait_act(machine, "installing", FETCH_SECONDS)
            check_all_there(checks, door, kept, first.trust, box.folder / "evidence")
    box.throw_away()


def by_stick(run: Run, checks: Checks, first: FirstBox) -> None:
    releases = Releases(run.image, run.work / "releases")
    repository = releases.repository("stick").add(releases.bundle(NEWER), NEWER).sign()
    box = first.box.copy("by-stick", WORKING)
    with running(checks, box.go_on(WORKING, run.processors), box) as machine:
        door = Door(machine.ports[443], first.fingerprint, first.owner.token)
        before = tlog.checkpoint(door)
        updates = Updates(door)
        machine.plug_stick(repository.stick(run.work / "releases/stick.img"))
        check_stick(checks, machine, updates.wait_offer(NEWER))
        loading = load(door, machine, box, "by-stick")
        need_taken(updates.install(NEWER))
        wait_until("the box reboots by itself", FETCH_SECONDS, lambda: booted(machine, "B"), every=1)
        kept = loading.stop() + [Acknowledged(content, index) for content, index in first.records.items()]
        machine.inside.wait_ready(claim.BOOT_SECONDS)
        door = up(run, box, machine, first)
        check_confirmed(checks, machine, door, NEWER)
        check_history(checks, machine, door, first, box, before, kept)
        updating.flush(machine)
        checks.that(
            "what an installation writes to the slot is seen", updating.written_to(box, run.image, "B") > 100 << 20
        )
        pull_stick(checks, machine, Updates(door))
    box.throw_away()


def cut_after(act: str) -> Scenario:
    """The power goes as soon as the agent has written this act; with the stick still in, the update comes to its end."""

    def scenario(run: Run, checks: Checks, first: FirstBox) -> None:
        releases = Releases(run.image, run.work / "releases")
        name = f"cut-after-{act}"
        repository = releases.repository(name).add(releases.bundle(NEWER), NEWER).sign()
        stick = repository.stick(run.work / f"releases/{name}.img")
        box = first.box.copy(name, WORKING)
        kept = [Acknowledged(content, index) for content, index in first.records.items()]
        with running(checks, box.go_on(WORKING, run.processors), box) as machine:
            door = Door(machine.ports[443], first.fingerprint, first.owner.token)
            before = tlog.checkpoint(door)
            machine.plug_stick(stick)
            Updates(door).wait_offer(NEWER)
            loading = load(door, machine, box, name)
            need_taken(Updates(door).install(NEWER))
            updating.wait_act(machine, act, FETCH_SECONDS)
            machine.power_cut()
        kept += loading.stop()
        with cold_boot(run, checks, box) as machine:
            machine.plug_stick(stick)
            wait_until("the new slot is booted", FETCH_SECONDS, lambda: booted(machine, "B"), every=1)
            machine.inside.wait_ready(claim.BOOT_SECONDS)
            door = up(run, box, machine, first)
            check_confirmed(checks, machine, door, NEWER)
            check_history(checks, machine, door, first, box, before, kept)
        box.throw_away()

    return scenario


def check_stick(checks: Checks, machine: Machine, offered: dict[str, Any]) -> None:
    checks.same("what a stick brings is offered as such", "stick", offered["offer"]["from"])
    mounted = machine.inside.read("findmnt -n -o OPTIONS /run/sealpost-stick | cat")
    checks.that(
        "it is only read, and nothing on it is a program or a device",
        {"ro", "nosuid", "nodev", "noexec"} <= set(mounted.split(",")),
        mounted,
    )


def pull_stick(checks: Checks, machine: Machine, updates: Updates) -> None:
    machine.pull_stick()
    updates.wait("the stick's going is seen", 60, lambda s: not s["source"]["stick"])
    checks.ok("a stick that is pulled is gone")


def load(door: Door, machine: Machine, box: Box, name: str) -> Load:
    # Slowly: a processor is emulated, and the update is what it is about.
    begun = Load(door, machine.ports[8883], name, box.folder, clients=1, pause=2)
    begun.wait_for(5, 180)
    return begun


def up(run: Run, box: Box, machine: Machine, first: FirstBox) -> Door:
    door = wait_up(run, box, machine, first.owner.token)
    claim.wait_records(door)
    return door


def percent(status: dict[str, object], of: str) -> int:
    progress = status["progress"]
    return int(progress["percent"]) if isinstance(progress, dict) and progress["of"] == of else -1


def booted(machine: Machine, slot: str) -> bool:
    """Whether the boot loader has chosen that slot since the machine's power came, or since it went on."""
    if not machine.is_running():
        raise Failed(f"the machine ended before it booted slot {slot}")
    return f"Sealpost: booting slot {slot} " in machine.console.text()


def check_confirmed(checks: Checks, machine: Machine, door: Door, version: str) -> None:
    status = Updates(door).wait(
        f"{version} is confirmed",
        1200,
        lambda s: s["state"] == "idle" and not s["trial"] and s["last"] and s["last"]["outcome"] == "confirmed",
    )
    checks.that(
        "the new release is confirmed", status["version"] == version == status["last"]["version"], str(status)
    )
    checks.same("it runs in the other slot", "B", status["slot"])
    state = machine.inside.read("/usr/lib/sealpost/sealpost-bootenv show")
    checks.that(
        "the boot environment has it as the good one",
        {"order=B A", "try_B=3", "good=B"} <= set(state.splitlines()),
        state,
    )


def check_history(
    checks: Checks,
    machine: Machine,
    door: Door,
    first: FirstBox,
    box: Box,
    before: tlog.Checkpoint,
    kept: list[Acknowledged],
) -> None:
    check_all_there(checks, door, kept, first.trust, box.folder / "evidence")
    why = tlog.continues(door, before)
    checks.that("the log of this release continues that of the release before", not why, why)
    updating.check_acts_in_log(checks, machine, door, box.folder / "acts")
