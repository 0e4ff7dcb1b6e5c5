#!/usr/bin/env python3
"""Makes the examples of docs/formats.md, checks that those on disk are the same, or makes a small log to be followed.

    make-vectors.py              writes the JSON files beside this script
    make-vectors.py --check      exits 1 if a file on disk differs, or if verify-evidence.py judges one of them otherwise
    make-vectors.py --log DIR N  writes the tiles, checkpoint and verifier keys of a log of N leaves into DIR
    make-vectors.py --files DIR  writes receipts, evidence, trust files, checkpoints and keys as files of their own
"""

import difflib
import importlib.util
import json
import pathlib
import re
import sys

import vectors
from primitives import EcKey, scalars
from scenario import CHECKPOINT_KEY, SEAL_KEY, box_log, record

HERE = pathlib.Path(__file__).resolve().parent


def rendered() -> dict[str, str]:
    """Every file, by name."""
    return {name: json.dumps(content, indent=1, ensure_ascii=True) + "\n" for name, content in vectors.all_files().items()}


def write() -> int:
    for name, text in rendered().items():
        (HERE / name).write_text(text)
    return 0


def check() -> int:
    faults = check_rfc6979() + check_files() + check_document() + check_verdicts()
    for fault in faults:
        print(fault)
    print("vectors: " + (f"{len(faults)} faults" if faults else "all files are as made, all verdicts as expected"))
    return 1 if faults else 0


def check_rfc6979() -> list[str]:
    """A.2.5 of the RFC: signing is deterministic here, or files made on two machines would differ."""
    key = EcKey("RFC 6979")
    key.private = vectors.p256_private(0xC9AFA9D845BA75166B5C215767B1D6934E50C3DB36E89B127B8A622B120F6721)
    r, _ = scalars(key.sign(b"sample"))
    expected = 0xEFD48B2AACB6A8FD1140DD9CD45E81D69D2C877B56AAF991C34D0EA84EAF3716
    return [] if r == expected else ["signing is not RFC 6979's"]


def check_files() -> list[str]:
    faults = []
    for name, text in rendered().items():
        path = HERE / name
        on_disk = path.read_text() if path.exists() else ""
        if on_disk != text:
            lines = list(difflib.unified_diff(on_disk.splitlines(), text.splitlines(), "on disk", "as made", n=0, lineterm=""))
            faults.append(f"{name} differs: " + "\n".join(line[:160] for line in lines[:8]))
    return faults


def check_document() -> list[str]:
    """The worked example in docs/formats.md is entry 3 of leaves.json."""
    document = (HERE.parents[4] / "docs" / "formats.md").read_text()
    entry = json.dumps(vectors.leaves()["leaves"][3])
    example = document.split("### 3.5 A worked example")[1].split("\n## ")[0]
    digits = re.findall(r"`([0-9a-f]{16,})`", example)
    unknown = [word for word in digits if word not in entry]
    return [f"formats.md §3.5: {word[:32]}… is not in the vectors" for word in unknown] if digits else ["formats.md §3.5 has no digits"]


def load_verifier():
    spec = importlib.util.spec_from_file_location("verify_evidence", HERE / "verify-evidence.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def check_verdicts() -> list[str]:
    """Judges every evidence file with the second implementation. It knows no certificates, so those cases end with 3 there."""
    verifier = load_verifier()
    trust_files = {case["name"]: case["text"].encode() for case in vectors.trust_files()["files"]}
    faults = []
    for case in vectors.evidence()["files"] + vectors.evidence_negative()["files"]:
        for trust_name, exit_code in case["exits"].items():
            certified = trust_name in vectors.CERTIFICATE_TRUST
            verdict = verifier.judge(bytes.fromhex(case["file"]), trust_files[trust_name])
            found = (verdict.exit_code, verdict.part, verdict.head)
            expected = (3 if certified and exit_code == 0 else exit_code, case.get("part"), case.get("head"))
            if found != expected:
                faults.append(f"{case['name']} with trust {trust_name}: expected {expected}, verify-evidence.py says {found}: {verdict.reason}")
    faults += check_hand_overs(verifier)
    faults += check_succession(verifier)
    for case in vectors.trust_files()["unusable"]:
        verdict = verifier.judge(bytes.fromhex(vectors.evidence()["files"][0]["file"]), vectors.trust_bytes(case))
        if (verdict.exit_code, verdict.part) != (2, "trust"):
            faults.append(f"unusable trust file {case['name']}: verify-evidence.py says {verdict.exit_code} {verdict.part}")
    return faults


def check_hand_overs(verifier) -> list[str]:
    whole = vectors.handovers.hand_over_file()
    trust_files = {case["name"]: case["text"].encode() for case in whole["trust"]}
    judged = [
        (case["name"], name, (3 if name in case["byCertificate"] else exit_code, None, None), case["file"])
        for case in whole["files"]
        for name, exit_code in case["exits"].items()
    ]
    judged += [(case["name"], "first-key", (case["exit"], case["part"], case.get("head")), case["file"]) for case in whole["negative"]]
    faults = []
    for name, trust_name, expected, encoded in judged:
        verdict = verifier.judge(bytes.fromhex(encoded), trust_files[trust_name])
        found = (verdict.exit_code, verdict.part, verdict.head)
        if found != expected:
            faults.append(f"{name} with trust {trust_name}: expected {expected}, verify-evidence.py says {found}: {verdict.reason}")
    return faults


def check_succession(verifier) -> list[str]:
    faults = []
    for case in vectors.succession.succession_file()["cases"]:
        old = bytes.fromhex(case["old"]) if case["old"] else None
        verdict = verifier.judge(bytes.fromhex(case["file"]), case["trust"].encode(), old, case["oldTrust"].encode())
        lines = [line for line in verdict.proved if line.startswith("goes on from ")]
        claimed = [line for line in verdict.claimed if line.startswith("goes on from ")]
        proved_by = lines[0].partition(": proved, by ")[2] if lines else None
        claimed_by = claimed[0].partition(": claimed, by ")[2] or None if claimed else None
        found = verdict.exit_code, proved_by, claimed_by, len(lines + claimed)
        if found != (case["exit"], case["provedBy"], case["claimedBy"], case["lines"]):
            faults.append(f"{case['name']}: verify-evidence.py says {verdict.exit_code}, {lines + claimed}: {verdict.reason}")
    return faults


def make_log(directory: pathlib.Path, size: int) -> int:
    log = vectors.Log(entries=[record(index) for index in range(1, size)])
    files = vectors.tile_files(log.leaves)
    files["checkpoint"] = vectors.checkpoint(log.origin, size, log.root(size), SEAL_KEY, CHECKPOINT_KEY).encode()
    files["vkeys"] = vectors.verifier_keys(log.origin, SEAL_KEY, CHECKPOINT_KEY).encode()
    write_files(directory, files)
    return 0


def make_files(directory: pathlib.Path) -> int:
    files = {}
    for case in vectors.receipts()["receipts"]:
        files[f"{case['name']}.receipt"] = bytes.fromhex(case["receipt"])
        files[f"{case['name']}.leaf"] = bytes.fromhex(case["leaf"])
        files[f"{case['name']}.leaf-hash"] = case["leafHash"].encode() + b"\n"
    for case in vectors.checkpoints()["checkpoints"]:
        files[f"{case['name']}.checkpoint"] = case["note"].encode()
    for case in vectors.evidence()["files"] + vectors.evidence_negative()["files"]:
        files[f"{case['name']}.evidence"] = bytes.fromhex(case["file"])
    for case in vectors.trust_files()["files"]:
        files[f"{case['name']}.trust"] = case["text"].encode()
    whole = vectors.handovers.hand_over_file()
    for case in whole["files"] + whole["negative"]:
        files[f"handovers/{case['name']}.evidence"] = bytes.fromhex(case["file"])
    for case in whole["trust"]:
        files[f"handovers/{case['name']}.trust"] = case["text"].encode()
    files["vkeys"] = vectors.checkpoints()["verifierKeys"].encode()
    files["seal-key.pem"] = vectors.pem(SEAL_KEY.spki).encode()
    files["seal-key.spki"] = SEAL_KEY.spki
    write_files(directory, files)
    return 0


def write_files(directory: pathlib.Path, files: dict[str, bytes]) -> None:
    for name, content in files.items():
        path = directory / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def main(arguments: list[str]) -> int:
    match arguments:
        case []:
            return write()
        case ["--check"]:
            return check()
        case ["--log", directory, size] if size.isdecimal() and int(size) >= 2:
            return make_log(pathlib.Path(directory), int(size))
        case ["--files", directory]:
            return make_files(pathlib.Path(directory))
    print(__doc__, file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
