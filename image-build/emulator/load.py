"""Records pushed as fast as a box takes them; what it acknowledged is remembered, and looked for after a power cut."""

import hashlib
import os
import subprocess
import threading
from dataclasses import dataclass
from pathlib import Path

from emulator import evidence, processes
from emulator.door import Door, Published, publish_command
from emulator.report import Checks
from emulator.waiting import wait_until


@dataclass(frozen=True)
class Acknowledged:
    content: str
    # Its index, where the acknowledgement told it: MQTT's does not.
    index: int | None


class Load:
    """Several HTTP clients and one MQTT client; started by the constructor.

    They push as fast as the box answers, or with a pause, where it has something else to do at the same time.
    """

    def __init__(
        self, door: Door, mqtt_port: int, name: str, folder: Path, clients: int = 3, pause: float = 0
    ) -> None:
        self._pause = pause
        self._lock = threading.Lock()
        self._over = threading.Event()
        self._by_http: list[Acknowledged] = []
        self._name = name
        certificate = folder / "box.pem"
        certificate.write_text(door.certificate())
        # A line of its own for each packet, also when it goes into a file.
        command = ["stdbuf", "-oL", *publish_command(mqtt_port, certificate, door.token or "", "records/default"), "-l"]
        self._mqtt_log = folder / "mosquitto_pub.log"
        self._mqtt_contents: list[str] = []
        with self._mqtt_log.open("wb") as log:
            environment = {**os.environ, "LC_ALL": "C"}
            self._mqtt = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=log, stderr=log, env=environment)
        processes.keep(self._mqtt)
        self._threads = [
            threading.Thread(target=self._push, args=(door, client), daemon=True) for client in range(clients)
        ]
        self._threads.append(threading.Thread(target=self._publish, daemon=True))
        for thread in self._threads:
            thread.start()

    def wait_for(self, count: int, seconds: float) -> None:
        """Waits until so many records were acknowledged, some of them by MQTT."""
        wait_until(
            f"{count} records are acknowledged under load, some over MQTT",
            seconds,
            lambda: len(self._by_http) >= count and len(self._acknowledged_by_mqtt()) > 2,
        )

    def stop(self) -> list[Acknowledged]:
        """Ends it, if the power cut has not, and returns what was acknowledged."""
        self._over.set()
        processes.kill(self._mqtt)
        for thread in self._threads:
            thread.join(90)
        with self._lock:
            return [*self._by_http, *(Acknowledged(content, None) for content in self._acknowledged_by_mqtt())]

    def _push(self, door: Door, client: int) -> None:
        number = 0
        with door.kept() as kept:
            while not self._over.is_set():
                content = f"{self._name}/http-{client}-{number};"
                # Not the content itself, which is looked for in the evidence: the key stands there, too.
                key = hashlib.sha256(content.encode()).hexdigest()
                try:
                    answer = kept.push(content.encode(), key)
                except OSError:
                    return  # the power is gone
                if answer.status == 201:
                    with self._lock:
                        self._by_http.append(Acknowledged(content, answer.json()["index"]))
                number += 1
                self._over.wait(self._pause)

    def _publish(self) -> None:
        pipe = self._mqtt.stdin
        assert pipe
        number = 0
        while not self._over.is_set():
            content = f"{self._name}/mqtt-{number};"
            try:
                pipe.write(content.encode() + b"\n")
                pipe.flush()
            except OSError:
                return
            self._mqtt_contents.append(content)
            number += 1
            self._over.wait(self._pause)
            # No faster than the box answers: what waits in the pipe only makes the log long.
            while number - len(self._acknowledged_by_mqtt()) > 20 and not self._over.wait(0.05):
                if self._mqtt.poll() is not None:
                    return

    def _acknowledged_by_mqtt(self) -> list[str]:
        said = Published(0, self._mqtt_log.read_text(errors="replace"))
        return [self._mqtt_contents[number - 1] for number in said.acknowledged() if number <= len(self._mqtt_contents)]


def check_all_there(checks: Checks, door: Door, acknowledged: list[Acknowledged], trust: Path, folder: Path) -> None:
    """Every acknowledged record is there once, at its index, and its evidence verifies and proves its content."""
    newest = door.push(b"the newest record").json()["index"]
    files = []
    with door.kept() as kept:
        for index in range(newest + 1):
            # What is no client's to read is an entry of the box's own.
            if kept.ask(f"/v1/records/{index}").status != 404:
                files.append(folder / f"{index}.evidence")
                evidence.fetch(kept, index, files[-1])
    compare(checks, acknowledged, evidence.verify_each(files, trust), len(files))


def compare(
    checks: Checks, acknowledged: list[Acknowledged], verdicts: dict[Path, evidence.Verdict], files: int
) -> None:
    """What the box acknowledged beside what its evidence proves."""
    wanted = {hashlib.sha256(record.content.encode()).hexdigest(): record for record in acknowledged}
    # Others were sealed before the box had its certificate.
    wrong = [f"{f.name}: {v.first_line()}" for f, v in verdicts.items() if v.code != 0 and v.content_hash() in wanted]
    complete = len(verdicts) == files and files > 0
    checks.that(
        "the evidence of each of them verifies", complete and not wrong, f"{len(verdicts)}/{files}; {wrong[:3]}"
    )
    places: dict[str, list[int]] = {}
    for verdict in verdicts.values():
        # Both are what the verifier says is proved, whatever the box's pages say.
        places.setdefault(verdict.content_hash(), []).append(verdict.index())
    missing = [record.content for content, record in wanted.items() if content not in places]
    checks.that(f"each of {len(wanted)} acknowledged records is there", not missing, f"{len(missing)}: {missing[:5]}")
    twice = [record.content for content, record in wanted.items() if len(places.get(content, [])) > 1]
    checks.that("each of them is there once", not twice, f"more than once: {twice[:5]}")
    moved = [
        (record, places[content])
        for content, record in wanted.items()
        if record.index is not None and content in places and places[content] != [record.index]
    ]
    checks.that("each of them is at its index", not moved, f"elsewhere: {moved[:5]}")
