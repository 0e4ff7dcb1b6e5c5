"""A log that ended, the one that goes on from it, and what others may make that looks like it (formats.md §33)."""

import base64
import json
from types import SimpleNamespace

from handovers import HandedOver
from primitives import EcKey, cbor, header_leaf, inclusion_path, leaf_hash, sha256
from scenario import ORIGIN, SEAL_KEY, Log, genesis, record

NEW_ORIGIN = "demo-port/0badcafe"
NEW_KEY = EcKey("seal of the log that goes on")
THIEF = EcKey("seal of somebody else")


class EndedLog(Log):
    """A log of which an entry may be a hand-over, sealed by the key in force; `entries` are made from the genesis hash on."""

    def __init__(self, genesis_map, entries, seal_key):
        super().__init__(genesis_map, seal_key=seal_key)
        self.entries = entries(self.genesis_hash)
        self.leaves = [self.genesis] + [entry.leaf for entry in self.entries]
        self.hashes = [leaf_hash(leaf) for leaf in self.leaves]
        self.first_key = seal_key

    def covered(self, size):
        return [(index, entry) for index, entry in enumerate(self.entries, 1) if isinstance(entry, HandedOver) and index < size]

    def receipt(self, index, size, **faults):
        covered = self.covered(size)
        self.seal_key = covered[-1][1].new if covered else self.first_key
        return super().receipt(index, size, **faults)

    def file(self, index, withheld=(), size=None):
        size = size or len(self.leaves)
        whole = self.evidence(index, sizes=(size,), withheld=withheld)
        covered = self.covered(size)
        if not covered:
            return cbor(whole)
        whole[5][0].append([inclusion_path(at, self.hashes[:size]) for at, _ in covered])
        return cbor([whole[0], 2, *whole[2:], [entry.leaf for _, entry in covered]])


def handed(index, genesis_hash, old, new, reason=1):
    chain = [b"a certificate of nobody"] if reason == 3 else []
    entry = HandedOver(1, index, genesis_hash, old, new, reason, chain)
    entry.new = new
    return entry


def link(index, profile, origin, genesis_hash, reason, more, source_kind=0, version=1):
    """What the box writes about the other log."""
    about = {"origin": origin, "genesis": genesis_hash.hex(), "reason": reason, **more}
    about |= {"at": "2026-11-27T10:00:00.000Z", "clock": "synced", "by": "user service at the command line"}
    key = profile.removeprefix("sealpost.")
    content = {1: "application/json", 2: json.dumps(about, separators=(",", ":")).encode()}
    source = {1: "sealpost", 2: key, 3: "origin"}
    entry = record(index, profile=profile, source_kind=source_kind, source=source, content=content, references=[])
    entry.leaf = header_leaf(profile, version, source_kind, entry.commitment)
    return entry


def old_log(last=None, seal_key=SEAL_KEY, origin=ORIGIN, random="genesis", hand_over=None):
    """Ten entries, of which the last may be the one that ends it."""

    def entries(genesis_hash):
        whole = [record(index) for index in range(1, 10)]
        if hand_over:
            whole[4] = handed(5, genesis_hash, seal_key, *hand_over)
        if last:
            whole[8] = last(9)
        return whole

    return EndedLog(genesis(origin=origin, random=sha256(f"random of the {random}".encode()), seal_key=seal_key), entries, seal_key)


OLD = old_log()
SUCCESSION = {"sealed": 10, "root": OLD.root(10).hex(), "kept": 10, "first": 0, "count": 0}


def new_log(reason="hand-overs", seal_key=NEW_KEY, previous=OLD, hand_over=None, first=None, origin=NEW_ORIGIN, **about):
    """Six entries; entry 1 says why it goes on."""

    def entries(genesis_hash):
        whole = [link(1, "sealpost.succeeds", previous.origin, previous.genesis_hash, reason, SUCCESSION, **about)]
        whole += [record(index) for index in range(2, 6)]
        if first:
            whole[0] = first
        if hand_over:
            whole[2] = handed(3, genesis_hash, seal_key, *hand_over)
        return whole

    named = [previous.origin, previous.genesis_hash]
    random = sha256(b"random of the log that goes on")
    return EndedLog(genesis(origin=origin, random=random, seal_key=seal_key, previous=named), entries, seal_key)


NEW = new_log()


def ended(reason="hand-overs", new=NEW, origin=None, genesis_hash=None, profile="sealpost.succeeded", source_kind=0, version=1, **old):
    """The old log with a last entry."""
    named = origin or new.origin, genesis_hash or new.genesis_hash
    return old_log(lambda index: link(index, profile, *named, reason, {}, source_kind, version), **old)


def trust_text(log, key):
    key_line = "key seal " + base64.b64encode(key.spki).decode()
    return "\n".join(["sealpost-trust 1", f"origin {log.origin}", f"genesis {log.genesis_hash.hex()}", key_line, ""])


def cases() -> list[dict]:
    def case(name, file, old=None, by=None, trust=None, old_trust=None, exit_code=0, lines=1, claimed_by=None):
        return {
            "name": name,
            "file": file.hex(),
            "old": old.hex() if old else None,
            "trust": trust or trust_text(NEW, NEW_KEY),
            "oldTrust": old_trust or trust_text(OLD, SEAL_KEY),
            "exit": exit_code,
            "lines": lines,
            "provedBy": by,
            "claimedBy": claimed_by,
        }

    def same_key(reason="restored", **other):
        return new_log(reason, seal_key=SEAL_KEY, **other)

    def kept(name, new, index=1, by="the same key", old=OLD.file(5), old_trust=None, exit_code=0):
        return case(name, new.file(index), old, None, trust_text(new, new.first_key), old_trust, exit_code, claimed_by=by)

    last = ended().file(9)
    altered = bytearray(last)
    altered[-3] ^= 1
    by_old = "the key of the old log"
    renewed = ended(random="genesis made anew")
    elsewhere = ended(origin="demo-port/0badcafd")
    other_origin = EndedLog(
        genesis(origin="demo-port/11111111", random=sha256(b"random of the genesis")),
        lambda _: [record(index) for index in range(1, 9)]
        + [link(9, "sealpost.succeeded", NEW.origin, NEW.genesis_hash, "hand-overs", {})],
        SEAL_KEY,
    )
    over = ended(hand_over=(EcKey("seal after a hand-over"),))
    broken = ended("key-lost", hand_over=(THIEF, 3))
    misnamed = new_log(previous=SimpleNamespace(origin="demo-port/11111111", genesis_hash=OLD.genesis_hash))
    after_over = old_log(hand_over=(EcKey("seal after a hand-over"),))
    return [
        case("last-entry-of-the-old-log", NEW.file(4), last, by_old),
        case("last-entry-for-a-lost-key", NEW.file(1), ended("key-lost").file(9), by_old),
        case("last-entry-by-a-key-that-was-handed-over-to", NEW.file(4), over.file(9), by_old),
        case("nothing-given", NEW.file(4)),
        case("another-entry-of-the-old-log", NEW.file(4), OLD.file(5)),
        case("old-file-cut", NEW.file(4), last[:-1]),
        case("old-file-altered", NEW.file(4), bytes(altered)),
        case("old-file-of-another-origin", NEW.file(4), other_origin.file(9), old_trust=trust_text(other_origin, SEAL_KEY)),
        case("old-file-of-another-genesis", NEW.file(4), renewed.file(9), old_trust=trust_text(renewed, SEAL_KEY)),
        case("another-name-with-the-genesis-hash", misnamed.file(4), ended(new=misnamed).file(9), trust=trust_text(misnamed, NEW_KEY)),
        case("the-new-file-as-the-old-one", NEW.file(4), NEW.file(1)),
        case("last-entry-for-another-origin", NEW.file(4), elsewhere.file(9)),
        case("last-entry-for-another-genesis", NEW.file(4), ended(genesis_hash=sha256(b"another")).file(9)),
        *(case(f"last-entry-with-the-reason-{reason}", NEW.file(4), ended(reason).file(9)) for reason in ("restored", "damaged", "two-histories", "hand-over", "")),
        case("last-entry-handed-over-by-a-client", NEW.file(4), ended(source_kind=1).file(9)),
        case("last-entry-of-another-profile", NEW.file(4), ended(profile="sealpost.succeeds").file(9)),
        case("last-entry-of-another-version", NEW.file(4), ended(version=2).file(9)),
        case("last-entry-without-its-content", NEW.file(4), ended().file(9, withheld=("content",))),
        case("old-signer-not-trusted", NEW.file(4), last, old_trust=trust_text(OLD, THIEF)),
        case("a-stranger-broke-the-old-log", NEW.file(4), broken.file(9)),
        *(kept(f"same-key-{reason}", same_key(reason)) for reason in ("restored", "damaged", "key-lost", "hand-overs", "two-histories")),
        kept("a-thief-says-restored", same_key(origin="demo-port/bad0bad0")),
        kept("a-thief-of-a-retired-key-says-restored", same_key(origin="demo-port/bad0bad0"), old=after_over.file(2, size=4)),
        kept("same-key-handed-over-since", same_key(hand_over=(NEW_KEY,))),
        kept("same-key-and-another-entry", same_key(), index=4),
        kept("same-key-and-a-reason-by-a-client", same_key(source_kind=1)),
        kept("same-key-and-no-content", same_key(first=record(1))),
        kept("same-key-and-a-reason-about-another-log", same_key(first=link(1, "sealpost.succeeds", ORIGIN, sha256(b"another"), "restored", SUCCESSION))),
        kept("same-key-that-signed-nothing", same_key(hand_over=(THIEF, 3)), by=None, exit_code=3),
        kept("same-key-not-in-force-any-more", same_key(), by=None, old=after_over.file(2)),
        kept("same-key-old-signer-not-trusted", same_key(), by=None, old_trust=trust_text(OLD, THIEF)),
        kept("entry-1-by-another-key", new_log("restored"), by=None),
        case("no-other-log-named", OLD.file(5), last, trust=trust_text(OLD, SEAL_KEY), lines=0),
        case("new-signer-not-trusted", NEW.file(4), last, by_old, trust=trust_text(NEW, THIEF), exit_code=3),
    ]


def succession_file() -> dict:
    return {
        "about": "§33: a log that goes on from another; provedBy: by what that is proved with the file old; null: it stays claimed, by claimedBy where anything speaks for it. lines: how many say so.",
        "keys": [{"name": key.name, "secret": key.secret.to_bytes(32).hex(), "spki": key.spki.hex(), "thumbprint": key.thumbprint.hex()} for key in (NEW_KEY, THIEF)],
        "cases": cases(),
    }
