"""What is printed, in the form of scripts/checks.sh: a line for each check, and at the end one line of counts."""

import threading
import time
from dataclasses import dataclass

from emulator.waiting import Failed


@dataclass(frozen=True)
class ColdBoot:
    box: str
    seconds: float


class Report:
    """Counts of the whole run. Two scenarios may report at the same time."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._started = time.monotonic()
        self._counts = {"ok": 0, "FAILED": 0, "skipped": 0}
        self._boots: list[ColdBoot] = []

    def line(self, word: str, name: str, why: str = "") -> None:
        # One line for each check, whatever a machine said: scripts read this.
        text = f"{word:<8} {name}" + (f": {' '.join(why.split())[:1500]}" if why else "")
        with self._lock:
            self._counts[word] += 1
            print(text, flush=True)

    def say(self, text: str) -> None:
        with self._lock:
            print(f"         {time.monotonic() - self._started:4.0f} s  {text}", flush=True)

    def show(self, title: str, lines: list[str]) -> None:
        with self._lock:
            print(f"         --- {title}", *(f"         | {line}" for line in lines), sep="\n", flush=True)

    def booted(self, box: str, seconds: float) -> None:
        with self._lock:
            self._boots.append(ColdBoot(box, seconds))
        self.say(f"{box} was up {seconds:.0f} s after its power came")

    def finish(self) -> int:
        """Prints the sum; returns the exit code."""
        boots = ", ".join(f"{boot.box} {boot.seconds:.0f} s" for boot in self._boots)
        self.say(f"{len(self._boots)} cold boots until the gateway answered: {boots}")
        passed, failed, skipped = self._counts.values()
        print(f"{passed} passed, {failed} failed, {skipped} skipped", flush=True)
        return 0 if failed == 0 and passed else 1


class Checks:
    """The checks of one scenario; its name stands before each."""

    def __init__(self, report: Report, scenario: str) -> None:
        self.report = report
        self.scenario = scenario

    def ok(self, name: str) -> None:
        self.report.line("ok", f"{self.scenario}, {name}")

    def failed(self, name: str, why: str) -> None:
        self.report.line("FAILED", f"{self.scenario}, {name}", why)

    def skipped(self, name: str, why: str) -> None:
        self.report.line("skipped", f"{self.scenario}, {name}", why)

    def say(self, text: str) -> None:
        self.report.say(f"{self.scenario}: {text}")

    def that(self, name: str, holds: object, why: str = "it is not so") -> bool:
        """Reports one check and goes on, whatever came out."""
        if holds:
            self.ok(name)
        else:
            self.failed(name, why)
        return bool(holds)

    def same(self, name: str, expected: object, found: object) -> bool:
        return self.that(name, expected == found, f"expected {expected!r}, found {found!r}")

    def need(self, holds: object, why: str) -> None:
        """Ends the scenario where going on makes no sense."""
        if not holds:
            raise Failed(why)
