#!/usr/bin/env python3
"""Makes acts.json from docs/formats.md sections 1, 3.2 and 13 alone: acts, and what the log gets of them. Run it in this folder."""

import hashlib
import json
import pathlib

BOOT = bytes([0xB0]) * 16
MILLIS = 1_790_000_000_123


def head(major: int, value: int) -> bytes:
    """The shortest form of RFC 8949 section 3."""
    if value < 24:
        return bytes([major << 5 | value])
    for code, size in ((24, 1), (25, 2), (26, 4), (27, 8)):
        if value < 1 << (8 * size):
            return bytes([major << 5 | code]) + value.to_bytes(size, "big")
    raise ValueError(value)


def encode(item: object) -> bytes:
    """Deterministic CBOR of integers, byte strings, texts, arrays and maps, whose keys are given in order."""
    if item is None:
        return b"\xf6"
    if isinstance(item, int):
        return head(0, item) if item >= 0 else head(1, -1 - item)
    if isinstance(item, bytes):
        return head(2, len(item)) + item
    if isinstance(item, str):
        return head(3, len(item.encode())) + item.encode()
    if isinstance(item, list):
        return head(4, len(item)) + b"".join(map(encode, item))
    if isinstance(item, dict):
        return head(5, len(item)) + b"".join(encode(key) + encode(value) for key, value in item.items())
    raise TypeError(type(item))


def clock(state: int, source: int, error: int | None) -> dict[int, object]:
    return {1: MILLIS, 2: state, 3: source, 4: error, 5: BOOT, 6: 4_000_000}


UNTRUSTED = clock(3, 0, None)
SYNCED = clock(1, 7, 12)
CERTIFICATES = [bytes(range(40)), bytes(range(60, 90))]
DOCUMENT = '[sensor.gate]\nkind = "contact" # Tor 3, außen\n'
TOKEN = b"not-a-token-of-any-box-0123456789abcdefghij"


def act(number: int, reading: dict[int, object], by: str, *more: object) -> bytes:
    return encode(["sealpost-act", 1, number, reading, by, *more])


def content(position: int, name: str, state: str, by: str, more: str = "") -> str:
    return f'{{"position":{position},"act":"{name}","at":"2026-09-21T14:13:20.123Z","clock":"{state}","by":"{by}"{more}}}'


def main() -> None:
    hashes = ",".join(f'"{hashlib.sha256(der).hexdigest()}"' for der in CERTIFICATES)
    stranger = "somebody at 192.0.2.7"
    acts = [
        (act(1, UNTRUSTED, stranger), content(0, "claim-refused", "untrusted", stranger)),
        (act(2, UNTRUSTED, stranger, "owner", hashlib.sha256(TOKEN).digest()),
         content(1, "claimed", "untrusted", stranger, ',"client":"owner"')),
        (act(3, SYNCED, "owner", CERTIFICATES), content(2, "certificate-accepted", "synced", "owner", f',"certificates":[{hashes}]')),
        (act(4, SYNCED, "sealpost", 3, 70_000), None),
        (act(5, SYNCED, "owner", DOCUMENT),
         content(3, "sensors-set", "synced", "owner", f',"documentSha256":"{hashlib.sha256(DOCUMENT.encode()).hexdigest()}"')),
        (act(5, UNTRUSTED, "owner", ""),
         content(4, "sensors-set", "untrusted", "owner", f',"documentSha256":"{hashlib.sha256(b"").hexdigest()}"')),
        (act(6, SYNCED, "sealpost", 13, 70_123), None),
        (act(7, SYNCED, "owner", "evm", 1, None),
         content(5, "anchorage-ordered", "synced", "owner", ',"anchorage":"evm","order":"park"')),
        (act(7, SYNCED, "owner", "consortium-7", 2, None),
         content(6, "anchorage-ordered", "synced", "owner", ',"anchorage":"consortium-7","order":"unpark"')),
        (act(7, UNTRUSTED, "user admin at the command line", "evm", 3, None),
         content(7, "anchorage-ordered", "untrusted", "user admin at the command line", ',"anchorage":"evm","order":"resubmit"')),
        (act(7, SYNCED, "owner", "evm", 4, 17),
         content(8, "anchorage-ordered", "synced", "owner", ',"anchorage":"evm","order":"give-up","number":17')),
        (act(7, SYNCED, "owner", "evm", 5, (1 << 63) - 1),
         content(9, "anchorage-ordered", "synced", "owner", f',"anchorage":"evm","order":"take-up","number":{(1 << 63) - 1}')),
    ]
    good = [{"act": encoded.hex(), "copy": copy} for encoded, copy in acts]
    bad = {
        "another kind": encode(["sealpost-deed", 1, 1, UNTRUSTED, stranger]),
        "a later version": encode(["sealpost-act", 2, 1, UNTRUSTED, stranger]),
        "type 0": act(0, UNTRUSTED, stranger),
        "type 99": act(99, UNTRUSTED, stranger),
        "nobody did it": act(1, UNTRUSTED, ""),
        "a quote in by": act(1, UNTRUSTED, 'a"b'),
        "an item too many": act(1, UNTRUSTED, stranger, 1),
        "an item too few": act(2, UNTRUSTED, stranger, "owner"),
        "a short hash": act(2, UNTRUSTED, stranger, "owner", bytes(31)),
        "not a client's name": act(2, UNTRUSTED, stranger, "-owner", bytes(32)),
        "no certificate": act(3, SYNCED, "owner", []),
        "nine certificates": act(3, SYNCED, "owner", [b"x"] * 9),
        "an empty certificate": act(3, SYNCED, "owner", [b""]),
        "no document": act(5, SYNCED, "owner"),
        "a document of bytes": act(5, SYNCED, "owner", DOCUMENT.encode()),
        "a document that is too long": act(5, SYNCED, "owner", "#" * 65_537),
        "no index": act(6, SYNCED, "sealpost", 13),
        "a negative number": act(6, SYNCED, "sealpost", -1, 0),
        "an anchorage without a name": act(7, SYNCED, "owner", "", 1, None),
        "an anchorage's name that would need quoting": act(7, SYNCED, "owner", 'e"vm', 1, None),
        "an anchorage's name of 21 characters": act(7, SYNCED, "owner", "a" * 21, 1, None),
        "order 0": act(7, SYNCED, "owner", "evm", 0, None),
        "order 6": act(7, SYNCED, "owner", "evm", 6, 17),
        "an order about no publication": act(7, SYNCED, "owner", "evm", 4, None),
        "an order about publication 0": act(7, SYNCED, "owner", "evm", 5, 0),
        "an order with a number": act(7, SYNCED, "owner", "evm", 3, 17),
        "an order without an end": act(7, SYNCED, "owner", "evm", 1),
        "bytes behind the item": act(1, UNTRUSTED, stranger) + b"\0",
    }
    vectors = {"acts": good, "refused": [{"why": why, "act": encoded.hex()} for why, encoded in bad.items()]}
    pathlib.Path(__file__).with_name("acts.json").write_text(json.dumps(vectors, indent=1) + "\n")


if __name__ == "__main__":
    main()
