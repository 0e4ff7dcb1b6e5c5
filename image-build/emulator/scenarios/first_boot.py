"""From power-on to the first sealed record, as docs/appliance.md tells a technician; and what bad input gets there."""

import time
from pathlib import Path

from emulator import claim, evidence
from emulator.authority import Authority
from emulator.door import Answer, Door, publish
from emulator.machine import Machine
from emulator.report import Checks
from emulator.run import EARLY, STARTING, UNCLAIMED, WORKING, FirstBox, Run, cold_boot, running, wait_up
from emulator.updating import Updates
from emulator.waiting import Failed

_PEM = {"Content-Type": "application/x-pem-file"}


def first_boot(run: Run, checks: Checks) -> FirstBox:
    box = run.new_box("first")
    with running(checks, box.power_on(processors=run.processors), box) as machine:
        machine.inside.wait_ready(claim.BOOT_SECONDS)
        machine.save(EARLY)
        machine.wait_journal(r"sealpost-directories\.service - |Finished sealpost-directories", claim.BOOT_SECONDS)
        machine.save(STARTING)
        shown = claim.read_console(machine, code=True)
        door = claim.wait_answering(machine, machine.ports[443], shown.fingerprint)
        run.report.booted(box.name, machine.age())
        machine.save(UNCLAIMED)
        checks.ok("a new box shows address, fingerprint and code on its console, and answers under that fingerprint")
        _nothing_but_the_claim(checks, machine, door)
        owner = _claim(checks, machine, door, shown.code or "")
        door = Door(machine.ports[443], shown.fingerprint, owner.token)
        claim.wait_records(door)
        page = claim.home(door)
        checks.that("the owner logs in and sees Home", page.status == 200, page.brief())
        ca = Authority(run.work / "ca")
        _certificate(checks, door, ca)
        trust = ca.trust(run.work / "trust")
        records = _records(checks, machine, door, owner.token, trust, run.work / "evidence")
        _slot_is_confirmed(checks, machine)
        status = Updates(door).wait("the update agent answers", 600, lambda s: not s["trial"])
        checks.same("the update agent waits for a source", ("A", "idle"), (status["slot"], status["state"]))
        machine.save(WORKING)
        return FirstBox(box, shown.fingerprint, shown.code or "", owner, ca, trust, records)


def _nothing_but_the_claim(checks: Checks, machine: Machine, door: Door) -> None:
    for path in ("/v1/records/0", "/metrics", "/log/checkpoint", "/certificate/request.pem"):
        answer = door.ask(path)
        checks.that(f"a box without an owner gives no {path}", answer.status == 403, answer.brief())
    refused = door.push(b"too early")
    checks.that("a box without an owner takes no record over HTTP", refused.status == 403, refused.brief())
    published = publish(machine.ports[8883], door.certificate(), "none", "records/default", "too early")
    checks.that(
        "a box without an owner opens no MQTT", published.code != 0 and not published.acknowledged(), published.output
    )


def _claim(checks: Checks, machine: Machine, door: Door, code: str) -> claim.Owner:
    # The box asks for two seconds between tries, and an emulated one may need as long to answer: hence some tries, and
    # a connection that is open already.
    with door.kept() as kept:
        for _ in range(3):
            wrong = claim.try_code(kept, "AAAAA-AAAAA")
            at_once = claim.post_form(kept, "/claim", code=code)
            if at_once.status == 429:
                break
    checks.that("a wrong code is refused with 403", wrong.status == 403, wrong.brief())
    checks.that("a try right after a wrong one is put off with 429", at_once.status == 429, at_once.brief())
    checks.that("and says when to try again", "retry-after" in at_once.headers, str(at_once.headers))
    page = door.ask("/claim")
    checks.that("the claim page is still there", page.status == 200 and 'name="code"' in page.text(), page.brief())
    owner = claim.claim(door, code)
    again = claim.post_form(door, "/claim", code=code)
    checks.that(
        "the code is worth nothing afterwards", again.status >= 400 and not again.element("token"), again.brief()
    )
    stranger = Door(door.port, door.fingerprint, "x" * 43).ask("/v1/records/1")
    checks.that("another token than the owner's is refused", stranger.status == 401, stranger.brief())
    return owner


def _certificate(checks: Checks, door: Door, ca: Authority) -> None:
    request = door.ask("/certificate/request.pem").body
    good = ca.certify(request)
    other = ca.certify(ca.request_for_another_key(request))
    # What is uploaded, and a word of the sentence that it must get.
    bad = {
        "no PEM": (b"hello", "PEM"),
        "a PEM that is cut off": (good[: len(good) // 2], "PEM"),
        "a PEM with a damaged certificate": (good.replace(b"MII", b"AAA", 1), "cannot be read"),
        "a certificate for another key": (other, "key"),
        "a certificate without the origin's name": (ca.certify_without_extensions(request), "copy"),
        "an expired certificate": (ca.certify_long_ago(request), "ended"),
        "more than 256 KiB": (good + b"\n" * (257 << 10), "bytes"),
    }
    for name, (upload, word) in bad.items():
        answer = door.ask("/certificate", upload, _PEM)
        sentence = answer.text()
        checks.that(f"{name} is refused", 400 <= answer.status < 500 and word in sentence, answer.brief())
    index = door.push(b"before the certificate").json()["index"]
    file = ca.folder / "before.evidence"
    evidence.fetch(door, index, file)
    verdict = evidence.verify(file, ca.trust(ca.folder / "trust"))
    checks.that("refused certificates have changed nothing", verdict.code == 3, f"{verdict.code} {verdict.text}")
    answer = door.ask("/certificate", good, _PEM)
    checks.that("the certificate of the owner's CA is taken", answer.status in (200, 201, 204, 303), answer.brief())


def _records(checks: Checks, machine: Machine, door: Door, token: str, trust: Path, folder: Path) -> dict[str, int]:
    records = {}
    answer = door.push(b"the first record", key="first")
    checks.that("a record is taken over HTTP", answer.status == 201, answer.brief())
    records["the first record"] = answer.json()["index"]
    repeated = door.push(b"the first record", key="first")
    same = repeated.status == 200 and repeated.json()["index"] == records["the first record"]
    checks.that("its repetition gets the first answer", same, repeated.brief())
    pem = door.certificate()
    for version in ("mqttv5", "mqttv311"):
        content = f"over {version}"
        published = publish(machine.ports[8883], pem, token, f"records/default/{version}", content, version)
        checks.that(f"a record is taken over MQTT ({version})", published.acknowledged() == [1], published.output)
        records[content] = _find(door, content, folder)
    wrong = publish(machine.ports[8883], pem, "x" * 43, "records/default", "not mine")
    checks.that("MQTT refuses another password", not wrong.acknowledged(), wrong.output)
    for content, index in records.items():
        file = folder / f"{index}.evidence"
        held = evidence.fetch(door, index, file)
        verdict = evidence.verify(file, trust)
        good = verdict.code == 0 and content.encode() in held
        checks.that(f"evidence of '{content}' verifies outside against the CA of the claim", good, verdict.text)
    ready = claim.wait_ready(door)
    checks.that("all its parts are well", ready.status == 200, ready.brief())
    return records


def _find(door: Door, content: str, folder: Path) -> int:
    """The index of a record whose acknowledgement did not tell it."""
    newest: int = door.push(f"after {content}".encode()).json()["index"]
    for index in range(newest - 1, 0, -1):
        if door.ask(f"/v1/records/{index}").status == 200 and content.encode() in evidence.fetch(
            door, index, folder / "looked-at"
        ):
            return index
    raise Failed(f"'{content}' was acknowledged and is nowhere")


def _slot_is_confirmed(checks: Checks, machine: Machine) -> None:
    machine.inside.read("systemctl start sealpost-confirm.service", claim.BOOT_SECONDS)
    state = machine.inside.read("/usr/lib/sealpost/sealpost-bootenv show")
    expected = {"order=A B", "try_A=3", "good=A", "rescue=5"}
    checks.that("slot A is confirmed", expected <= set(state.splitlines()), state)


def locked_claim(run: Run, checks: Checks, first: FirstBox) -> None:
    """Five wrong codes lock the claim; neither the right code nor a power cycle opens it."""
    box = first.box.copy("locked", UNCLAIMED)
    with running(checks, box.go_on(UNCLAIMED, run.processors), box) as machine:
        door = Door(machine.ports[443], first.fingerprint)
        answers: list[Answer] = []
        for number in range(5):
            answers.append(claim.try_code(door, f"AAAAA-AAAA{number}"))
        locked = time.monotonic()
        checks.that(
            "five wrong codes are refused, each by its own",
            [a.status for a in answers] == [403] * 5,
            answers[-1].brief(),
        )
        _is_locked(
            checks,
            claim.post_form(door, "/claim", code=first.code),
            "the right code is refused while the claim is locked",
            locked,
        )
        machine.power_cut()
    with cold_boot(run, checks, box) as machine:
        shown = claim.read_console(machine, code=True)
        door = wait_up(run, box, machine, None)
        checks.that("the code is another one after a power cycle", shown.code != first.code, str(shown.code))
        answer = claim.post_form(door, "/claim", code=shown.code or "")
        _is_locked(checks, answer, "a power cycle does not shorten the lock", locked)
    box.throw_away()


def _is_locked(checks: Checks, answer: Answer, name: str, since: float) -> None:
    """For 15 minutes from when it was locked, or longer."""
    wait = int(answer.headers.get("retry-after", "0"))
    left = 900 - (time.monotonic() - since)
    checks.that(name, answer.status == 429 and left - 5 < wait <= 900, f"Retry-After {wait}, {left:.0f} s left")
