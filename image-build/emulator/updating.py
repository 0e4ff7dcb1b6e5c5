"""Updates of a box as its owner sees and orders them, and what can be asked of its disk about them."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

from emulator import claim, evidence
from emulator.box import Box, partitions
from emulator.door import Answer, Door
from emulator.machine import Machine
from emulator.report import Checks
from emulator.waiting import Failed, wait_until

# A bundle is fetched, unpacked from TLS and hashed by an emulated processor.
FETCH_SECONDS = 1800


class Updates:
    """The owner's orders, by a program with the owner's token."""

    def __init__(self, door: Door) -> None:
        self._door = door

    def status(self) -> dict[str, Any]:
        answer = self._door.ask("/v1/update", seconds=20)
        if answer.status != 200:
            raise OSError(answer.brief())
        found: dict[str, Any] = answer.json()
        return found

    def set_source(self, url: str, ca: str) -> Answer:
        """Says it again while the agent is silent, as the box's own words have the owner do: twice is as good as once."""

        def told() -> Answer | None:
            answer = claim.post_form(self._door, "/updates/source", url=url, ca=ca)
            return None if answer.status == 503 and "update-agent-silent" in answer.text() else answer

        # The first thing that the agent is asked after a snapshot; its processor is emulated.
        return wait_until("the agent hears of its source", 180, told, every=2)

    def check(self) -> Answer:
        return claim.post_form(self._door, "/updates/check")

    def install(self, version: str) -> Answer:
        return claim.post_form(self._door, "/updates/install", version=version)

    def allow(self, version: str) -> Answer:
        return claim.post_form(self._door, "/updates/allow", version=version)

    def wait(self, what: str, seconds: float, look: Callable[[dict[str, Any]], Any]) -> dict[str, Any]:
        """Returns the first status of which this is true."""
        last: dict[str, Any] = {}

        def looked() -> dict[str, Any] | None:
            last.update(self.status())
            return last if look(last) else None

        try:
            return wait_until(what, seconds, looked, every=1)
        except Failed as e:
            raise Failed(f"{e}; the agent's last word: {json.dumps(last)}") from e

    def wait_offer(self, version: str, seconds: float = 180) -> dict[str, Any]:
        return self.wait(
            f"{version} is offered", seconds, lambda s: s["offer"] and s["offer"]["version"] == version
        )

    def wait_refusal(self, rule: str, seconds: float = 180) -> dict[str, Any]:
        return self.wait(
            f"it is refused by the rule {rule}", seconds, lambda s: s["refusal"] and s["refusal"]["rule"] == rule
        )


def need_taken(answer: Answer) -> None:
    if answer.status != 200:
        raise Failed(f"the order was not taken: {answer.brief()}")


def acts(machine: Machine) -> list[dict[str, Any]]:
    """The agent's memory, as it lies on the box."""
    return [json.loads(line) for line in _act_lines(machine)]


def _act_lines(machine: Machine) -> list[str]:
    """Each without its checksum."""
    lines = machine.inside.read("cat /data/ota/acts 2>/dev/null || true").splitlines()
    return [line.split(" ", 1)[1] for line in lines if line.count("{")]


def wait_act(machine: Machine, act: str, seconds: int, after: int = -1) -> dict[str, Any]:
    """Waits for an act of this name with a number above."""
    # Inside, and without a process for each look: to an emulated processor those are more than the update itself.
    later = "text=$(</data/ota/acts)$'\\n'"
    if after >= 0:
        later += f"; text=${{text##*'\"n\":{after},'}}; text=${{text#*$'\\n'}}"
    later += f"; [[ $text == *'\"act\":\"{act}\"'* ]]"
    machine.inside.wait(later, seconds)
    return next(a for a in acts(machine) if a["act"] == act and a["n"] > after)


def newest_act(machine: Machine) -> int:
    return max((act["n"] for act in acts(machine)), default=-1)


def check_acts_in_log(checks: Checks, machine: Machine, door: Door, folder: Path) -> None:
    """Each act is an entry of the box's own log, as it stands, once and in order; its content proves it."""
    written = _act_lines(machine)
    newest: int = door.push(b"after the acts").json()["index"]
    found: list[str] = []

    def copied() -> bool:
        found.clear()
        with door.kept() as kept:
            for index in range(newest + 60):
                answer = kept.ask(f"/v1/records/{index}")
                if answer.status == 404 and index > newest:
                    break
                if answer.status == 200 and "sealpost.update" in answer.text():
                    content = evidence.fetch(kept, index, folder / f"act-{index}.evidence")
                    found.extend(line for line in written if line.encode() in content)
        return len(found) >= len(written)

    try:
        wait_until("each act is in the log", 120, copied, every=2)
    except Failed:
        pass
    checks.same("each of the agent's acts is an entry of the log, once, in their order", written, found)


def written_to(box: Box, image: Path, slot: str) -> int:
    """How many bytes of a slot's partition were written since the box's power came or since it was copied."""
    part = partitions(image)[f"root-{slot}"]
    layer = max(box.folder.glob("disk-*.qcow2"), key=lambda file: int(file.stem.split("-")[1]))
    command = ["qemu-img", "map", "-U", "--output=json", f"--start-offset={part.offset}", f"--max-length={part.size}"]
    said = subprocess.run([*command, str(layer)], stdout=subprocess.PIPE, timeout=120, check=True).stdout
    return sum(extent["length"] for extent in json.loads(said) if extent["depth"] == 0 and extent["present"])


def flush(machine: Machine) -> None:
    """What the box wrote is known by its disk's file."""
    machine.inside.read("sync; blockdev --flushbufs /dev/vda")
