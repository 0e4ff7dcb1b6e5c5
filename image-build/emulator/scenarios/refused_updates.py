"""What a box must not install: each is refused with one sentence, on its page and in its log, and no slot is written."""

import html
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from emulator import claim, source, updating
from emulator.door import Door
from emulator.machine import Machine
from emulator.releases import Releases, Repository, edit
from emulator.report import Checks
from emulator.run import FirstBox, Run, Scenario, working
from emulator.source import Certificates, Fault, Source
from emulator.updating import Updates, need_taken

_VERSION = "1000.1.0"
# Of what is offered instead: a repository takes a version once.
_OTHER = "1000.1.1"
# Of every image.
_OLDER = "0.0.1"
_PAST = "2020-01-01T00:00:00Z"


@dataclass(frozen=True)
class Case:
    """Something wrong with what a source offers."""

    name: str
    # What is done to a good repository; the folder's name is the name of the case.
    spoil: Callable[[Repository, Releases], object]
    # The rule that it is refused by, and what the sentence names.
    rule: str
    words: tuple[str, ...]
    # The version to order, where it shows only then.
    ordered: str = ""
    fault: Fault | None = None


def _tampered_metadata(repository: Repository, releases: Releases) -> None:
    edit(repository.newest("targets"), r'("spec_version" *: *"1\.0\.)34', r"\g<1>33")


def _tampered_signed(repository: Repository, releases: Releases) -> None:
    edit(repository.newest("timestamp"), r'("expires" *: *")2', r"\g<1>3")


def _mixed(repository: Repository, releases: Releases) -> None:
    """A snapshot of yesterday under today's name; none longer than it, since that is refused by its size already."""
    while repository.newest("snapshot").stat().st_size < _before(repository).stat().st_size:
        # A signature's length is not the same each time.
        repository.sign()
    repository.newest("snapshot").write_bytes(_before(repository).read_bytes())


def _before(repository: Repository) -> Path:
    """The snapshot before the newest."""
    return sorted(repository.folder.glob("metadata/*.snapshot.json"), key=lambda f: int(f.name.split(".")[0]))[-2]


def _tampered_bundle(repository: Repository, releases: Releases) -> None:
    bundle = repository.bundles()[0]
    content = bytearray(bundle.read_bytes())
    content[len(content) // 2] ^= 1
    # Another file: its name is shared with the good one.
    bundle.unlink()
    bundle.write_bytes(content)


def _shorter_bundle(repository: Repository, releases: Releases) -> None:
    bundle = repository.bundles()[0]
    content = bundle.read_bytes()
    bundle.unlink()
    bundle.write_bytes(content[:-1000])


def _nothing(repository: Repository, releases: Releases) -> None:
    pass


# In an order in which none takes the next one's way: trusted metadata never goes back.
CASES = (
    Case("tampered targets", _tampered_metadata, "hash", ("targets.json",)),
    Case("tampered timestamp", _tampered_signed, "signature", ("timestamp.json",)),
    Case("mix-and-match", _mixed, "hash", ("snapshot.json",)),
    Case("freeze", lambda r, _: r.sign("--expires", f"timestamp={_PAST}", "--allow-expired"), "expiry", ("timestamp",)),
    Case("expired", lambda r, _: r.sign("--expires", f"targets={_PAST}", "--allow-expired"), "expiry", ("targets",)),
    Case("endless metadata", _nothing, "size", ("timestamp.json",), fault=source.endless("endless-metadata/metadata/ti")),
    Case("another board", lambda r, b: _only(r, b.bundle(_OTHER, "board"), board="another-board"), "board", ("another-board",)),
    Case(
        "data it cannot read",
        lambda r, b: _only(r, b.bundle(_OTHER, "small"), "--reads-from", "99", "--data-format", "99"),
        "data-format",
        (_OTHER,),
    ),
    Case("tampered bundle", _tampered_bundle, "bundle", (), _VERSION),
    Case("shorter bundle", _shorter_bundle, "bundle", (), _VERSION),
    Case("endless bundle", _nothing, "bundle", (), _VERSION, fault=source.endless("endless-bundle/bundles")),
    Case("a stranger's bundle", lambda r, b: _only(r, b.bundle(_OTHER, "stranger")), "rauc", (), _OTHER),
)

# Of the metadata's rules, the box's own and the installer's, with files that are damaged.
ONE_OF_EACH_KIND = tuple(
    case
    for case in CASES
    if case.name in ("tampered timestamp", "freeze", "data it cannot read", "tampered bundle", "a stranger's bundle")
)


def _only(repository: Repository, bundle: Path, *further: str, board: str = "", version: str = _OTHER) -> None:
    """Offers this instead."""
    for part in ("targets", "bundles"):
        for file in (repository.folder / part).iterdir():
            file.unlink()
    if board:
        edit(repository.folder / "keys.json", '"sealpost-amd64"', f'"{board}"')
    repository.add(bundle, version, "--unchecked", *further).sign()


def refused(cases: Sequence[Case]) -> Scenario:
    return lambda run, checks, first: _refuses(run, checks, first, cases)


def _refuses(run: Run, checks: Checks, first: FirstBox, cases: Sequence[Case]) -> None:
    releases = Releases(run.image, run.work / "releases")
    served = run.work / "releases/refused"
    certificates = Certificates(run.work / "update-server-of-refusals")
    good = releases.repository("good").add(releases.bundle(_VERSION, "small"), _VERSION).sign()
    newest = good.version()
    faults = [case.fault for case in cases if case.fault]
    with working(run, checks, first, "refusing") as (machine, door, box):
        updates = Updates(door)
        page = _Page(door)
        with Source(machine.outside, served, certificates, *faults, _slow()):
            for case in cases:
                # Each a version of the metadata further, since trusted metadata never goes back.
                while good.version() <= newest:
                    good.sign()
                spoilt = good.copy(f"refused/{_folder(case.name)}")
                case.spoil(spoilt, releases)
                newest = spoilt.version()
                _refused(checks, machine, updates, page, certificates, case)
            while good.version() <= newest:
                good.sign()
            older = good.copy("refused/older")
            _only(older, releases.bundle(_OLDER, "small"), version=_OLDER)
            newest = older.version()
            _older(checks, machine, updates, certificates)
            while good.version() <= newest:
                good.sign()
            good.copy("refused/slow")
            need_taken(updates.set_source(f"{source.URL}slow/", certificates.ca))
            updates.wait_offer(_VERSION)
            _full_disk(checks, machine, updates)
            _slow_server(checks, updates)
        updating.flush(machine)
        checks.same("no slot was written", (0, 0), tuple(updating.written_to(box, run.image, slot) for slot in "AB"))
        updating.check_acts_in_log(checks, machine, door, box.folder / "acts")
        # Or else the two zeros would say nothing.
        machine.inside.read("head -c 65536 /dev/urandom >/dev/vda3")
        updating.flush(machine)
        checks.that("a slot that is written to is seen", updating.written_to(box, run.image, "B") > 0)


def _older(checks: Checks, machine: Machine, updates: Updates, certificates: Certificates) -> None:
    """An older release and nothing else, well signed."""
    looked = updates.status()["checkedAt"]
    need_taken(updates.set_source(f"{source.URL}older/", certificates.ca))
    status = updates.wait("the source is looked at", 180, lambda s: not s["checking"] and s["checkedAt"] != looked)
    checks.same("an older release is not offered", None, status["offer"])
    before = updating.newest_act(machine)
    answer = updates.install(_OLDER)
    checks.that("an older release is refused where it is ordered", answer.status == 422, answer.brief())
    act = updating.wait_act(machine, "refused", 60, after=before)
    checks.that(
        f"by its rule: {act['sentence']}", act["rule"] == "version" and _OLDER in act["sentence"], str(act)
    )


def _full_disk(checks: Checks, machine: Machine, updates: Updates) -> None:
    """The rule keeps a tenth of the partition free, for capture."""
    machine.inside.read(
        "size=$(df --output=size -B1 /data | tail -n 1); room=$(df --output=avail -B1 /data | tail -n 1);"
        " fallocate -l $((room - size / 20)) /data/ballast && sync /data"
    )
    before = updating.newest_act(machine)
    answer = updates.install(_VERSION)
    checks.that("a full disk refuses the order", answer.status == 422, answer.brief())
    act = updating.wait_act(machine, "refused", 60, after=before)
    checks.that(f"by its rule: {act['sentence']}", act["rule"] == "room", str(act))
    machine.inside.read("rm /data/ballast && sync /data")
    need_taken(updates.check())
    updates.wait_offer(_VERSION)
    checks.ok("with room again, it is offered again")


def _slow_server(checks: Checks, updates: Updates) -> None:
    need_taken(updates.install(_VERSION))
    status = updates.wait("the page says that the server is slow", 300, lambda s: s["setback"])
    setback = status["setback"]
    checks.that(
        f"a slow server is given up, and tried again later: {setback['sentence']}",
        status["state"] == "fetching" and setback["since"] and ".raucb" in setback["sentence"],
        str(status),
    )


def _slow() -> Fault:
    return source.slow("slow/bundles", 1000, 600)


def _folder(name: str) -> str:
    return name.replace(" ", "-").replace("'", "")


class _Page:
    """The page Updates, as the owner's browser sees it."""

    def __init__(self, door: Door) -> None:
        self._door = door
        self._cookie = claim.log_in(door)

    def text(self) -> str:
        answer = self._door.ask("/updates", headers={"Cookie": self._cookie})
        if answer.status == 303:
            self._cookie = claim.log_in(self._door)
            answer = self._door.ask("/updates", headers={"Cookie": self._cookie})
        return html.unescape(answer.text())


def _refused(
    checks: Checks, machine: Machine, updates: Updates, page: _Page, certificates: Certificates, case: Case
) -> None:
    before = updating.newest_act(machine)
    need_taken(updates.set_source(f"{source.URL}{_folder(case.name)}/", certificates.ca))
    if case.ordered:
        updates.wait_offer(case.ordered)
        need_taken(updates.install(case.ordered))
    act = updating.wait_act(machine, "refused", 300, after=before)
    status = updates.status()
    told = status["refusal"] or {}
    checks.same(f"{case.name} is refused by its rule", case.rule, act["rule"])
    sentence = act["sentence"]
    checks.that(
        f"{case.name}: the agent says the same as the log: {sentence}",
        told.get("sentence") == sentence and all(word in sentence for word in case.words) and ";" in sentence,
        f"{sentence!r}; {told}",
    )
    shown = page.text()
    checks.that(f"{case.name}: the page shows the sentence", sentence in shown, f"{sentence!r} is not in {shown[-3000:]}")
    left = machine.inside.read("ls /data/ota/staged")
    checks.same(f"{case.name}: nothing of it is left", "", left)
