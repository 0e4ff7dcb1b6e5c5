"""A battery that is empty, a clock that runs ahead: capture and seals go on, and say what the time is worth."""

from pathlib import Path

from emulator import authority, evidence
from emulator.box import Box
from emulator.door import Door
from emulator.report import Checks
from emulator.run import FirstBox


def power_on(year: int) -> str:
    """What a machine's clock says when its power comes."""
    return f"{year}-01-02T03:04:05"


def check(checks: Checks, door: Door, box: Box, first: FirstBox, year: int) -> Path:
    """
    Of a box that was switched on in that year. Returns the trust file that names its key: no certificate is valid at a
    time like this.
    """
    content = f"in the year {year}"
    answer = door.push(content.encode())
    checks.that("a record is taken", answer.status == 201, answer.brief())
    receipt = answer.json()
    checks.that("its clock is marked untrusted", receipt["clock"]["state"] == "untrusted", str(receipt["clock"]))
    # systemd never lets the clock stand before the day that it was built itself.
    told = int(receipt["capturedAt"][:4])
    checks.that("its time is what that clock says", told == year or year < told < 2036, receipt["capturedAt"])
    index = receipt["index"]
    file = box.folder / "record.evidence"
    held = evidence.fetch(door, index, file)
    checks.that("it is sealed", content.encode() in held)
    offered = evidence.verify(file, authority.trust_nobody(box.folder / "nobody"))
    known = first.owner.key_digits()
    checks.that("the key is the one that the claim showed", known in offered.text.lower(), f"{known}; {offered.text}")
    trust = authority.trust_lines(box.folder / "trust", offered.offered_trust())
    verdict = evidence.verify(file, trust)
    checks.that("its evidence verifies with a trust file that names the key", verdict.code == 0, verdict.text)
    checks.that("and says what the time is worth", "not to be relied on" in verdict.text, verdict.text)
    old = next(iter(first.records.values()))
    evidence.fetch(door, old, box.folder / "old.evidence")
    verdict = evidence.verify(box.folder / "old.evidence", first.trust)
    checks.that("what was sealed before still verifies", verdict.code == 0, verdict.text)
    return trust
