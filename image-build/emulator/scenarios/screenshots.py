"""The pages as a person sees them, for docs/images; only when asked for, since files of the tree change."""

from emulator import claim
from emulator.browser import Browser
from emulator.door import Door
from emulator.evidence import ROOT
from emulator.machine import Machine
from emulator.releases import Releases
from emulator.report import Checks
from emulator.run import UNCLAIMED, FirstBox, Run, running, working
from emulator.scenarios import disk
from emulator.scenarios.updates import NEWER
from emulator.updating import Updates
from emulator.waiting import Failed, wait_until

_IMAGES = ROOT / "docs/images"
_DESK = (1100, 1100)
_PHONE = (390, 1400)


def take(run: Run, checks: Checks, first: FirstBox) -> None:
    browser = Browser(run.work / "chromium.log")
    try:
        box = first.box.copy("pictured-claim", UNCLAIMED)
        with running(checks, box.go_on(UNCLAIMED, run.processors), box) as machine:
            claim.wait_answering(machine, machine.ports[443], first.fingerprint)
            browser.picture(_url(machine, "/claim"), _IMAGES / "claim.png", *_DESK)
        with working(run, checks, first, "pictured-home") as (machine, door, _):
            wait_until("Home is green", 120, lambda: door.ask("/readyz").status == 200)
            _sensors_and_updates(run, door, machine)
            cookie = claim.log_in(Door(machine.ports[443], first.fingerprint, first.owner.token))
            for page in ("sensors", "updates"):
                browser.picture(_url(machine, f"/{page}"), _IMAGES / f"{page}.png", *_DESK, cookie=cookie)
            _home(browser, machine, first, "home-green")
            disk.fill(machine)
            wait_until("Home is red", 120, lambda: door.push(b"no room").status == 507)
            _home(browser, machine, first, "home-red")
    finally:
        browser.close()
    checks.ok(f"pictures lie in {_IMAGES.relative_to(ROOT)}")


def _sensors_and_updates(run: Run, door: Door, machine: Machine) -> None:
    """Something to be seen on their pages: two sensors, one of them with a fault, and a release on a stick."""
    settings = "".join(
        f'[sensor.{name}]\nkind = "simulated"\nseed = {seed}\nevery = "2s"\n{fault}\n'
        for name, seed, fault in (("cold-store", 3, ""), ("tank", 28, 'faults = ["throw"]'))
    )
    taken = door.ask("/sensors", settings.encode(), {"Content-Type": "application/toml"})
    if taken.status != 200:
        raise Failed(f"the settings of sensors were not taken: {taken.brief()}")
    releases = Releases(run.image, run.work / "releases")
    repository = releases.repository("pictured").add(releases.bundle(NEWER), NEWER, "--notes", "Mends what was broken.")
    machine.plug_stick(repository.sign().stick(run.work / "releases/pictured.img"))
    Updates(door).wait_offer(NEWER)
    wait_until(
        "the sensors were read",
        120,
        lambda: all(sensor["readings"] for sensor in door.ask("/v1/sensors").json()["sensors"]),
    )


def _home(browser: Browser, machine: Machine, first: FirstBox, name: str) -> None:
    url = _url(machine, "/")
    cookie = claim.log_in(Door(machine.ports[443], first.fingerprint, first.owner.token))
    browser.picture(url, _IMAGES / f"{name}.png", *_DESK, cookie=cookie)
    browser.picture(url, _IMAGES / f"{name}-dark.png", *_DESK, dark=True, cookie=cookie)
    browser.picture(url, _IMAGES / f"{name}-phone.png", *_PHONE, cookie=cookie)


def _url(machine: Machine, path: str) -> str:
    return f"https://127.0.0.1:{machine.ports[443]}{path}"
