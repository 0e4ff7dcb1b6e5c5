"""Sensors: a contact, a scale on a serial line, a tank that speaks Modbus. What they say arrives and verifies; whatever goes
wrong with one of them is shown and recorded, takes nothing from the others, and passes by itself."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from emulator import contact, evidence, modbus
from emulator.contact import Contact
from emulator.door import Door
from emulator.machine import NEIGHBOUR, Machine
from emulator.modbus import Line, Modbus
from emulator.report import Checks
from emulator.run import FirstBox, Run, working
from emulator.usb import SerialLine
from emulator.waiting import Failed, wait_until

_TOML = {"Content-Type": "application/toml"}
_HOST, _PORT = NEIGHBOUR.split(":")

_CONTACT = f"""
[sensor.gate]
kind = "contact"
chip = "{contact.CHIP}"
line-name = "{contact.LINE_NAME}"
closed-is = "low"
bias = "pull-up"
debounce = "5ms"
"""

_SERIAL = r"""
[sensor.scale]
kind = "serial"
port = "/dev/serial/by-id/usb-QEMU_QEMU_USB_SERIAL_scale-if00-port0"
baud = 9600
frame-end = "\r\n"
frame = '^(?<stable>ST|US),(?:GS|NT),(?<value>[+-] *[0-9.]+) *(?<unit>kg|g|t)$'
stable = "ST"
record = "changes"
silent-after = "20s"
"""

_MODBUS = f"""
[sensor.tank]
kind = "modbus"
host = "{_HOST}"
port = {_PORT}
unit-id = 1
register = "input:0"
type = "int16"
scale = "0.1"
offset = "0"
unit = "Cel"
every = "2s"
"""

# A back-off grows to a minute, and an emulated box with much to do is slow.
_SECONDS = 240


class _Sensors:
    """What the box says of its sensors, and what lies in its log of them."""

    def __init__(self, checks: Checks, door: Door, trust: Path, folder: Path) -> None:
        self._checks = checks
        self._door = door
        self._trust = trust
        self._folder = folder
        self._looked_at = newest(door)
        self._contents: list[bytes] = []
        self._files: list[Path] = []

    def state(self, name: str) -> dict[str, Any]:
        answer = self._door.ask("/v1/sensors")
        if answer.status != 200:
            raise Failed(f"/v1/sensors: {answer.brief()}")
        found: dict[str, Any] = next(sensor for sensor in answer.json()["sensors"] if sensor["name"] == name)
        return found

    def wait(self, what: str, name: str, holds: Callable[[dict[str, Any]], object]) -> dict[str, Any]:
        seen: dict[str, Any] = {}

        def look() -> object:
            seen.update(self.state(name))
            return holds(seen)

        try:
            wait_until(f"{name}: {what}", _SECONDS, look, every=0.5)  # type: ignore[arg-type]
        except Failed as e:
            raise Failed(f"{e}; it says {seen}") from None
        return seen

    def wait_value(self, name: str, value: object) -> None:
        self.wait(f"its last reading is {value!r}", name, lambda s: s["last"] and s["last"]["value"] == value)

    def proves(self, name: str, title: str, content: bytes) -> None:
        """The record of its last reading has this content, and its evidence verifies."""
        beginning = b'{"sensor":"%s",' % name.encode()

        # A reading is shown at once, and its record as soon as that is durable: it may be one behind.
        def recorded() -> Path | None:
            index = (self.state(name)["last"] or {}).get("index")
            if index is None:
                return None
            file = self._folder / f"{index}.evidence"
            held = evidence.fetch(self._door, index, file)
            return file if beginning in held and content in held else None

        file = wait_until(f"{title} has a record with {content!r}", _SECONDS, recorded)
        verdict = evidence.verify(file, self._trust)
        self._checks.that(f"{title}: its evidence verifies", verdict.code == 0, f"{verdict.code} {verdict.text}")

    def trouble(self, name: str, title: str, cause: str) -> None:
        """Waits until a sensor is red for this cause; meanwhile records of others are taken."""
        state = self.wait(
            f"it is red, {title}", name, lambda s: s["state"] == "red" and re.search(cause, s["cause"], re.IGNORECASE)
        )
        self._checks.that(f"{name} {title}: shown with a remedy", state["remedy"], str(state))
        self._checks.say(f"{name} {title}: {state['cause']} | {state['remedy']}")
        taken = self._door.push(f"while {name} is {title}".encode())
        self._checks.that(f"{name} {title}: capture goes on", taken.status == 201, taken.brief())

    def gap(self, name: str, title: str, cause: str) -> None:
        """Waits until the newest gap of a sensor has this cause."""
        pattern = re.compile(rb'\{"sensor":"%s","kind":"[a-z]+","from":"[^}]*"cause":"([^}]*)"\}' % name.encode())
        gaps: list[str] = []

        def look() -> bool:
            self._read_on()
            gaps[:] = [found.decode() for content in self._contents for found in pattern.findall(content)]
            return any(re.search(cause, gap, re.IGNORECASE) for gap in gaps)

        try:
            wait_until(f"a gap of {name}", _SECONDS, look, every=1)
            self._checks.ok(f"{name} {title}: the log has a gap that says why")
        except Failed as e:
            self._checks.failed(f"{name} {title}: the log has a gap that says why", f"{e}; gaps: {gaps}")
        self._contents.clear()

    def check_all(self) -> None:
        """Every record that was looked at verifies."""
        self._read_on()
        verdicts = evidence.verify_each(self._files, self._trust)
        wrong = [f"{file.name}: {verdict.first_line()}" for file, verdict in verdicts.items() if verdict.code != 0]
        self._checks.that(
            f"each of {len(self._files)} records since then verifies",
            not wrong and len(verdicts) == len(self._files) > 0,
            str(wrong[:5]),
        )

    def _read_on(self) -> None:
        end = newest(self._door)
        with self._door.kept() as kept:
            for index in range(self._looked_at + 1, end + 1):
                if kept.ask(f"/v1/records/{index}").status == 200:
                    file = self._folder / f"{index}.evidence"
                    self._contents.append(evidence.fetch(kept, index, file))
                    self._files.append(file)
        self._looked_at = end


def newest(door: Door) -> int:
    """The index of the newest record: our own, as there is no other way to ask."""
    index: int = door.push(b"the newest record").json()["index"]
    return index


def sensors(run: Run, checks: Checks, first: FirstBox) -> None:
    with working(run, checks, first, "sensing") as (machine, door, box):
        scale = SerialLine(machine, "scale")
        scale.plug()
        gate = _contact(checks, machine)
        with _tank(checks, machine) as tank:
            document = _SERIAL + (_CONTACT if gate else "") + (_MODBUS if tank else "")
            seen = _Sensors(checks, door, first.trust, box.folder / "evidence")
            _discovered(checks, door, gate)
            _settings(checks, door, document)
            drivers = machine.inside.run("modprobe -n -a ftdi_sio cp210x ch341 pl2303 cdc_acm")
            checks.same("drivers of the usual serial lines on USB are there", 0, drivers.code)
            console = machine.inside.read("stat -c '%U %a' /dev/ttyS0")
            checks.same("the console's port is not the gateway's", "root 600", console)
            if gate:
                _gate(checks, seen, gate)
            _scale(checks, seen, scale)
            if tank:
                _tank_goes(checks, seen, tank)
            seen.check_all()


def _contact(checks: Checks, machine: Machine) -> Contact | None:
    try:
        return Contact(machine)
    except contact.Unbuildable as e:
        checks.skipped("a contact", str(e))
        return None


@contextmanager
def _tank(checks: Checks, machine: Machine) -> Iterator[Modbus | None]:
    try:
        tank = Modbus(machine)
    except modbus.NotInstalled as e:
        checks.skipped("Modbus", str(e))
        yield None
        return
    try:
        yield tank
    finally:
        tank.close()


def _discovered(checks: Checks, door: Door, gate: Contact | None) -> None:
    def look() -> str:
        return door.ask("/sensors/discover", b"", {"Content-Type": "application/x-www-form-urlencoded"}).text()

    wait_until("the serial line is discovered", 60, lambda: "/dev/ttyUSB0" in look())
    text = look()
    checks.ok("a serial line on USB is found")
    if gate:
        found = contact.CHIP in text and contact.LINE_NAME in text
        checks.that("a chip is found with its label and the name of its line", found, text)


def _settings(checks: Checks, door: Door, document: str) -> None:
    wrong = door.ask("/sensors", (document + '\nspeed = "9"\n').encode(), _TOML)
    checks.that("settings with a mistake are refused with a sentence", wrong.status == 422, wrong.brief())
    listed = door.ask("/v1/sensors").json()["sensors"]
    checks.same("and change nothing", [], listed)
    taken = door.ask("/sensors", document.encode(), _TOML)
    checks.that("the owner's settings are taken", taken.status == 200, taken.brief())


def _gate(checks: Checks, seen: _Sensors, gate: Contact) -> None:
    seen.wait_value("gate", False)
    gate.close()
    seen.wait_value("gate", True)
    seen.proves("gate", "a contact that closes", b'"value":true,"unit":"1","quality":"good"')
    gate.open()
    seen.wait_value("gate", False)

    gate.unplug()
    seen.trouble("gate", "unplugged", r"gone|no GPIO chip")
    gate.plug()
    seen.wait("it goes on by itself", "gate", lambda state: state["state"] == "well")
    gate.close()
    seen.wait_value("gate", True)
    seen.gap("gate", "unplugged", r"gone|no GPIO chip")

    gate.rattle(60, 0.02)
    seen.wait("what is too much is left out", "gate", lambda state: state["leftOut"] > 0)
    gate.close()
    seen.gap("gate", "flooding", r"second|faster|left out|more")
    seen.wait("it is well afterwards", "gate", lambda state: state["state"] == "well")


def _scale(checks: Checks, seen: _Sensors, scale: SerialLine) -> None:
    scale.say(b"US,GS,+00100.0kg\r\nST,GS,+00125.5kg\r\n")
    seen.wait_value("scale", "125.5")
    seen.proves("scale", "a weight that has settled", b'"value":"125.5","unit":"kg","quality":"good"')

    seen.trouble("scale", "silent", r"silent|nothing|quiet")
    scale.say(b"ST,GS,+00130.0kg\r\n")
    seen.wait("it goes on by itself", "scale", lambda s: s["state"] == "well" and "130.0" in s["last"]["value"])
    seen.gap("scale", "silent", r"silent|nothing|quiet")

    scale.say(b"\x80\xfe\xff nonsense\r\n" * 3)
    seen.trouble("scale", "talking nonsense", r"80fe")
    scale.say(b"ST,GS,+00131.0kg\r\n")
    seen.wait("it goes on by itself", "scale", lambda s: s["state"] == "well" and "131.0" in s["last"]["value"])

    scale.unplug()
    seen.trouble("scale", "unplugged", r"unplugged|gone|there is no|hung up")
    scale.plug()
    seen.wait("it goes on by itself", "scale", lambda s: s["state"] != "red")
    scale.say(b"ST,GS,+00140.0kg\r\n")
    seen.wait("it is read again", "scale", lambda s: s["state"] == "well" and "140.0" in s["last"]["value"])
    seen.gap("scale", "unplugged", r"unplugged|gone|there is no|hung up")

    flood = scale.flood(b"ST,GS,+%07dkg\r\n", 600)
    seen.wait("what is too much is left out", "scale", lambda state: state["leftOut"] > 0)
    flood.join(120)
    seen.gap("scale", "flooding", r"second|faster|left out|more")


def _tank_goes(checks: Checks, seen: _Sensors, tank: Modbus) -> None:
    tank.measure(215)
    seen.wait_value("tank", "21.5")
    seen.proves("tank", "a register", b'"value":"21.5","unit":"Cel","quality":"good"')
    for value, line, title, cause in (
        # On a busy machine the end of a connection may take longer to reach the box than it waits for an answer.
        (220, Line.CUT, "unplugged", r"ended the connection|cannot be reached|refuses|did not answer"),
        (230, Line.SILENT, "silent", r"did not answer"),
        (240, Line.NONSENSE, "talking nonsense", r"nonsense"),
    ):
        tank.line(line)
        seen.trouble("tank", title, cause)
        tank.measure(value)
        tank.line(Line.SOUND)
        seen.wait_value("tank", f"{value / 10:.1f}")
        seen.wait("it goes on by itself", "tank", lambda state: state["state"] == "well")
        # What was missed before the trouble was understood says only that.
        seen.gap("tank", title, f"{cause}|no answer came")
