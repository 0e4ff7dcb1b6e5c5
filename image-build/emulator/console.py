"""What a machine says on a serial line: a file that QEMU appends to, read as it grows."""

import re
import time
from collections.abc import Callable
from pathlib import Path

from emulator.waiting import Failed

_ESCAPES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|\r")


class SerialLog:
    def __init__(self, path: Path) -> None:
        self.path = path
        path.touch()
        self._begin = path.stat().st_size

    def text(self) -> str:
        """All since this machine's power came, without colours."""
        with self.path.open("rb") as log:
            log.seek(self._begin)
            return _ESCAPES.sub("", log.read().decode(errors="replace"))

    def wait_for(self, pattern: str, seconds: float, alive: Callable[[], bool] = lambda: True) -> re.Match[str]:
        """Returns the first match in whole lines."""
        deadline = time.monotonic() + seconds
        expression = re.compile(pattern, re.MULTILINE)
        while True:
            running = alive()
            text = self.text()
            found = expression.search(text[: text.rfind("\n") + 1])
            if found:
                return found
            if not running:
                raise Failed(f"the machine ended before {self.path.name} had {pattern!r}")
            if time.monotonic() > deadline:
                raise Failed(f"{self.path.name} had no {pattern!r} within {seconds:.0f} s")
            time.sleep(0.05)

    def last_lines(self, count: int) -> list[str]:
        return self.text().splitlines()[-count:]
