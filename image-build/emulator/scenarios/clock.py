"""A battery that is empty, a clock that runs ahead: capture and seals go on, and say what the time is worth."""

from emulator import authority, claim, evidence
from emulator.report import Checks
from emulator.run import WORKING, FirstBox, Run, Scenario, cold_boot, wait_up


def wrong_clock(year: int) -> Scenario:
    def scenario(run: Run, checks: Checks, first: FirstBox) -> None:
        box = first.box.copy(f"clock-{year}", WORKING)
        with cold_boot(run, checks, box, clock=f"{year}-01-02T03:04:05") as machine:
            door = wait_up(run, box, machine, first.owner.token)
            claim.wait_records(door)
            content = f"in the year {year}"
            answer = door.push(content.encode())
            checks.that("a record is taken", answer.status == 201, answer.brief())
            receipt = answer.json()
            checks.that(
                "its clock is marked untrusted", receipt["clock"]["state"] == "untrusted", str(receipt["clock"])
            )
            # systemd never lets the clock stand before the day that it was built itself.
            told = int(receipt["capturedAt"][:4])
            checks.that("its time is what that clock says", told == year or year < told < 2036, receipt["capturedAt"])
            index = receipt["index"]
            file = box.folder / "record.evidence"
            held = evidence.fetch(door, index, file)
            checks.that("it is sealed", content.encode() in held)
            # No certificate is valid at a time like this, so the trust file names the key itself.
            offered = evidence.verify(file, authority.trust_nobody(box.folder / "nobody"))
            known = first.owner.key_digits()
            checks.that(
                "the key is the one that the claim showed", known in offered.text.lower(), f"{known}; {offered.text}"
            )
            verdict = evidence.verify(file, authority.trust_lines(box.folder / "trust", offered.offered_trust()))
            checks.that("its evidence verifies with a trust file that names the key", verdict.code == 0, verdict.text)
            checks.that("and says what the time is worth", "not to be relied on" in verdict.text, verdict.text)
            old = next(iter(first.records.values()))
            evidence.fetch(door, old, box.folder / "old.evidence")
            verdict = evidence.verify(box.folder / "old.evidence", first.trust)
            checks.that("what was sealed before still verifies", verdict.code == 0, verdict.text)
        box.throw_away()

    return scenario
