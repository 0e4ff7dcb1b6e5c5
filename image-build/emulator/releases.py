"""Releases for tests: bundles made out of the image's own root file system, and repositories that offer them, made by
ota/sealpost-release with the keys for development that image-build/build left beside the image."""

import hashlib
import json
import os
import re
import shutil
import struct
import subprocess
import threading
from pathlib import Path

from emulator import processes
from emulator.box import partitions
from emulator.evidence import ROOT

BOARD = "sealpost-amd64"
_MAKE = Path(__file__).with_name("make-release")
# A bundle takes most of a minute to make, and two scenarios may want the same one.
_lock = threading.Lock()


class Releases:
    """Bundles of one image, each made once: they are kept beside it, by the content of what they are made of."""

    def __init__(self, image: Path, work: Path) -> None:
        self._image = image
        self._home = image.parent
        self._kept = image.parent / "releases"
        self._work = work

    def bundle(self, version: str, fault: str = "none") -> Path:
        """A bundle of that version, with a fault or without: see make-release."""
        with _lock:
            self._kept.mkdir(exist_ok=True)
            bundle = self._kept / f"{version}-{fault}-{self._key()}.raucb"
            if not bundle.exists():
                # Those of other images are of no use any more.
                for old in self._kept.glob(f"{version}-{fault}-*"):
                    old.unlink()
                processes.run(
                    [str(_MAKE), str(self._root()), str(self._home / "signer"), version, fault, str(bundle)], seconds=600
                )
            return bundle

    def repository(self, name: str) -> "Repository":
        """A fresh one that offers nothing yet; its root is the one that the image carries."""
        folder = self._work / name
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(self._home / "updates", folder)
        return Repository(folder, self._home / "signer")

    def _key(self) -> str:
        found = hashlib.sha256(_MAKE.read_bytes() + (self._home / "signer/signer.pem").read_bytes())
        # Of the image, its slots' content: the superblock has the time and size, the manifest the hash.
        found.update((self._home / f"{BOARD}.manifest").read_bytes())
        return found.hexdigest()[:16]

    def _root(self) -> Path:
        """The image's root file system, as a file."""
        packed = self._kept / f"root-{self._key()}.squashfs"
        if not packed.exists():
            for old in self._kept.glob("root-*"):
                old.unlink()
            with self._image.open("rb") as disk:
                begin = partitions(self._image)["root-A"].offset
                disk.seek(begin + 40)
                (size,) = struct.unpack("<Q", disk.read(8))
                disk.seek(begin)
                with packed.with_suffix(".new").open("wb") as copy:
                    while size:
                        copy.write(block := disk.read(min(1 << 20, size)))
                        size -= len(block)
            packed.with_suffix(".new").rename(packed)
        return packed


class Repository:
    """A folder as docs/updates.md describes it."""

    def __init__(self, folder: Path, signer: Path) -> None:
        self.folder = folder
        self._signer = signer

    def add(self, bundle: Path, version: str, *further: str) -> "Repository":
        self._tool("add", str(self.folder), str(bundle), "--version", version, *further)
        return self

    def sign(self, *further: str) -> "Repository":
        module = next(path for path in Path("/usr/lib").rglob("libsofthsm2.so"))
        pin = ["--module", str(module), "--pin-file", str(self._signer / "pin")]
        self._tool("sign", str(self.folder), *pin, *further)
        return self

    def copy(self, name: str) -> "Repository":
        """The same once more, to do something to it; its bundles are the same files."""
        folder = self.folder.parent / name
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(self.folder, folder, copy_function=_link_bundles)
        return Repository(folder, self._signer)

    def newest(self, role: str) -> Path:
        """The newest metadata file of a role."""
        if role == "timestamp":
            return self.folder / "metadata/timestamp.json"
        files = self.folder.glob(f"metadata/*.{role}.json")
        return max(files, key=lambda file: int(file.name.split(".")[0]))

    def version(self) -> int:
        """Of its newest timestamp."""
        found: int = json.loads(self.newest("timestamp").read_text())["signed"]["version"]
        return found

    def bundles(self) -> list[Path]:
        return list(self.folder.glob("bundles/*.raucb"))

    def stick(self, image: Path) -> Path:
        """The same files on a stick: FAT on all of it."""
        size = sum(file.stat().st_size for file in self.folder.rglob("*") if file.is_file()) + (16 << 20)
        image.unlink(missing_ok=True)
        with image.open("wb") as file:
            file.truncate(size + (-size) % (1 << 20))
        processes.run(["mkfs.vfat", "-F", "32", "-n", "RELEASES", str(image)])
        for part in ("metadata", "targets", "bundles"):
            processes.run(["mcopy", "-s", "-Q", "-i", str(image), str(self.folder / part), "::/"], seconds=300)
        return image

    def _tool(self, *command: str) -> None:
        environment = {**os.environ, "SOFTHSM2_CONF": str(self._signer / "softhsm2.conf")}
        done = subprocess.run(
            [str(ROOT / "ota/sealpost-release"), *command],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=300,
            env=environment,
        )
        if done.returncode != 0:
            raise RuntimeError(f"sealpost-release {command[0]}: {done.stdout.decode(errors='replace').strip()[-800:]}")


def edit(file: Path, pattern: str, to: str) -> None:
    """Changes metadata where a regular expression finds something first, and does not sign it anew."""
    text, count = re.subn(pattern, to, file.read_text(), count=1)
    if not count:
        raise RuntimeError(f"{file.name} holds no {pattern}")
    json.loads(text)
    file.write_text(text)


def _link_bundles(source: str, target: str) -> None:
    if source.endswith(".raucb"):
        os.link(source, target)
    else:
        shutil.copy2(source, target)
