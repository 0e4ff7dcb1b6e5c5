"""Evidence, checked outside of the box by the command that we give to everybody."""

import os
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

from emulator import processes
from emulator.door import Door
from emulator.waiting import Failed, wait_until

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Verdict:
    """What `sealpost verify` ended with, and said."""

    code: int
    text: str

    def first_line(self) -> str:
        return self.text.strip().splitlines()[0] if self.text.strip() else "(nothing)"

    def content_hash(self) -> str:
        """SHA-256 of the content that it proves, in hex."""
        found = re.search(r"^\s*content\s.*SHA-256 ([0-9a-f]{64})", self.text, re.MULTILINE)
        return found.group(1) if found else ""

    def index(self) -> int:
        """The index that it proves; -1 if there is none."""
        found = re.search(r"^\s*index\s+(\d+)", self.text, re.MULTILINE)
        return int(found.group(1)) if found else -1

    def offered_trust(self) -> list[str]:
        """The lines for a trust file that it offers for a signer that it does not know."""
        words = ("sealpost-trust ", "origin ", "genesis ", "key ", "chain ")
        return [line for line in self.text.splitlines() if line.startswith(words)]


def fetch(door: Door, index: int, file: Path, seconds: float = 120) -> bytes:
    """Saves the evidence of a record as soon as there is some: it may not be sealed yet."""

    def ready() -> bytes | None:
        answer = door.ask(f"/v1/records/{index}/evidence")
        if answer.status not in (200, 409):
            raise Failed(f"evidence of record {index}: {answer.brief()}")
        return answer.body if answer.status == 200 else None

    content = wait_until(f"record {index} has evidence", seconds, ready)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content)
    return content


def verify(file: Path, trust: Path) -> Verdict:
    command = [str(ROOT / "sealpost"), "verify", str(file), "--trust", str(trust)]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=120)
    return Verdict(done.returncode, done.stdout.decode(errors="replace"))


def verify_each(files: list[Path], trust: Path) -> dict[Path, Verdict]:
    """The same command for many files, without a JVM for each."""
    target = ROOT / "gateway/verifier/target"
    jars = ":".join(str(jar) for jar in [*target.glob("sealpost-verifier-*.jar"), *(target / "lib").glob("*.jar")])
    java = [f"{os.environ['JAVA_HOME']}/bin/java", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-cp", jars]
    program = str(Path(__file__).with_name("VerifyEach.java"))
    verdicts = {}
    # In parts: a command line has its bound.
    for begin in range(0, len(files), 500):
        part = [str(file) for file in files[begin : begin + 500]]
        for line in processes.run([*java, program, str(trust), *part], seconds=300).splitlines():
            code, file, text = line.split("\t", 2)
            verdicts[Path(file)] = Verdict(int(code), text.replace("\t", "\n"))
    return verdicts
