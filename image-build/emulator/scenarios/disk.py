"""The data partition fills, and has room again."""

from emulator import claim, evidence
from emulator.door import Answer, Door, publish
from emulator.machine import Machine
from emulator.report import Checks
from emulator.run import FirstBox, Run, working
from emulator.waiting import wait_until


def filled(run: Run, checks: Checks, first: FirstBox) -> None:
    with working(run, checks, first, "filled") as (machine, door, box):
        fill(machine)
        answer = wait_until("a filled disk refuses records with 507", 60, lambda: _with_status(door, 507))
        checks.ok("HTTP refuses with 507")
        checks.that("and names the remedy", answer.json().get("remedy"), answer.brief())
        published = publish(
            machine.ports[8883], door.certificate(), first.owner.token, "records/default", "no room over MQTT"
        )
        checks.that("MQTT refuses with 0x97", published.refusals() == [0x97], published.output)
        for content, index in first.records.items():
            held = evidence.fetch(door, index, box.folder / f"{index}.evidence")
            verdict = evidence.verify(box.folder / f"{index}.evidence", first.trust)
            checks.that(
                f"evidence of '{content}' is still given out",
                verdict.code == 0 and content.encode() in held,
                verdict.text,
            )
        ready = door.ask("/readyz")
        checks.that("/readyz says it", ready.status == 503 and "disk" in ready.text(), ready.brief())
        page = claim.home(door)
        checks.that("Home says it", page.status == 200 and "full" in page.text().lower(), page.brief())
        machine.inside.read("rm /data/ballast && sync /data")
        answer = wait_until("records are taken again once there is room", 60, lambda: _with_status(door, 201))
        checks.ok("records are taken again once there is room")
        evidence.fetch(door, answer.json()["index"], box.folder / "again.evidence")
        verdict = evidence.verify(box.folder / "again.evidence", first.trust)
        checks.that("and sealed", verdict.code == 0, verdict.text)


def fill(machine: Machine) -> None:
    """Leaves 8 MiB on the data partition."""
    room = "$(df --output=avail -B1 /data | tail -n 1)"
    machine.inside.read(f"fallocate -l $(( {room} - (8 << 20) )) /data/ballast && sync /data/ballast")


def _with_status(door: Door, status: int) -> Answer | None:
    answer = door.push(b"is there room?")
    return answer if answer.status == status else None
