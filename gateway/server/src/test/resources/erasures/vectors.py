#!/usr/bin/env python3
"""Makes erasures.json from docs/formats.md sections 1, 3, 3.2 and 18 alone: orders, marks and what the log gets of them. Run it in this folder."""

import hashlib
import json
import pathlib

BOOT = bytes([0xB0]) * 16
MILLIS = 1_790_000_000_123
LABELS = ["source", "clock", "content", "references"]


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


SYNCED = {1: MILLIS, 2: 1, 3: 7, 4: 12, 5: BOOT, 6: 4_000_000}
UNTRUSTED = {1: MILLIS, 2: 3, 3: 0, 4: None, 5: BOOT, 6: 4_000_000}


def item(number: int, reading: dict[int, object], *more: object) -> bytes:
    return encode(["sealpost-erasure", 1, number, reading, *more])


def digest(label: str, salt: bytes, value: bytes) -> bytes:
    tag = b"sealpost-slot-v1" + bytes([len(label)]) + label.encode()
    return hashlib.sha256(tag + salt + value).digest()


def slots(index: int) -> list[object]:
    pairs: list[object] = []
    for place, label in enumerate(LABELS):
        salt = hashlib.sha256(f"salt {index} {label}".encode()).digest()
        pairs.append([salt, digest(label, salt, bytes([index, place]))])
    return [index, pairs]


def content(position: int, state: str, by: str, rule: str, form: str, entries: str) -> str:
    return (
        f'{{"position":{position},"at":"2026-09-21T14:13:20.123Z","clock":"{state}","by":"{by}",'
        f'"rule":"{rule}","form":"{form}","entries":{entries}}}'
    )


def main() -> None:
    kept = encode([slots(3), slots(4), slots(9)])
    rest = encode([slots(9)])
    many = [[2 * i + 1, 2 * i + 2] for i in range(4096)]
    good = [
        (item(1, SYNCED, "owner", 'request 17, "Müller"\\2', 1, [[3, 5], [9, 10]]), kept,
         content(0, "synced", "owner", 'request 17, \\"Müller\\"\\\\2', "body", "[[3,5],[9,10]]")),
        (item(2, SYNCED, 0, 70_000), b"", None),
        (item(1, UNTRUSTED, "sealpost", "p", 2, [[1, 9]]), b"",
         content(1, "untrusted", "sealpost", "p", "body-and-salts", "[[1,9]]")),
        (item(4, SYNCED, 0), rest, None),
        (item(3, SYNCED, 2), b"", None),
        (item(1, SYNCED, "user root at the command line", "ß" * 256, 1, many), encode([]),
         content(2, "synced", "user root at the command line", "ß" * 256, "body",
                 json.dumps(many, separators=(",", ":")))),
    ]
    bad = {
        "another kind": encode(["sealpost-act", 1, 3, SYNCED, 0]),
        "a later version": encode(["sealpost-erasure", 2, 3, SYNCED, 0]),
        "type 0": item(0, SYNCED, 0),
        "type 5": item(5, SYNCED, 0),
        "an item too many": item(3, SYNCED, 0, 0),
        "an item too few": item(2, SYNCED, 0),
        "a comma in by": item(1, SYNCED, "a,b", "r", 1, [[1, 2]]),
        "nobody ordered it": item(1, SYNCED, "", "r", 1, [[1, 2]]),
        "no rule": item(1, SYNCED, "owner", "", 1, [[1, 2]]),
        "a rule that is too long": item(1, SYNCED, "owner", "r" * 257, 1, [[1, 2]]),
        "a line end in the rule": item(1, SYNCED, "owner", "r\n", 1, [[1, 2]]),
        "form 0": item(1, SYNCED, "owner", "r", 0, [[1, 2]]),
        "form 3": item(1, SYNCED, "owner", "r", 3, [[1, 2]]),
        "no range": item(1, SYNCED, "owner", "r", 1, []),
        "4,097 ranges": item(1, SYNCED, "owner", "r", 1, [[2 * i + 1, 2 * i + 2] for i in range(4097)]),
        "an empty range": item(1, SYNCED, "owner", "r", 1, [[2, 2]]),
        "ranges that touch": item(1, SYNCED, "owner", "r", 1, [[2, 3], [3, 4]]),
        "ranges in another order": item(1, SYNCED, "owner", "r", 1, [[5, 6], [2, 3]]),
        "a negative index": item(1, SYNCED, "owner", "r", 1, [[-1, 3]]),
        "bytes behind the item": item(3, SYNCED, 0) + b"\0",
    }
    vectors = {
        "items": [{"leaf": leaf.hex(), "body": body.hex(), "copy": copy} for leaf, body, copy in good],
        "refused": [{"why": why, "leaf": leaf.hex()} for why, leaf in bad.items()],
    }
    pathlib.Path(__file__).with_name("erasures.json").write_text(json.dumps(vectors, indent=1) + "\n")


if __name__ == "__main__":
    main()
