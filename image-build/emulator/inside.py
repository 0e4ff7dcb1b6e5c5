"""A look into a box whose image has no login and no SSH, and is tested byte for byte as it is shipped.

systemd takes credentials out of the machine's SMBIOS strings, and a credential named systemd.extra-unit.* is a unit.
So whoever owns the (emulated) hardware can add two units to a boot without touching the disk:

- probe: runs as root what is written to the second serial port, one command at a time;
- probe-journal: writes the system's journal to the third, as it grows.

The same way is open to whoever owns real hardware, who owns the box anyway.
"""

import base64
import gzip
import socket
import time
from dataclasses import dataclass
from pathlib import Path

from emulator.waiting import Failed

# The terminal's buffer: what is sent faster than bash reads is lost beyond it.
_LONGEST_LINE = 4000

_SHELL = r"""
stty -F /dev/ttyS1 raw -echo
exec 3<>/dev/ttyS1
# The firmware and the boot loader write here, too, and may not have come to the end of their line.
printf '\nready\n' >&3
while IFS=' ' read -r -u 3 number command; do
  [ -n "$command" ] || continue
  output=$(
    base64 -d <<<"$command" | gzip -d >/run/probe-command
    bash /run/probe-command </dev/null 2>&1 | head -c 1000000 | base64 -w 0
    exit "${PIPESTATUS[0]}"
  )
  printf '%s %s %s\n' "$number" "$?" "$output" >&3
done
"""

# journalctl follows files in folders that are there when it starts: first the volatile journal, later the one on the
# data partition.
_JOURNAL = r"""
stty -F /dev/ttyS2 raw -echo
exec 3<> <(:)
for folder in /run/log/journal /var/log/journal; do
  until compgen -G "$folder/*/*.journal" >/dev/null; do read -r -t 0.5 -u 3; done
  [ -z "$running" ] || kill "$running"
  journalctl -f -b -n 200 -o short-monotonic --no-hostname >/dev/ttyS2 &
  running=$!
done
wait
"""

# Without the default dependencies they start at once, and are stopped last, in systemd's own last step of a shutdown.
_UNITS = {
    "systemd.extra-unit.probe.service": """
[Unit]
DefaultDependencies=no
Before=systemd-repart.service
[Service]
Type=exec
ExecStart=/bin/bash /run/credentials/@system/probe.sh
OOMScoreAdjust=-1000
""",
    "systemd.extra-unit.probe-journal.service": """
[Unit]
DefaultDependencies=no
After=systemd-journald.service
[Service]
ExecStart=/bin/bash /run/credentials/@system/probe-journal.sh
""",
    "systemd.unit-dropin.sysinit.target~50-probe": """
[Unit]
Wants=probe.service probe-journal.service
""",
    "probe.sh": _SHELL,
    "probe-journal.sh": _JOURNAL,
}


def options() -> list[str]:
    """QEMU's options that put the probe into a boot."""
    result = []
    for name, content in _UNITS.items():
        encoded = base64.b64encode(content.encode()).decode()
        result += ["-smbios", f"type=11,value=io.systemd.credential.binary:{name}={encoded}"]
    return result


@dataclass(frozen=True)
class Output:
    code: int
    text: str


class Inside:
    """The harness's end of the second serial port; opened with the machine, so that no word is missed."""

    def __init__(self, path: Path) -> None:
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.connect(str(path))
        self._buffer = b""
        # Another process may have talked to this machine before, and been snapshotted with it: numbers never repeat.
        self._number = int(time.time() * 1000)

    def run(self, command: str, seconds: float = 60) -> Output:
        """Runs a bash script as root; its output holds both streams."""
        self._number += 1
        packed = base64.b64encode(gzip.compress(command.encode())).decode()
        # The empty line ends whatever a connection before this one left unfinished.
        line = f"\n{self._number} {packed}\n".encode()
        if len(line) > _LONGEST_LINE:
            raise ValueError(f"a command of {len(line)} bytes does not go through the serial port at once")
        self._socket.sendall(line)
        deadline = time.monotonic() + seconds
        while True:
            answer = self._next_line(deadline, command)
            parts = answer.split(" ")
            if parts[0] == str(self._number):
                text = base64.b64decode(parts[2]) if len(parts) > 2 else b""
                return Output(int(parts[1]), text.decode(errors="replace"))

    def read(self, command: str, seconds: float = 60) -> str:
        """Runs a script that must succeed, and returns its output without the last newline."""
        output = self.run(command, seconds)
        if output.code != 0:
            raise Failed(f"inside the box, {command!r} ended with {output.code}: {output.text}")
        return output.text.rstrip("\n")

    def wait(self, condition: str, seconds: int) -> None:
        """Waits until a condition of bash holds, looked at ten times a second: best one that starts no process."""
        script = (
            f"exec 9<> <(:); end=$((SECONDS + {seconds})); until {{ {condition}; }} 2>/dev/null; do"
            " [ $SECONDS -lt $end ] || { echo 'it does not hold'; exit 1; }; read -r -t 0.1 -u 9; done; true"
        )
        self.read(script, seconds + 60)

    def wait_ready(self, seconds: float) -> None:
        """Waits for the shell of a machine that was just switched on; what is written earlier would be lost."""
        deadline = time.monotonic() + seconds
        while self._next_line(deadline, "(its start)") != "ready":
            pass

    def _next_line(self, deadline: float, command: str) -> str:
        while b"\n" not in self._buffer:
            self._socket.settimeout(max(0.01, deadline - time.monotonic()))
            try:
                part = self._socket.recv(65536)
            except TimeoutError:
                raise Failed(f"inside the box, {command!r} did not end in time") from None
            if not part:
                raise ConnectionError("the machine has ended")
            self._buffer += part
        line, self._buffer = self._buffer.split(b"\n", 1)
        return line.decode(errors="replace").strip()
