"""Repositories made by python-tuf, good ones and one for each attack that the TUF specification names, in the steps in
which a client sees them, with what has to come of each step.

    tuf_repositories.py OUT

makes OUT/<scenario>/<step>/{metadata,targets}/... and OUT/<scenario>/scenario.json, which TufAttacksIT plays to our client.
python-tuf's own client sees the same steps here; where it judges otherwise than we expect of ours, the step says why, or
this script fails.
"""

from __future__ import annotations

import copy
import hashlib
import json
import sys
import tempfile
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path

from securesystemslib.formats import encode_canonical
from securesystemslib.signer import CryptoSigner, SSlibKey
from tuf.api.exceptions import DownloadError, DownloadHTTPError, RepositoryError
from tuf.api.metadata import (
    DelegatedRole,
    Delegations,
    Metadata,
    MetaFile,
    Root,
    Snapshot,
    TargetFile,
    Targets,
    Timestamp,
)
from tuf.ngclient import FetcherInterface, Updater, UpdaterConfig

NOW = datetime(2026, 6, 1, tzinfo=timezone.utc)
LATER = NOW + timedelta(days=365)
PAST = NOW - timedelta(days=1)
ROLES = ["root", "timestamp", "snapshot", "targets"]
SMALL, LARGE = 64 << 10, 512 << 10  # the limits of our client

Files = dict[str, bytes]


def make_signer(kind: str = "ed25519") -> CryptoSigner:
    if kind == "rsa":
        return CryptoSigner.generate_rsa(size=2048)
    return CryptoSigner.generate_ecdsa() if kind == "ecdsa" else CryptoSigner.generate_ed25519()


class Repository:
    """All that a publisher has: keys, the four roles, and the files as they lie on the server."""

    def __init__(self, kind: str = "ed25519", consistent: bool = True, hashes: bool = True) -> None:
        self.kind = kind
        self.hashes = hashes
        self.files: Files = {}
        self.root = Root(1, None, LATER, consistent_snapshot=consistent)
        self.timestamp = Timestamp(1, None, LATER)
        self.snapshot = Snapshot(1, None, LATER)
        self.targets = Targets(1, None, LATER)
        self.signers: dict[str, list[CryptoSigner]] = {role: [] for role in ROLES}
        for role in ROLES:
            self.signed(role).version = 0
            self.add_key(role)
        self.add_target("one.txt", b"first")
        self.publish()

    def signed(self, role: str) -> Root | Timestamp | Snapshot | Targets:
        return {"root": self.root, "timestamp": self.timestamp, "snapshot": self.snapshot, "targets": self.targets}[role]

    def add_key(self, role: str, signer: CryptoSigner | None = None) -> CryptoSigner:
        signer = signer or make_signer(self.kind)
        self.root.add_key(signer.public_key, role)
        self.signers[role].append(signer)
        return signer

    def rotate(self, role: str) -> None:
        """Other keys for a role. A root key signs once more, as the chain asks for."""
        for keyid in list(self.root.roles[role].keyids):
            self.root.revoke_key(keyid, role)
        if role != "root":
            self.signers[role].clear()
        self.add_key(role)

    def add_target(self, path: str, content: bytes, hashes: list[str] | None = None) -> None:
        target = TargetFile.from_data(path, content, hashes or ["sha256"])
        self.targets.targets[path] = target
        self.put_target(path, content)

    def put_target(self, path: str, content: bytes) -> None:
        """The file as the server has it, be it what targets.json says or not."""
        folder, slash, name = path.rpartition("/")
        for digest in self.targets.targets[path].hashes.values():
            prefix = f"{digest}." if self.root.consistent_snapshot else ""
            self.files[f"targets/{folder}{slash}{prefix}{name}"] = content

    def name(self, role: str, version: int | None = None) -> str:
        version = version or self.signed(role).version
        versioned = role == "root" or (role != "timestamp" and self.root.consistent_snapshot)
        return f"{version}.{role}.json" if versioned else f"{role}.json"

    def sign(self, role: str, signers: list[CryptoSigner] | None = None) -> bytes:
        metadata = Metadata(self.signed(role))
        for signer in self.signers[role] if signers is None else signers:
            metadata.sign(signer, append=True)
        return metadata.to_bytes()

    def put(self, role: str, content: bytes, version: int | None = None) -> bytes:
        self.files[f"metadata/{self.name(role, version)}"] = content
        return content

    def meta(self, role: str, content: bytes) -> MetaFile:
        version = self.signed(role).version
        return MetaFile.from_data(version, content, ["sha256"]) if self.hashes else MetaFile(version)

    def publish(self, *roles: str) -> Repository:
        """The next version of these roles (all, if none is named), and what must follow."""
        for role in roles or ("root", "targets", "snapshot", "timestamp"):
            self.signed(role).version += 1
            content = self.put(role, self.sign(role))
            if role == "targets":
                self.snapshot.meta["targets.json"] = self.meta(role, content)
            elif role == "snapshot":
                self.timestamp.snapshot_meta = self.meta(role, content)
        return self

    def image_root(self) -> bytes:
        return self.files["metadata/1.root.json"]

    def copy(self) -> Repository:
        """The same, to go on from twice; keys cannot be copied and need not be."""
        twin = object.__new__(Repository)
        twin.__dict__ = {name: copy.deepcopy(value) for name, value in self.__dict__.items() if name != "signers"}
        twin.signers = {role: list(signers) for role, signers in self.signers.items()}
        return twin


class FolderFetcher(FetcherInterface):
    def __init__(self) -> None:
        self.files: Files = {}

    def _fetch(self, url: str) -> Iterator[bytes]:
        name = url.removeprefix("https://repository/")
        if name not in self.files:
            raise DownloadHTTPError("not there", 404)
        yield self.files[name]


class Scenario:
    """What one client sees, step by step, and what must come of it."""

    def __init__(self, out: Path, image_root: bytes) -> None:
        self.out = out
        self.out.mkdir(parents=True)
        (self.out / "image-root.json").write_bytes(image_root)
        self.image_root = image_root
        self.steps: list[dict[str, object]] = []
        self.python = tempfile.TemporaryDirectory()
        self.fetcher = FolderFetcher()

    def trusts(self, files: Files, **more: object) -> None:
        self.step(files, {"outcome": "trusted"}, **more)

    def refuses(self, files: Files, file: str, rule: str, **more: object) -> None:
        self.step(files, {"outcome": "refused", "file": file, "rule": rule}, **more)

    def step(
        self,
        files: Files,
        expected: dict[str, object],
        now: datetime = NOW,
        versions: tuple[int, int, int, int] | None = None,
        targets: dict[str, str] | None = None,
        python_differs: str = "",
    ) -> None:
        """targets: a path, and the content, or a rule in upper case. versions: as ROLES, once trusted."""
        number = str(len(self.steps) + 1)
        for name, content in files.items():
            path = self.out / number / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        self.ask_python(f"{self.out.name}, step {number}", files, expected, now, targets or {}, python_differs)
        step = {"folder": number, "now": now.strftime("%Y-%m-%dT%H:%M:%SZ"), **expected}
        step |= {"versions": versions} if versions else {}
        self.steps.append(step | {"targets": targets or {}})
        (self.out / "scenario.json").write_text(json.dumps({"steps": self.steps}, indent=1))

    def ask_python(
        self, title: str, files: Files, expected: dict[str, object], now: datetime, targets: dict[str, str], why: str
    ) -> None:
        self.fetcher.files = files
        base = Path(self.python.name)
        (base / "targets").mkdir(exist_ok=True)
        found, reason = "trusted", ""
        wrong: list[str] = []
        try:
            updater = Updater(
                str(base),
                "https://repository/metadata/",
                str(base / "targets"),
                "https://repository/targets/",
                self.fetcher,
                UpdaterConfig(
                    root_max_length=SMALL,
                    timestamp_max_length=SMALL,
                    snapshot_max_length=SMALL,
                    targets_max_length=LARGE,
                ),
                bootstrap=self.image_root,
            )
            updater._trusted_set.reference_time = now
            updater.refresh()
            for path, content in targets.items():
                good = not content.isupper()
                try:
                    info = updater.get_targetinfo(path)
                    assert info is not None
                    updater.download_target(info, str(base / "targets" / "file"))
                    if not good:
                        wrong.append(f"python-tuf took the target {path}")
                except (RepositoryError, DownloadError) as refused:
                    if good:
                        wrong.append(f"python-tuf refused the target {path}: {refused!r}")
        except (RepositoryError, DownloadError) as refused:
            found, reason = "refused", repr(refused)
        if found != expected["outcome"]:
            wrong.append(f"python-tuf {found} it {reason}")
        if bool(wrong) != bool(why):
            sys.exit(f"{title}: expected {expected['outcome']}, but {wrong or 'python-tuf agrees'}; declared: {why or 'nothing'}")


SCENARIOS: dict[str, Callable[[Path], None]] = {}


def scenario(function: Callable[[Path], None]) -> Callable[[Path], None]:
    SCENARIOS[function.__name__.replace("_", "-")] = function
    return function


def begin(out: Path, **how: object) -> tuple[Repository, Scenario]:
    """A repository that the client has seen in its first state."""
    repository = Repository(**how)  # type: ignore[arg-type]
    play = Scenario(out, repository.image_root())
    play.trusts(repository.files, versions=(1, 1, 1, 1), targets={"one.txt": "first"})
    return repository, play


# Good repositories.


def ordinary_life(out: Path, **how: object) -> None:
    """Refreshed, changed, rotated in every role."""
    repository, play = begin(out, **how)
    play.trusts(repository.files, versions=(1, 1, 1, 1))
    repository.add_target("folder/two.txt", b"second")
    repository.publish("targets", "snapshot", "timestamp")
    play.trusts(repository.files, versions=(1, 2, 2, 2), targets={"one.txt": "first", "folder/two.txt": "second"})
    for role in ROLES:
        repository.rotate(role)
        repository.publish()
    play.trusts(repository.files, versions=(5, 6, 6, 6), targets={"folder/two.txt": "second"})


@scenario
def good_ed25519(out: Path) -> None:
    ordinary_life(out)


@scenario
def good_ecdsa(out: Path) -> None:
    ordinary_life(out, kind="ecdsa")


@scenario
def good_rsa(out: Path) -> None:
    ordinary_life(out, kind="rsa")


@scenario
def good_without_consistent_snapshots(out: Path) -> None:
    ordinary_life(out, consistent=False)


@scenario
def good_without_hashes(out: Path) -> None:
    ordinary_life(out, hashes=False)


@scenario
def good_with_threshold_of_mixed_keys(out: Path) -> None:
    repository = Repository()
    for role in ROLES:
        for kind in ("ecdsa", "rsa"):
            repository.add_key(role, make_signer(kind))
        repository.root.roles[role].threshold = 2
    del repository.files["metadata/1.root.json"]
    repository.root.version = 0
    for role in ROLES:
        repository.signers[role].pop(0)
    repository.publish()
    play = Scenario(out, repository.image_root())
    play.trusts(repository.files, versions=(1, 2, 2, 2))


@scenario
def good_with_legacy_ecdsa_key_type(out: Path) -> None:
    repository, play = begin(out)
    modern = make_signer("ecdsa")
    spelling = {**modern.public_key.to_dict(), "keytype": "ecdsa-sha2-nistp256"}
    legacy = SSlibKey.from_dict(keyid_of(spelling), dict(spelling))
    repository.rotate("targets")
    repository.root.revoke_key(repository.root.roles["targets"].keyids[0], "targets")
    repository.root.add_key(legacy, "targets")
    repository.signers["targets"] = [CryptoSigner(modern._private_key, legacy)]
    repository.publish()
    play.trusts(repository.files, versions=(2, 2, 2, 2))


@scenario
def good_with_sha512(out: Path) -> None:
    repository, play = begin(out)
    repository.add_target("long.txt", b"sha512", ["sha512"])
    repository.add_target("both.txt", b"both", ["sha256", "sha512"])
    repository.publish("targets", "snapshot", "timestamp")
    play.trusts(repository.files, targets={"long.txt": "sha512", "both.txt": "both"})


@scenario
def good_with_unknown_members(out: Path) -> None:
    repository, play = begin(out)
    for role in ROLES:
        repository.signed(role).unrecognized_fields["later"] = {"text": "\u00fc \U0001f600 \" \\ \n", "list": [1, -2, None, True]}
    repository.targets.targets["one.txt"].unrecognized_fields["custom"] = {"board": "any"}
    repository.publish()
    play.trusts(repository.files, versions=(2, 2, 2, 2), targets={"one.txt": "first"})


@scenario
def good_with_delegations(out: Path) -> None:
    """Accepted; what is delegated is not searched."""
    repository, play = begin(out)
    signer = make_signer()
    role = DelegatedRole("others", [signer.public_key.keyid], 1, False, ["others/*"])
    repository.targets.delegations = Delegations({signer.public_key.keyid: signer.public_key}, {"others": role})
    repository.snapshot.meta["others.json"] = MetaFile(1)
    repository.publish("targets", "snapshot", "timestamp")
    play.trusts(repository.files, versions=(1, 2, 2, 2), targets={"one.txt": "first"})


@scenario
def good_with_long_chain_of_roots(out: Path) -> None:
    """Those in between may have expired, and each other one is signed by other keys."""
    repository, play = begin(out)
    repository.root.expires = PAST
    for number in range(20):
        if number % 2:
            repository.rotate("root")
        repository.publish("root")
    repository.root.expires = LATER
    repository.publish("root")
    play.trusts(repository.files, versions=(22, 1, 1, 1))


@scenario
def good_with_a_key_of_tomorrow(out: Path) -> None:
    """A key of a type that nobody knows yet stands beside one that is known; alone it is worth nothing."""
    repository, play = begin(out)
    key = {"keytype": "tomorrow", "scheme": "tomorrow-1", "keyval": {"public": "00"}}
    unknown = SSlibKey(keyid_of(key), "tomorrow", "tomorrow-1", {"public": "00"})
    repository.root.add_key(unknown, "timestamp")
    repository.publish()
    why = "python-tuf refuses a root with a key of a type that it does not know"
    play.trusts(repository.files, versions=(2, 2, 2, 2), python_differs=why)
    repository.root.roles["timestamp"].threshold = 2
    repository.publish()
    play.refuses(repository.files, "timestamp.json", "SIGNATURE")


# Arbitrary software.


def signed_by_a_stranger(out: Path, role: str) -> None:
    repository, play = begin(out)
    good = repository.copy()
    repository.signers[role] = [make_signer()]
    repository.publish()
    file = repository.name(role)
    play.refuses(repository.files, file, "SIGNATURE")
    for _ in range(2):
        good.publish("targets", "snapshot", "timestamp")
    play.trusts(good.files)


@scenario
def arbitrary_root(out: Path) -> None:
    signed_by_a_stranger(out, "root")


@scenario
def arbitrary_timestamp(out: Path) -> None:
    signed_by_a_stranger(out, "timestamp")


@scenario
def arbitrary_snapshot(out: Path) -> None:
    signed_by_a_stranger(out, "snapshot")


@scenario
def arbitrary_targets(out: Path) -> None:
    signed_by_a_stranger(out, "targets")


@scenario
def arbitrary_file(out: Path) -> None:
    """Of the same length, shorter, longer."""
    repository, play = begin(out)
    for content, rule in [(b"firsT", "HASH"), (b"fir", "HASH"), (b"first and more", "SIZE")]:
        repository.put_target("one.txt", content)
        play.trusts(repository.files, targets={"one.txt": rule})


@scenario
def arbitrary_content_under_an_old_signature(out: Path) -> None:
    repository, play = begin(out)
    repository.publish("targets", "snapshot", "timestamp")
    file = json.loads(repository.files["metadata/timestamp.json"])
    file["signed"]["version"] = 3
    repository.put("timestamp", json.dumps(file).encode())
    play.refuses(repository.files, "timestamp.json", "SIGNATURE")


# Endless data.


def too_large(out: Path, role: str, **how: object) -> None:
    repository, play = begin(out, **how)
    repository.publish()
    name = f"metadata/{repository.name(role)}"
    repository.files[name] += b" " * (LARGE if role == "targets" else SMALL)
    play.refuses(repository.files, repository.name(role), "SIZE")


@scenario
def endless_root(out: Path) -> None:
    too_large(out, "root")


@scenario
def endless_timestamp(out: Path) -> None:
    too_large(out, "timestamp")


@scenario
def endless_snapshot(out: Path) -> None:
    too_large(out, "snapshot")


@scenario
def endless_targets(out: Path) -> None:
    too_large(out, "targets")


@scenario
def endless_snapshot_of_no_stated_length(out: Path) -> None:
    too_large(out, "snapshot", hashes=False)


@scenario
def endless_targets_of_no_stated_length(out: Path) -> None:
    too_large(out, "targets", hashes=False)


# Fast-forward, and the recovery from it.


def fast_forward(out: Path, role: str, lost: list[str], file: str) -> None:
    """Whoever had the keys set a version so high that no honest one is higher; new keys make it forgotten."""
    repository, play = begin(out)
    honest = repository.copy()
    repository.signed(role).version = 1_000_000
    repository.publish(*["targets", "snapshot", "timestamp"][["targets", "snapshot", "timestamp"].index(role) :])
    play.trusts(repository.files)
    for _ in range(2):
        honest.publish("targets", "snapshot", "timestamp")
    stuck = honest.copy()
    play.refuses(stuck.files, stuck.name(file), "VERSION")
    for name in lost:
        honest.rotate(name)
    honest.publish()
    play.trusts(honest.files, versions=(2, 4, 4, 4), targets={"one.txt": "first"})


@scenario
def fast_forward_of_timestamp(out: Path) -> None:
    fast_forward(out, "timestamp", ["timestamp"], "timestamp")


@scenario
def fast_forward_of_snapshot(out: Path) -> None:
    fast_forward(out, "snapshot", ["timestamp", "snapshot"], "timestamp")


@scenario
def fast_forward_of_targets(out: Path) -> None:
    fast_forward(out, "targets", ["snapshot", "targets"], "snapshot")


# Indefinite freeze.


def frozen(out: Path, role: str) -> None:
    repository, play = begin(out)
    repository.signed(role).expires = NOW + timedelta(days=7)
    repository.publish()
    last = NOW + timedelta(days=7) - timedelta(seconds=1)
    play.trusts(repository.files, now=last, versions=(2, 2, 2, 2))
    file = "root.json" if role == "root" else "timestamp.json" if role == "timestamp" else repository.name(role)
    play.refuses(repository.files, file, "EXPIRY", now=NOW + timedelta(days=7))
    repository.signed(role).expires = LATER
    repository.publish()
    play.trusts(repository.files, now=NOW + timedelta(days=8), versions=(3, 3, 3, 3))


@scenario
def freeze_of_root(out: Path) -> None:
    frozen(out, "root")


@scenario
def freeze_of_timestamp(out: Path) -> None:
    frozen(out, "timestamp")


@scenario
def freeze_of_snapshot(out: Path) -> None:
    frozen(out, "snapshot")


@scenario
def freeze_of_targets(out: Path) -> None:
    frozen(out, "targets")


# A malicious mirror does not keep a box from what a good one has.


@scenario
def malicious_mirror(out: Path) -> None:
    repository, play = begin(out)
    old = dict(repository.files)
    repository.add_target("two.txt", b"second")
    repository.publish()
    good = repository.files
    empty = {"metadata/.keep": b""}
    play.refuses(empty, "timestamp.json", "MISSING")
    for name, rule in [("timestamp.json", "FORM"), ("2.snapshot.json", "HASH"), ("2.targets.json", "HASH")]:
        play.refuses({**good, f"metadata/{name}": b"<html>"}, name, rule)
    play.trusts(good, versions=(2, 2, 2, 2), targets={"two.txt": "second"})
    play.refuses(old, "timestamp.json", "VERSION")
    without = {name: content for name, content in good.items() if not name.startswith("targets/")}
    play.trusts(without, targets={"two.txt": "MISSING"})
    play.trusts(good, versions=(2, 2, 2, 2), targets={"two.txt": "second"})


@scenario
def malicious_mirror_with_nonsense_as_root(out: Path) -> None:
    repository, play = begin(out)
    play.refuses({**repository.files, "metadata/2.root.json": b"[1]"}, "2.root.json", "FORM")
    play.trusts(repository.files, versions=(1, 1, 1, 1))


# Mix-and-match.


def mixed(out: Path, role: str, rule: str, **how: object) -> None:
    """An old file, once good, in the place of the newest."""
    repository, play = begin(out, **how)
    old = repository.files[f"metadata/{repository.name(role)}"]
    repository.add_target("two.txt", b"second")
    repository.publish("targets", "snapshot", "timestamp")
    repository.put(role, old)
    play.refuses(repository.files, repository.name(role), rule)


@scenario
def mix_of_snapshot_by_hash(out: Path) -> None:
    mixed(out, "snapshot", "HASH")


@scenario
def mix_of_targets_by_hash(out: Path) -> None:
    mixed(out, "targets", "HASH")


@scenario
def mix_of_snapshot_by_version(out: Path) -> None:
    mixed(out, "snapshot", "VERSION", hashes=False)


@scenario
def mix_of_targets_by_version(out: Path) -> None:
    mixed(out, "targets", "VERSION", hashes=False)


@scenario
def mix_of_a_newer_snapshot(out: Path) -> None:
    """Signed, but not yet announced."""
    repository, play = begin(out, hashes=False)
    repository.publish("snapshot", "timestamp")
    repository.snapshot.version += 1
    repository.put("snapshot", repository.sign("snapshot"), 2)
    play.refuses(repository.files, "2.snapshot.json", "VERSION")


# Rollback.


@scenario
def rollback_of_timestamp(out: Path) -> None:
    repository, play = begin(out)
    old = dict(repository.files)
    repository.publish("timestamp")
    play.trusts(repository.files, versions=(1, 2, 1, 1))
    play.refuses(old, "timestamp.json", "VERSION")


@scenario
def rollback_of_snapshot(out: Path) -> None:
    repository, play = begin(out)
    first = repository.timestamp.snapshot_meta
    repository.publish("targets", "snapshot", "timestamp")
    play.trusts(repository.files, versions=(1, 2, 2, 2))
    repository.timestamp.snapshot_meta = first
    repository.publish("timestamp")
    play.refuses(repository.files, "timestamp.json", "VERSION")


@scenario
def rollback_of_targets(out: Path) -> None:
    repository, play = begin(out)
    first = repository.snapshot.meta["targets.json"]
    repository.publish("targets", "snapshot", "timestamp")
    play.trusts(repository.files, versions=(1, 2, 2, 2))
    repository.snapshot.meta["targets.json"] = first
    repository.publish("snapshot", "timestamp")
    play.refuses(repository.files, "3.snapshot.json", "VERSION")


@scenario
def rollback_by_a_file_no_longer_listed(out: Path) -> None:
    repository, play = begin(out)
    repository.snapshot.meta["others.json"] = MetaFile(3)
    repository.publish("snapshot", "timestamp")
    play.trusts(repository.files, versions=(1, 2, 2, 1))
    del repository.snapshot.meta["others.json"]
    repository.publish("snapshot", "timestamp")
    play.refuses(repository.files, "3.snapshot.json", "VERSION")


@scenario
def rollback_of_root(out: Path) -> None:
    """The next name, but a version that does not follow."""
    repository, play = begin(out)
    for version in (1, 3):
        repository.root.version = version
        repository.put("root", repository.sign("root"), 2)
        play.refuses(repository.files, "2.root.json", "VERSION")


@scenario
def other_content_under_the_same_timestamp_version(out: Path) -> None:
    """Not an error, but not believed either."""
    repository, play = begin(out)
    repository.publish("targets", "snapshot")
    repository.put("timestamp", repository.sign("timestamp"))
    play.trusts(repository.files, versions=(1, 1, 1, 1))


# Key compromise, below the threshold.


def two_of_three(role: str) -> Repository:
    repository = Repository()
    repository.add_key(role)
    repository.add_key(role)
    repository.root.roles[role].threshold = 2
    repository.root.version = 0
    repository.publish()
    return repository


def one_key_stolen(out: Path, role: str) -> None:
    repository = two_of_three(role)
    play = Scenario(out, repository.image_root())
    play.trusts(repository.files)
    good = repository.copy()
    repository.signers[role] = repository.signers[role][1:2]
    repository.publish()
    file = repository.name(role)
    play.refuses(repository.files, file, "SIGNATURE")
    good.signers[role] = good.signers[role][1:]
    for _ in range(2):
        good.publish()
    play.trusts(good.files)


@scenario
def one_stolen_root_key(out: Path) -> None:
    one_key_stolen(out, "root")


@scenario
def one_stolen_targets_key(out: Path) -> None:
    one_key_stolen(out, "targets")


@scenario
def one_stolen_snapshot_key(out: Path) -> None:
    one_key_stolen(out, "snapshot")


@scenario
def one_stolen_timestamp_key(out: Path) -> None:
    one_key_stolen(out, "timestamp")


@scenario
def one_stolen_key_signs_twice(out: Path) -> None:
    repository = two_of_three("timestamp")
    play = Scenario(out, repository.image_root())
    play.trusts(repository.files)
    repository.timestamp.version += 1
    file = json.loads(repository.sign("timestamp", repository.signers["timestamp"][:1]))
    file["signatures"] *= 2
    repository.put("timestamp", json.dumps(file).encode())
    play.refuses(repository.files, "timestamp.json", "FORM")


@scenario
def one_key_under_two_ids(out: Path) -> None:
    repository = Repository()
    signer = repository.signers["timestamp"][0]
    twin = {**signer.public_key.to_dict(), "name": "twin"}
    key = SSlibKey.from_dict(keyid_of(twin), dict(twin))
    repository.add_key("timestamp", CryptoSigner(signer._private_key, key))
    repository.root.roles["timestamp"].threshold = 2
    repository.root.version = 0
    repository.publish()
    play = Scenario(out, repository.image_root())
    why = "python-tuf counts key ids; we count keys, so that one key is one voice"
    play.refuses(repository.files, "timestamp.json", "SIGNATURE", python_differs=why)


@scenario
def key_under_a_wrong_id(out: Path) -> None:
    repository = Repository()
    signer = make_signer()
    key = SSlibKey.from_dict("0" * 64, signer.public_key.to_dict())
    repository.rotate("timestamp")
    repository.root.revoke_key(repository.root.roles["timestamp"].keyids[0], "timestamp")
    repository.root.add_key(key, "timestamp")
    repository.signers["timestamp"] = [CryptoSigner(signer._private_key, key)]
    repository.root.version = 0
    repository.publish()
    play = Scenario(out, repository.image_root())
    why = "the specification has clients compute each key id; python-tuf leaves that to proposal TAP 12"
    play.refuses(repository.files, "timestamp.json", "SIGNATURE", python_differs=why)


@scenario
def online_keys_stolen(out: Path) -> None:
    """Timestamp and snapshot keys do not make software: targets.json stays what its keys signed."""
    repository, play = begin(out)
    thief = {role: repository.signers[role] for role in ("timestamp", "snapshot")}
    repository.add_target("evil.txt", b"evil")
    repository.signers["targets"] = thief["timestamp"] + thief["snapshot"]
    repository.publish("targets", "snapshot", "timestamp")
    play.refuses(repository.files, "2.targets.json", "SIGNATURE")


@scenario
def new_root_without_the_old_keys(out: Path) -> None:
    repository, play = begin(out)
    repository.rotate("root")
    del repository.signers["root"][0]
    repository.publish("root")
    play.refuses(repository.files, "2.root.json", "SIGNATURE")


@scenario
def new_root_without_its_own_keys(out: Path) -> None:
    repository, play = begin(out)
    repository.rotate("root")
    del repository.signers["root"][1]
    repository.publish("root")
    play.refuses(repository.files, "2.root.json", "SIGNATURE")


@scenario
def revoked_keys(out: Path) -> None:
    """Once rotated, the old keys are worth nothing."""
    repository, play = begin(out)
    old = list(repository.signers["timestamp"])
    repository.rotate("timestamp")
    repository.publish()
    play.trusts(repository.files, versions=(2, 2, 2, 2))
    repository.signers["timestamp"] = old
    repository.publish("timestamp")
    play.refuses(repository.files, "timestamp.json", "SIGNATURE")


# Wrong software: a file that may be trusted, but is not the one that was asked for.


@scenario
def wrong_software(out: Path) -> None:
    repository, play = begin(out)
    repository.add_target("board-a.txt", b"for board a")
    repository.add_target("board-b.txt", b"for board b")
    repository.publish("targets", "snapshot", "timestamp")
    play.trusts(repository.files, targets={"board-a.txt": "for board a", "board-b.txt": "for board b"})
    repository.put_target("board-a.txt", b"for board b")
    repository.put_target("board-b.txt", b"for board a")
    play.trusts(repository.files, targets={"board-a.txt": "HASH", "board-b.txt": "HASH"})


@scenario
def wrong_kind_of_metadata(out: Path) -> None:
    """A snapshot, well signed by the timestamp's key, in the timestamp's place."""
    repository, play = begin(out)
    repository.snapshot.version = 2
    repository.snapshot.meta["snapshot.json"] = MetaFile(2)
    repository.put("timestamp", repository.sign("snapshot", repository.signers["timestamp"]))
    play.refuses(repository.files, "timestamp.json", "FORM")


def keyid_of(key: dict[str, object]) -> str:
    return hashlib.sha256(encode_canonical(key).encode()).hexdigest()  # type: ignore[union-attr]


def main() -> None:
    out = Path(sys.argv[1])
    for name, make in SCENARIOS.items():
        make(out / name)
    print(f"{len(SCENARIOS)} scenarios")


if __name__ == "__main__":
    main()
