#!/usr/bin/env python3
"""A second verifier of Sealpost evidence files, written from docs/formats.md §8 and §9, for what needs no proof of an
anchor: versions 1 and 2 of the file, anchors of the kinds local and evm, and of trust files the lines origin, genesis, key,
ca and chain. It refuses the rest (exit 2), although §8 and §9 have it: version 3 with proofs and the kinds fabric and tsa,
and the lines validators, channel, config and authority. Certificates are not looked at.

    verify-evidence.py EVIDENCE TRUSTFILE   exits 0 valid and trusted, 1 not valid, 2 cannot be read, 3 intact, signer unknown
    verify-evidence.py EVIDENCE TRUSTFILE --succession OLD [OLDTRUSTFILE]
                                            also says whether OLD, which the other trust file may vouch for, proves what the
                                            log of EVIDENCE goes on from (§33)
    verify-evidence.py --lines TRUSTFILE    reads evidence files as lines of hex, writes `exit code, part, head` for each

It needs `cryptography` for one thing: whether (r, s) is a P-256 key's signature. Nothing is shared with make-vectors.py.
"""

import base64
import binascii
import pathlib
import re
import sys
from dataclasses import dataclass, field
from hashlib import sha256

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

MAX_FILE_BYTES = 64 << 20
MAX_DEPTH = 16
MAX_HAND_OVERS = 256
P256_N = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
P256_SPKI_PREFIX = bytes.fromhex("3059301306072a8648ce3d020106082a8648ce3d03010703420004")
ORIGIN = re.compile(r"(?=.{3,128}\Z)(?!.*//)[a-z0-9][a-z0-9./-]*[a-z0-9]\Z")
PROFILE = re.compile(r"[a-z0-9][a-z0-9.-]{0,63}\Z")


class Fault(Exception):
    """A check that failed, by the part of the file it is about."""

    def __init__(self, part: str, reason: str, head: int | None = None):
        super().__init__(reason)
        self.part, self.reason, self.head = part, reason, head


@dataclass
class Verdict:
    exit_code: int
    part: str | None = None
    head: int | None = None
    reason: str = ""
    proved: list[str] = field(default_factory=list)
    claimed: list[str] = field(default_factory=list)


# --- Strict CBOR ----------------------------------------------------------------------------------------------------


class NotDeterministic(Exception):
    pass


class Tagged(list):
    """Tag 18 around an item: a list of one."""


class Pairs(dict):
    """A map by encoded key; the keys were found in order and once."""


def encoded_key(key: int) -> bytes:
    major, value = (0x00, key) if key >= 0 else (0x20, -1 - key)
    if value < 24:
        return bytes([major | value])
    size = 1 if value < 1 << 8 else 2 if value < 1 << 16 else 4
    return bytes([major | {1: 24, 2: 25, 4: 26}[size]]) + value.to_bytes(size, "big")


class Reader:
    def __init__(self, encoded: bytes):
        self.encoded, self.at = encoded, 0

    def take(self, count: int) -> bytes:
        if count > len(self.encoded) - self.at:
            raise NotDeterministic(f"{count} bytes wanted at {self.at}, the end is at {len(self.encoded)}")
        self.at += count
        return self.encoded[self.at - count : self.at]

    def item(self, depth: int = 0):
        first = self.take(1)[0]
        major, info = first >> 5, first & 31
        if major == 7:
            if first not in (0xF4, 0xF5, 0xF6):
                raise NotDeterministic(f"simple value or float {first:02x}")
            return {0xF4: False, 0xF5: True, 0xF6: None}[first]
        value = self.argument(info)
        if major < 2:
            return -1 - value if major else value
        if major < 4:
            content = self.take(value)
            return content if major == 2 else self.text(content)
        if depth == MAX_DEPTH:
            raise NotDeterministic("nested too deep")
        if major == 4:
            return self.array(value, depth + 1)
        if major == 5:
            return self.map(value, depth + 1)
        if value != 18:
            raise NotDeterministic(f"tag {value}")
        return Tagged([self.item(depth + 1)])

    def argument(self, info: int) -> int:
        if info < 24:
            return info
        if info > 27:
            raise NotDeterministic("indefinite or reserved length")
        size = 1 << (info - 24)
        value = int.from_bytes(self.take(size), "big")
        if value < (24 if size == 1 else 1 << (4 * size)):
            raise NotDeterministic(f"{value} in {size} bytes")
        return value

    def text(self, content: bytes) -> str:
        try:
            return content.decode("utf-8")
        except UnicodeDecodeError as error:
            raise NotDeterministic("text is not UTF-8") from error

    def array(self, count: int, depth: int) -> list:
        if count > len(self.encoded) - self.at:
            raise NotDeterministic(f"array of {count} items")
        return [self.item(depth) for _ in range(count)]

    def map(self, count: int, depth: int) -> Pairs:
        found, last = Pairs(), None
        if count > len(self.encoded) - self.at:
            raise NotDeterministic(f"map of {count} entries")
        for _ in range(count):
            start = self.at
            self.item(depth)
            key = self.encoded[start : self.at]
            if last is not None and key <= last:
                raise NotDeterministic("map keys out of order or twice")
            last = key
            # The encoding is the key's identity: in Python True == 1 and a list is no key, in CBOR both differ.
            found[key] = self.item(depth)
        return found


def decode(encoded: bytes):
    reader = Reader(encoded)
    item = reader.item()
    if reader.at != len(encoded):
        raise NotDeterministic(f"{len(encoded) - reader.at} bytes after the item")
    return item


# --- Shapes: what an item must look like ----------------------------------------------------------------------------


class WrongShape(Exception):
    pass


def need(condition, what: str) -> None:
    if not condition:
        raise WrongShape(what)


UINT64 = (1 << 64) - 1


def uint(item, what: str, low=0, high=(1 << 63) - 1) -> int:
    need(type(item) is int and low <= item <= high, f"{what} is not an integer from {low} to {high}")
    return item


def bstr(item, what: str, size: int | None = None) -> bytes:
    need(type(item) is bytes and size in (None, len(item)), f"{what} is not a byte string" + (f" of {size}" if size else ""))
    return item


def tstr(item, what: str, low=0, high=1 << 30) -> str:
    need(type(item) is str and low <= len(item) <= high, f"{what} is not a text of {low} to {high} characters")
    return item


def array(item, what: str, low: int, high: int) -> list:
    need(type(item) is list and low <= len(item) <= high, f"{what} is not an array of {low} to {high}")
    return item


def fields(item, what: str, *keys) -> list:
    """The values of a map that must have exactly these keys."""
    need(type(item) is Pairs, f"{what} is not a map")
    wanted = [encoded_key(key) for key in keys]
    need(set(item) == set(wanted), f"{what} has not exactly the keys {keys}")
    return [item[key] for key in wanted]


def within(part: str, judge_it, *arguments, head=None):
    """Runs a check; what it finds is a fault of this part."""
    try:
        return judge_it(*arguments)
    except (NotDeterministic, WrongShape) as error:
        raise Fault(part, str(error), head) from error


# --- The file's shape (§8) ------------------------------------------------------------------------------------------


@dataclass
class Receipt:
    protected: bytes
    proof: bytes
    signature: bytes


@dataclass
class Evidence:
    leaf: bytes
    slots: list | None
    genesis: bytes
    heads: list
    certificates: list
    hand_overs: list


def read_file(encoded: bytes) -> Evidence:
    need(len(encoded) <= MAX_FILE_BYTES, "more than 64 MiB")
    kind, version, leaf, slots, genesis, heads, certificates, *hand_overs = array(decode(encoded), "the file", 7, 8)
    need(kind == "sealpost-evidence", "this is no sealpost-evidence")
    need(uint(version, "the version", 1, 2) == 1 + len(hand_overs), "seven parts are of version 1, eight of version 2")
    return Evidence(
        bstr(leaf, "leaf"),
        None if slots is None else [read_slot(slot) for slot in array(slots, "slots", 4, 4)],
        bstr(genesis, "genesis"),
        [read_head(head, version) for head in array(heads, "heads", 1, 16)],
        [bstr(certificate, "certificate") for certificate in array(certificates, "certificates", 0, 8)],
        [bstr(leaf, "hand-over") for leaves in hand_overs for leaf in array(leaves, "hand-overs", 1, MAX_HAND_OVERS)],
    )


def read_slot(slot):
    if type(slot) is bytes:
        return bstr(slot, "withheld slot", 32)
    salt, content = array(slot, "slot", 2, 2)
    return bstr(salt, "salt", 32), bstr(content, "slot bytes")


def read_head(head, version: int) -> tuple[Receipt, list, list]:
    receipt, anchors, *paths = array(head, "head", 1 + version, 1 + version)
    return (
        read_receipt(receipt),
        [read_anchor(anchor) for anchor in array(anchors, "anchors", 0, 16)],
        [read_path(path) for listed in paths for path in array(listed, "paths of hand-overs", 0, MAX_HAND_OVERS)],
    )


def read_path(path) -> list[bytes]:
    return [bstr(step, "hash", 32) for step in array(path, "path", 0, 64)]


def read_receipt(item) -> Receipt:
    need(type(item) is Tagged, "the receipt has not tag 18")
    protected, unprotected, payload, signature = array(item[0], "receipt", 4, 4)
    (proofs,) = fields(unprotected, "unprotected header", 396)
    (inclusions,) = fields(proofs, "proofs", -1)
    (proof,) = array(inclusions, "inclusion proofs", 1, 1)
    need(payload is None, "the receipt's payload is not detached")
    return Receipt(bstr(protected, "protected header"), bstr(proof, "proof"), bstr(signature, "signature", 64))


def read_anchor(anchor) -> str:
    kind, identity, proof = array(anchor, "anchor", 3, 3)
    need(proof is None, "no proof of an anchor is defined in this version")
    if kind == "local":
        (ledger,) = fields(identity, "local ledger", 1)
        return f"local ledger {bstr(ledger, 'ledger id', 32).hex()}"
    need(kind == "evm", f"unknown kind of anchor {kind!r}")
    chain, first_block, contract, code = fields(identity, "evm chain", 1, 2, 3, 4)
    uint(chain, "chain id")
    bstr(first_block, "hash of block 0", 32)
    bstr(code, "hash of the code", 32)
    return f"evm chain {chain}, contract {bstr(contract, 'contract', 20).hex()}"


# --- Leaves and slots (§2, §3) --------------------------------------------------------------------------------------


def leaf_hash(leaf: bytes) -> bytes:
    return sha256(b"\x00" + leaf).digest()


@dataclass
class Genesis:
    origin: str
    suite: int
    seal_key: bytes
    previous: tuple[str, bytes] | None


def read_leaf(leaf: bytes):
    """(profile, version, source kind, commitment) of a header leaf; Genesis of a genesis leaf, HandOver of a hand-over leaf."""
    need(len(leaf) <= 65535, "longer than 65,535 bytes")
    item = decode(leaf)
    if type(item) is Pairs and encoded_key(6) in item:
        form, profile, version, source, hand_over = fields(item, "leaf", 0, 1, 2, 3, 6)
        uint(form, "format version", 1, 1)
        need(profile == "sealpost.handover", "a hand-over in another profile")
        uint(version, "profile version", 1, 1)
        uint(source, "kind of source", 0, 0)
        return read_hand_over_map(hand_over)
    if type(item) is Pairs and encoded_key(5) in item:
        form, profile, version, source, genesis = fields(item, "leaf", 0, 1, 2, 3, 5)
        uint(form, "format version", 1, 1)
        need(profile == "sealpost.genesis", "a genesis in another profile")
        uint(version, "profile version", 1, 1)
        uint(source, "kind of source", 0, 0)
        return read_genesis_map(genesis)
    form, profile, version, source, commitment = fields(item, "leaf", 0, 1, 2, 3, 4)
    uint(form, "format version", 1, 1)
    need(PROFILE.match(tstr(profile, "profile")) and profile not in ("sealpost.genesis", "sealpost.handover"), "profile")
    return profile, uint(version, "profile version", 1, (1 << 31) - 1), uint(source, "kind of source", 0, 3), bstr(commitment, "commitment", 32)


def read_genesis(leaf: bytes) -> Genesis:
    genesis = read_leaf(leaf)
    need(type(genesis) is Genesis, "not a genesis leaf")
    need(p256_key(genesis.seal_key) is not None, "the sealing key is no P-256 key")
    return genesis


def read_genesis_map(genesis) -> Genesis:
    origin, suite, keys, software, clock, random, previous = fields(genesis, "genesis", 1, 2, 3, 4, 5, 6, 7)
    need(ORIGIN.match(tstr(origin, "origin")), "origin")
    uint(suite, "suite", 1, 1)
    tstr(software, "software", 1, 128)
    read_clock(clock)
    bstr(random, "random", 32)
    if previous is not None:
        previous_origin, previous_hash = array(previous, "previous", 2, 2)
        need(ORIGIN.match(tstr(previous_origin, "previous origin")), "previous origin")
        previous = previous_origin, bstr(previous_hash, "previous genesis hash", 32)
    seal_keys, last_role = [], 0
    for entry in array(keys, "keys", 1, 16):
        role, spki, token = array(entry, "key", 3, 3)
        uint(role, "role", 1, 6)
        need(1 <= len(bstr(spki, "SPKI")) <= 2048, "SPKI")
        tstr(token, "token", 0, 128)
        need(role > last_role or role == last_role == 3, "roles out of order or twice")
        last_role = role
        if role == 1:
            seal_keys.append(spki)
    need(seal_keys, "no sealing key")
    return Genesis(origin, suite, seal_keys[0], previous)


@dataclass
class HandOver:
    number: int
    index: int
    genesis_hash: bytes
    old_thumbprint: bytes
    new_key: bytes
    by_old: bytes | None
    by_new: bytes
    signed: bytes


def read_hand_over_map(hand_over) -> HandOver:
    number, index, genesis_hash, old, key, reason, clock, chain, by_old, by_new = fields(hand_over, "hand-over", *range(1, 11))
    role, spki, token = array(key, "new key", 3, 3)
    uint(role, "role", 1, 1)
    need(1 <= len(bstr(spki, "SPKI")) <= 2048, "SPKI")
    tstr(token, "token", 0, 128)
    lost = uint(reason, "reason", 1, 3) == 3
    read_clock(clock)
    for certificate in array(chain, "certificates", 1 if lost else 0, 8 if lost else 0):
        need(len(bstr(certificate, "certificate")) <= 16384, "certificate is longer than 16,384 bytes")
    need((by_old is None) == lost, "the old key's signature is there, but where the old key is lost")
    return HandOver(
        uint(number, "number", 1, MAX_HAND_OVERS),
        uint(index, "index", 1, (1 << 63) - 2),
        bstr(genesis_hash, "genesis hash", 32),
        bstr(old, "old key's thumbprint", 32),
        spki,
        None if by_old is None else bstr(by_old, "old key's signature", 64),
        bstr(by_new, "new key's signature", 64),
        b"",
    )


def signed_by_both(leaf: bytes) -> bytes:
    """What both keys sign: the leaf's inner map without its two signatures, which are its end, in an array."""
    reader = Reader(leaf)
    reader.take(1)
    for _ in range(4):
        reader.item(), reader.item()
    need(reader.item() == 6 and reader.take(1) == b"\xaa", "hand-over")
    start = reader.at
    for _ in range(8):
        reader.item(), reader.item()
    return b"\x83\x71sealpost-handover\x01\xa8" + leaf[start : reader.at]


def check_hand_overs(evidence: Evidence, genesis: Genesis) -> list[HandOver]:
    """The hand-overs of the file, each from the key before it."""
    keys, found, last_index = [genesis.seal_key], [], 0
    for number, leaf in enumerate(evidence.hand_overs, 1):
        hand_over = read_leaf(leaf)
        need(type(hand_over) is HandOver, f"{number} is a leaf of another kind")
        hand_over.signed = signed_by_both(leaf)
        need(hand_over.number == number, f"{number} says that it is {hand_over.number}")
        need(hand_over.genesis_hash == leaf_hash(evidence.genesis), f"{number} is of another genesis")
        need(hand_over.index > last_index, f"{number} is not above the one before")
        need(hand_over.old_thumbprint == sha256(keys[-1]).digest(), f"{number} hands over from a key that is not in force")
        need(p256_key(hand_over.new_key) is not None, f"{number} names no P-256 key")
        need(hand_over.new_key not in keys, f"{number} names a key that sealed before")
        if hand_over.by_old is not None:
            need(is_signature(keys[-1], hand_over.signed, hand_over.by_old), f"{number} is not signed by the old key")
        need(is_signature(hand_over.new_key, hand_over.signed, hand_over.by_new), f"{number} is not signed by the new key")
        keys.append(hand_over.new_key)
        found.append(hand_over)
        last_index = hand_over.index
    return found


def p256_key(spki: bytes):
    if len(spki) != 91 or not spki.startswith(P256_SPKI_PREFIX):
        return None
    try:
        return ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), spki[26:])
    except ValueError:
        return None


def read_source(item) -> list[str]:
    client, key, where = fields(item, "source", 1, 2, 3)
    tstr(client, "client", 1, 128)
    if key is not None:
        tstr(key, "idempotency key", 1, 255)
    need(len(tstr(where, "where").encode()) <= 1024, "where is longer than 1,024 bytes")
    return [f"client {client!r}", f"where {where!r}"]


LAST_MILLI = 253402300799999


def read_clock(item) -> list[str]:
    wall, state, source, error, boot, monotonic = fields(item, "clock", 1, 2, 3, 4, 5, 6)
    uint(state, "state", 1, 3)
    uint(source, "clock source", 0, 7)
    if error is not None:
        uint(error, "greatest error")
    bstr(boot, "boot id", 16)
    uint(monotonic, "monotonic time")
    return [f"captured at {uint(wall, 'wall time', high=LAST_MILLI)} ms, clock state {state}"]


def read_content(item) -> list[str]:
    media_type, payload = fields(item, "content", 1, 2)
    tstr(media_type, "media type", 1, 255)
    return [f"content {media_type!r}, {len(bstr(payload, 'payload'))} bytes"]


def read_references(item) -> list[str]:
    indexes = [uint(index, "reference") for index in array(item, "references", 0, 1024)]
    need(all(a < b for a, b in zip(indexes, indexes[1:])), "references do not ascend")
    return [f"references {indexes}"]


SLOTS = (("source", read_source), ("clock", read_clock), ("content", read_content), ("references", read_references))


def check_body(evidence: Evidence, genesis: Genesis, verdict: Verdict) -> None:
    leaf = within("leaf", read_leaf, evidence.leaf)
    if type(leaf) is Genesis:
        if evidence.slots is not None:
            raise Fault("commitment", "slots beside the genesis leaf")
        verdict.proved.append("the entry is the genesis")
        return
    if type(leaf) is HandOver:
        if evidence.slots is not None:
            raise Fault("commitment", "slots beside a hand-over leaf")
        verdict.proved.append(f"the entry is hand-over {leaf.number}")
        return
    if evidence.slots is None:
        raise Fault("commitment", "no slots")
    profile, version, _, commitment = leaf
    digests = []
    for (label, _), slot in zip(SLOTS, evidence.slots):
        shown = type(slot) is tuple
        digests.append(sha256(b"sealpost-slot-v1" + bytes([len(label)]) + label.encode() + slot[0] + slot[1]).digest() if shown else slot)
    # Four byte strings of 32 in an array, in the only encoding they have.
    if sha256(b"sealpost-body-v1\x84" + b"".join(b"\x58\x20" + digest for digest in digests)).digest() != commitment:
        raise Fault("commitment", "the slots do not give the leaf's commitment")
    verdict.proved.append(f"profile {profile} {version}")
    for (label, read), slot in zip(SLOTS, evidence.slots):
        if type(slot) is tuple:
            verdict.proved += within(label, lambda: read(decode(slot[1])))
        else:
            verdict.proved.append(f"{label} withheld")


# --- Heads (§4) -----------------------------------------------------------------------------------------------------


@dataclass
class Header:
    kid: bytes
    origin: str
    suite: int
    genesis_hash: bytes
    size: int
    time: int


def read_header(protected: bytes) -> Header:
    algorithm, kid, cwt, tree = fields(decode(protected), "protected header", 1, 4, 15, 395)
    need(type(algorithm) is int and algorithm == -7, "the algorithm is not ES256")
    uint(tree, "tree type", 1, 1)
    origin, time, claims = fields(cwt, "claims", 1, 6, -65537)
    form, purpose, suite, genesis_hash, size, clock = fields(claims, "seal", 1, 2, 3, 4, 5, 6)
    uint(form, "format version", 1, 1)
    need(purpose == "seal", "another purpose")
    read_clock(clock)
    wall = clock[encoded_key(1)]
    need(uint(time, "time") == wall // 1000, "time and clock reading differ")
    return Header(
        bstr(kid, "kid", 32),
        tstr(origin, "origin"),
        uint(suite, "suite", high=UINT64),
        bstr(genesis_hash, "genesis hash", 32),
        uint(size, "size", high=UINT64),
        time,
    )


def read_proof(encoded: bytes) -> tuple[int, int, list[bytes]]:
    size, index, path = array(decode(encoded), "proof", 3, 3)
    return uint(size, "size", high=UINT64), uint(index, "index", high=UINT64), read_path(path)


def root_from_path(index: int, size: int, leaf: bytes, path: list[bytes]) -> bytes:
    """RFC 9162 §2.1.3.2."""
    fn, sn, r = index, size - 1, leaf
    for p in path:
        need(sn != 0, "path too long")
        if fn & 1 or fn == sn:
            r = sha256(b"\x01" + p + r).digest()
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            r = sha256(b"\x01" + r + p).digest()
        fn, sn = fn >> 1, sn >> 1
    need(sn == 0, "path too short")
    return r


def is_signature(spki: bytes, message: bytes, signature: bytes) -> bool:
    r, s = int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big")
    if not (0 < r < P256_N and 0 < s <= P256_N // 2):
        return False
    try:
        p256_key(spki).verify(encode_dss_signature(r, s), message, ec.ECDSA(hashes.SHA256()))
    except InvalidSignature:
        return False
    return True


def sig_structure(protected: bytes, payload: bytes) -> bytes:
    def bytes_item(content: bytes) -> bytes:
        size = len(content)
        head = bytes([0x40 | size]) if size < 24 else b"\x58" + bytes([size]) if size < 256 else b"\x59" + size.to_bytes(2, "big")
        return head + content

    return b"\x84\x6aSignature1" + bytes_item(protected) + b"\x40" + bytes_item(payload)


def check_heads(evidence: Evidence, genesis: Genesis, hand_overs: list[HandOver], verdict: Verdict) -> list[int]:
    """Of each head, how many hand-overs it covers: the number of the key that sealed it, from 0."""
    first_index, last_size, tenures = None, 1, []
    leaf = read_leaf(evidence.leaf)
    for number, (receipt, anchors, paths) in enumerate(evidence.heads, 1):

        def expect(condition, part, reason):
            if not condition:
                raise Fault(part, reason, number)

        header = within("protected header", read_header, receipt.protected, head=number)
        covered = [hand_over for hand_over in hand_overs if hand_over.index < header.size]
        key = covered[-1].new_key if covered else genesis.seal_key
        expect(header.kid == sha256(key).digest(), "key", "kid is not the sealing key in force at this size")
        expect(header.genesis_hash == leaf_hash(evidence.genesis), "genesis hash", "the seal names another genesis")
        expect(header.origin == genesis.origin, "origin", "the seal names another origin")
        expect(header.suite == genesis.suite, "suite", "the seal names another suite")
        size, index, path = within("path", read_proof, receipt.proof, head=number)
        expect(last_size < header.size < 1 << 63, "size", "the signed size is out of range, or sizes do not ascend")
        expect(size == header.size, "size", "the proof's size is not the signed one")
        expect(index < header.size, "index", "the index is not below the size")
        expect(first_index in (None, index), "index", "the index is not the first head's")
        expect((index == 0) == (evidence.leaf == evidence.genesis), "index", "index 0 is the genesis', and only its")
        expect(type(leaf) is not HandOver or index == leaf.index, "index", "a hand-over stands where it says")
        root = within("path", root_from_path, index, size, leaf_hash(evidence.leaf), path, head=number)
        signed = is_signature(key, sig_structure(receipt.protected, root), receipt.signature)
        expect(signed, "signature", "no valid signature of the sealing key in low-s form over the root")
        expect(len(paths) == len(covered), "hand-over", "not one path for each hand-over below the size")
        for hand_over, encoded, path in zip(covered, evidence.hand_overs, paths):
            found = within("hand-over", root_from_path, hand_over.index, size, leaf_hash(encoded), path, head=number)
            expect(found == root, "hand-over", f"hand-over {hand_over.number} is not proved to stand in the tree")
        first_index, last_size = index, size
        tenures.append(len(covered))
        verdict.proved.append(f"head {number}: index {index} of {size}, root {root.hex()}, sealed at {header.time} by the box's clock")
        verdict.claimed += [f"head {number}: anchored at {anchor}: claimed, not checked" for anchor in anchors]
    verdict.proved.append(f"origin {genesis.origin}, genesis {leaf_hash(evidence.genesis).hex()}")
    if tenures[-1] < len(hand_overs):
        raise Fault("hand-over", "one is not below the size of the last head")
    for hand_over in hand_overs:
        how = "without its old key" if hand_over.by_old is None else "signed by both keys"
        verdict.proved.append(f"hand-over {hand_over.number} at entry {hand_over.index} to {sha256(hand_over.new_key).hexdigest()}, {how}")
    return tenures


# --- Trust (§9) -----------------------------------------------------------------------------------------------------


@dataclass
class Trust:
    origin: str | None = None
    genesis: bytes | None = None
    keys: list[bytes] = field(default_factory=list)
    authorities: int = 0


def read_trust(content: bytes) -> Trust:
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise WrongShape("not UTF-8") from error
    need(text.endswith("\n"), "the last line has no end")
    lines = text[:-1].split("\n")
    need(lines[0] == "sealpost-trust 1", "the first line is not `sealpost-trust 1`")
    trust = Trust()
    for number, line in enumerate(lines[1:], 2):
        if line and not line.startswith("#"):
            try:
                read_trust_line(trust, line)
            except (WrongShape, binascii.Error, ValueError) as error:
                raise WrongShape(f"line {number} cannot be used: {line[:60]!r}: {error}") from error
    need(trust.keys or trust.authorities, "neither key nor ca")
    need(not trust.keys or (trust.origin and trust.genesis), "a key without origin or genesis")
    return trust


def read_trust_line(trust: Trust, line: str) -> None:
    hex64 = r"[0-9a-f]{64}"
    word, *rest = line.split(" ")
    if word == "origin" and len(rest) == 1:
        need(trust.origin is None and ORIGIN.match(rest[0]), "origin twice or malformed")
        trust.origin = rest[0]
    elif word == "genesis" and len(rest) == 1:
        need(trust.genesis is None and re.fullmatch(hex64, rest[0]), "genesis twice or malformed")
        trust.genesis = bytes.fromhex(rest[0])
    elif word == "key" and len(rest) == 2 and rest[0] == "seal":
        spki = base64.b64decode(rest[1], validate=True)
        need(p256_key(spki) is not None and base64.b64encode(spki).decode() == rest[1], "no P-256 key")
        trust.keys.append(spki)
    elif word == "ca" and len(rest) == 1:
        from cryptography import x509

        x509.load_der_x509_certificate(base64.b64decode(rest[0], validate=True))
        trust.authorities += 1
    else:
        chain = rf"chain evm (0|[1-9][0-9]{{0,18}}) genesis {hex64} contract (0x)?[0-9A-Fa-f]{{40}} code {hex64}( creation {hex64})?"
        need(re.fullmatch(chain, line), "unknown line")


def vouches(trust: Trust, genesis: Genesis, hand_overs: list[HandOver], tenure: int) -> bool:
    """Whether the trust file names this key, or one from which hand-overs with both signatures lead to it."""
    keys = [genesis.seal_key] + [hand_over.new_key for hand_over in hand_overs]
    while keys[tenure] not in trust.keys:
        if tenure == 0 or hand_overs[tenure - 1].by_old is None:
            return False
        tenure -= 1
    return True


@dataclass
class Intact:
    """What a file says that is intact; tenures: by the number of which key each head is sealed, from 0."""

    evidence: Evidence
    leaf: object
    genesis: Genesis
    hand_overs: list[HandOver]
    tenures: list[int]
    index: int
    log: tuple[str, bytes]
    unknown: list[int]

    def key(self, tenure: int) -> bytes:
        return self.hand_overs[tenure - 1].new_key if tenure else self.genesis.seal_key


def judge(encoded: bytes, trust_file: bytes, old: bytes | None = None, old_trust: bytes | None = None) -> Verdict:
    """The verdict on an evidence file, and, where `old` is given, on what it says its log goes on from."""
    verdict = Verdict(3)
    trust_files = [trust_file] if old_trust is None else [trust_file, old_trust]
    try:
        trusts = [within("trust", read_trust, content) for content in trust_files]
        intact = check(encoded, trusts, verdict)
    except Fault as fault:
        return Verdict(2 if fault.part in ("file", "trust") else 1, fault.part, fault.head, fault.reason)
    verdict.exit_code = 3 if intact.unknown else 0
    key = intact.key(intact.unknown[0] if intact.unknown else 0)
    verdict.reason = f"intact, signer not trusted: {sha256(key).hexdigest()}" if intact.unknown else "valid, signer trusted"
    if intact.genesis.previous:
        is_proved, by = succession(intact, old, trusts)
        origin, genesis_hash = intact.genesis.previous
        line = f"goes on from {origin} (genesis {genesis_hash.hex()}): " + ("proved" if is_proved else "claimed") + (f", by {by}" if by else "")
        (verdict.proved if is_proved else verdict.claimed).append(line)
    return verdict


def check(encoded: bytes, trusts: list[Trust], verdict: Verdict) -> Intact:
    evidence = within("file", read_file, encoded)
    leaf = within("leaf", read_leaf, evidence.leaf)
    if type(leaf) is HandOver and evidence.leaf not in evidence.hand_overs:
        raise Fault("leaf", "a hand-over that is not one of the file's")
    genesis = within("genesis", read_genesis, evidence.genesis)
    if type(leaf) is Genesis and evidence.leaf != evidence.genesis:
        raise Fault("genesis", "the leaf is another genesis")
    hand_overs = within("hand-over", check_hand_overs, evidence, genesis)
    check_body(evidence, genesis, verdict)
    tenures = check_heads(evidence, genesis, hand_overs, verdict)
    log = genesis.origin, leaf_hash(evidence.genesis)
    known = [trust for trust in trusts if (trust.origin, trust.genesis) == log]
    unknown = [tenure for tenure in tenures if not any(vouches(trust, genesis, hand_overs, tenure) for trust in known)]
    index = read_proof(evidence.heads[0][0].proof)[1]
    return Intact(evidence, leaf, genesis, hand_overs, tenures, index, log, unknown)


# --- Succession (§33) -----------------------------------------------------------------------------------------------


def succession(new: Intact, old_file: bytes | None, trusts: list[Trust]) -> tuple[bool, str | None]:
    """Whether it is proved that the new log goes on from the one its genesis names, and what speaks for it; a CA proves nothing of it."""
    if old_file is None:
        return False, None
    try:
        old = check(old_file, trusts, Verdict(3))
    except Fault:
        return False, None
    if old.log != new.genesis.previous or old.unknown:
        return False, None
    if reason_in_last_entry(old, new.log) in ("key-lost", "hand-overs"):
        return True, "the key of the old log"
    signed = 0 in new.tenures or (new.hand_overs and new.hand_overs[0].by_old is not None)
    if signed and old.key(old.tenures[-1]) == new.key(0):
        return False, "the same key"
    return False, None


def reason_in_last_entry(intact: Intact, other: tuple[str, bytes]) -> str | None:
    """The reason in what the box itself writes last, about the other log."""
    if type(intact.leaf) is not tuple or intact.leaf[:3] != ("sealpost.succeeded", 1, 0):
        return None
    slot = intact.evidence.slots[2]
    if type(slot) is not tuple:
        return None
    payload = fields(decode(slot[1]), "content", 1, 2)[1]
    found = re.match(rb'\{"origin":"([^"\\]*)","genesis":"([0-9a-f]{64})","reason":"([a-z-]*)",', payload)
    if not found or (found[1].decode(), bytes.fromhex(found[2].decode())) != other:
        return None
    return found[3].decode()


def old_file(name: str) -> bytes:
    """One that cannot be read is like one that is no evidence: it leaves the line claimed."""
    try:
        return pathlib.Path(name).read_bytes()
    except OSError:
        return b""


def main(arguments: list[str]) -> int:
    succession = arguments[3:] if arguments[2:3] == ["--succession"] and arguments[0] != "--lines" else []
    if len(arguments) != 2 and len(succession) not in (1, 2) or arguments[0] in ("-h", "--help"):
        print(__doc__, file=sys.stderr)
        return 2
    try:
        others = [old_file(succession[0])] + [pathlib.Path(name).read_bytes() for name in succession[1:]] if succession else []
        with open(arguments[1], "rb") as file:
            trust_file = file.read()
        if arguments[0] == "--lines":
            for line in sys.stdin:
                verdict = judge(bytes.fromhex(line), trust_file)
                print(verdict.exit_code, verdict.part or "-", verdict.head or "-", sep="\t", flush=True)
            return 0
        with open(arguments[0], "rb") as file:
            encoded = file.read(MAX_FILE_BYTES + 1)
    except (OSError, ValueError) as error:
        print(f"cannot be read: {error}", file=sys.stderr)
        return 2
    verdict = judge(encoded, trust_file, *others)
    if verdict.part:
        where = f"head {verdict.head}: " if verdict.head else ""
        print(f"{'cannot be read' if verdict.exit_code == 2 else 'not valid'}: {where}{verdict.part}: {verdict.reason}")
    else:
        print(verdict.reason)
        print(*(f"proved   {line}" for line in verdict.proved), *(f"claimed  {line}" for line in verdict.claimed), sep="\n")
    return verdict.exit_code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
