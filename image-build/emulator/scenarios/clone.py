"""The disk of a box in another box: its key stays in the TPM that made it."""

from emulator import claim
from emulator.report import Checks
from emulator.run import WORKING, FirstBox, Run, cold_boot, wait_up

_PATHS = (
    "/",
    "/v1/records/1",
    "/v1/records/1/evidence",
    "/claim",
    "/readyz",
    "/log/checkpoint",
    "/certificate/request.pem",
)


def another_tpm(run: Run, checks: Checks, first: FirstBox) -> None:
    box = first.box.copy("clone", WORKING)
    box.replace_tpm()
    with cold_boot(run, checks, box) as machine:
        door = wait_up(run, box, machine, first.owner.token)
        text = machine.console.text().lower()
        checks.that("the console says that the token is not this box's", "made by another chip" in text, text[-1500:])
        for path in _PATHS:
            answer = door.ask(path)
            checks.that(f"{path} answers 503", answer.status == 503, answer.brief())
        page = door.ask("/")
        checks.that(
            "its page says the same cause as the console",
            _cause_is_on(page.text(), text),
            f"{page.brief()} | {text[-800:]}",
        )
        pushed = door.push(b"to a cloned box")
        checks.that("it takes nothing", pushed.status == 503, pushed.brief())
        signed = machine.inside.read(_WHEN_SIGNED)
        begun = float(machine.inside.read("cut -d' ' -f1 /proc/uptime"))
        age = float(signed) if signed else begun + 1
        checks.that(
            "it signs nothing",
            age > begun,
            f"seals were written {age:.0f} s ago, and it was switched on {begun:.0f} s ago",
        )
        state = machine.inside.read(
            "systemctl start sealpost-confirm.service && /usr/lib/sealpost/sealpost-bootenv show", claim.BOOT_SECONDS
        )
        checks.that(
            "a refusal counts as an answer: the slot is not to blame", "good=A" in state and "try_A=3" in state, state
        )
    box.throw_away()


# Seconds since anything below the seals' journal, the log's tiles or its checkpoint was written.
_WHEN_SIGNED = """
newest=$(find /data/sealpost/seals /data/sealpost/log -type f -printf '%T@\\n' 2>/dev/null | sort -n | tail -n 1)
[ -z "$newest" ] || echo $(( $(date +%s) - ${newest%.*} ))
"""


def _cause_is_on(page: str, console: str) -> bool:
    """Whether what the console says after "refused" stands on the page as well; both in small letters."""
    causes = [line.strip().removeprefix("refused").strip() for line in console.splitlines() if "refused  " in line]
    plain = " ".join(page.lower().split())
    return bool(causes) and " ".join(causes[-1].split()) in plain
