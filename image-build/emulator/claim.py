"""From a box that belongs to nobody to an owner with a token, as docs/appliance.md tells a technician."""

import re
import time
from dataclasses import dataclass
from urllib.parse import urlencode

from emulator.door import Answer, Door
from emulator.machine import Machine
from emulator.waiting import Failed, wait_until

_CODE = r"^\s*claim code\s+([A-Z0-9]{5}-[A-Z0-9]{5})\s*$"

# An emulated machine boots in one to two minutes; two of them share the processors, and a first boot does more.
BOOT_SECONDS = 900


@dataclass(frozen=True)
class Shown:
    """What a technician reads off the console."""

    fingerprint: str
    code: str | None


def read_console(machine: Machine, code: bool, seconds: float = BOOT_SECONDS) -> Shown:
    """Waits until the console shows the certificate's fingerprint, and the claim code if one is awaited."""
    pattern = r"^\s*certificate\s+SHA-256\s+([0-9A-Fa-f: \n]{64,160})$"
    pairs = machine.console.wait_for(pattern, seconds, machine.is_running).group(1)
    fingerprint = re.sub(r"[^0-9a-f]", "", pairs.lower())
    if len(fingerprint) != 64:
        raise Failed(f"the console shows a fingerprint of {len(fingerprint)} digits: {pairs}")
    if not code:
        return Shown(fingerprint, None)
    machine.console.wait_for(_CODE, seconds, machine.is_running)
    return Shown(fingerprint, codes(machine)[-1])


def codes(machine: Machine) -> list[str]:
    """The claim codes that the console has shown, the newest last."""
    return re.findall(_CODE, machine.console.text(), re.MULTILINE)


@dataclass(frozen=True)
class Owner:
    """What the owner has after the claim; the door lets them in."""

    token: str
    key_fingerprint: str

    def key_digits(self) -> str:
        return re.sub(r"[^0-9a-f]", "", self.key_fingerprint.lower())


def post_form(door: Door, path: str, **fields: str) -> Answer:
    # As a browser says it, for a form of the box's own page.
    headers = {"Content-Type": "application/x-www-form-urlencoded", "Origin": f"https://127.0.0.1:{door.port}"}
    return door.ask(path, urlencode(fields).encode(), headers)


def try_code(door: Door, code: str) -> Answer:
    """Enters a code as fast as the box takes one; its 429 is waited for, so the answer is about the code."""
    deadline = time.monotonic() + 60
    while True:
        answer = post_form(door, "/claim", code=code)
        wait = float(answer.headers.get("retry-after", "60"))
        if answer.status != 429 or time.monotonic() + wait > deadline:
            return answer
        # The only sleep for its own sake: the box said how long.
        time.sleep(wait)


def claim(door: Door, code: str) -> Owner:
    page = try_code(door, code)
    owner = Owner(page.element("token"), page.element("key-fingerprint"))
    if page.status != 200 or not owner.token or not owner.key_fingerprint:
        raise Failed(f"the claim code was not taken: {page.brief()}")
    confirmed = post_form(door, "/claim/confirm", code=code, token=owner.token)
    if confirmed.status != 303:
        raise Failed(f"the claim was not confirmed: {confirmed.brief()}")
    return owner


def log_in(door: Door) -> str:
    """As a browser does: returns the cookie of a new session."""
    answer = post_form(door, "/login", token=door.token or "")
    cookie = answer.headers.get("set-cookie", "").split(";")[0]
    if answer.status != 303 or not cookie:
        raise Failed(f"the owner cannot log in: {answer.brief()}")
    return cookie


def home(door: Door) -> Answer:
    """Home, as a browser sees it after the login."""
    return door.ask("/", headers={"Cookie": log_in(door)})


def wait_answering(
    machine: Machine, port: int, fingerprint: str, token: str | None = None, seconds: float = BOOT_SECONDS
) -> Door:
    """Waits until the box answers on its own door, whatever it answers."""
    door = Door(port, fingerprint, token)

    def answers() -> bool:
        if not machine.is_running():
            raise Failed("the machine ended before it answered")
        door.ask("/", seconds=20)
        return True

    wait_until("the box answers over HTTPS", seconds, answers)
    return door


def wait_ready(door: Door, seconds: float = 600) -> Answer:
    """Waits until all parts of the box say that they are well: some take longer than its doors. Returns the last word."""
    last: list[Answer] = []

    def ready() -> bool:
        last.append(door.ask("/readyz", seconds=20))
        return last[-1].status == 200

    try:
        wait_until("all parts are well", seconds, ready, every=1)
    except Failed:
        pass
    return last[-1] if last else door.ask("/readyz")


def wait_records(door: Door, seconds: float = 120) -> None:
    """Waits until the box takes records: after a claim it opens the rest of its doors."""
    wait_until(
        "the claimed box takes records", seconds, lambda: door.ask("/v1/records/0", seconds=20).status in (200, 404)
    )
