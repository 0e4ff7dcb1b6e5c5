#!/usr/bin/env python3
"""Makes part.txt (a part of the index with the terms of 50 entries) and guide.txt (a guide of 4 blocks whose second
part it is) from docs/formats.md section 17 alone.

Each line is an offset and 32 bytes, both in hexadecimal; what is left out is zero. Run it in this folder.
"""
import hashlib
import struct

BLOCK = 4096
PER_NODE = 32


def crc32c(data: bytes) -> int:
    crc = 0xFFFFFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = (crc >> 1) ^ (0x82F63B78 if crc & 1 else 0)
    return crc ^ 0xFFFFFFFF


assert crc32c(b"123456789") == 0xE3069283

secret = bytes(range(32))
nonce = bytes(range(0x90, 0xA0))
first, following = 1000, 1700
unread = [(1010, 1012), (1699, 1700)]


def hashed(kind: int, *texts: str) -> int:
    text = secret + bytes([kind]) + b"\xff".join(text.encode() for text in texts)
    return int.from_bytes(hashlib.sha256(text).digest()[:8], "big")


def term(kind: int, value: int, index: int) -> bytes:
    return struct.pack(">BQQ", kind, value, index)


def packed(number: int) -> bytes:
    """MapDB's short numbers below 128: the highest bit marks the last byte."""
    return bytes([number | 0x80])


def table(keys: list[bytes]) -> bytes:
    """One page of a SortedTableMap of MapDB 3.1, of byte strings to truth values."""
    nodes = [keys[start:start + PER_NODE] for start in range(0, len(keys), PER_NODE)]
    key_parts = [packed(len(node)) * 2 + b"".join(packed(len(key)) + key for key in node) for node in nodes]
    value_parts = [b"\x01" * len(node) for node in nodes]
    head = struct.pack(">QQQQQ", 0x4A0A << 48, 0, len(keys), 0, BLOCK).ljust(64, b"\0")
    at = 64 + 4 + 4 * (2 * len(nodes) + 1)
    offsets = []
    for part in key_parts + value_parts:
        offsets.append(at)
        at += len(part)
    offsets.append(at)
    page = head + struct.pack(">I", len(nodes)) + b"".join(struct.pack(">I", offset) for offset in offsets)
    page += b"".join(key_parts + value_parts)
    assert len(page) <= BLOCK
    return page.ljust(BLOCK, b"\0")


terms = []
for number in range(50):
    index = first + number
    if number % 2 == 0:
        terms.append(term(1, hashed(1, "cr\u00e4ne", "key-%d" % number), index))
    if number % 5 == 0:
        terms.append(term(2, hashed(2, "cr\u00e4ne", "epcis", "MSKU \u00e9 %d" % (number % 3)), index))
    terms.append(term(3, 1_790_000_000_000 + number, index))
    terms.append(term(4, hashed(4, "cr\u00e4ne", ""), index))
    if number == 3:
        terms.append(term(5, 3, index))
terms.append(term(6, 0, first + 50))

content = table([bytes(17)] + sorted(terms))
checksums = struct.pack("<I", crc32c(content)).ljust(BLOCK, b"\0")
made = int.from_bytes(hashlib.sha256(secret).digest()[:8], "big") ^ crc32c(b"2\nepcis\n/a/container\n")
header = b"SEALPIDX" + struct.pack("<HHIQ", 1, 0, len(unread), 7) + nonce
header += struct.pack("<QQQQQII", first, following, made, len(terms), len(content), crc32c(checksums), 0)
header += b"".join(struct.pack("<QQ", *ends) for ends in unread)
header = header.ljust(BLOCK - 4, b"\0")
header += struct.pack("<I", crc32c(header))



def write(name: str, data: bytes) -> None:
    with open(name, "w", encoding="ascii") as out:
        for offset in range(0, len(data), 32):
            row = data[offset:offset + 32]
            if any(row):
                out.write("%04x %s\n" % (offset, row.hex()))


write("part.txt", header + checksums + content)

MASK = (1 << 64) - 1
blocks, begins = 4, 500
other_use = bytes(range(0x10, 0x20))


def rows(kind: int, value: int) -> tuple[int, list[int]]:
    x = (value + kind * 0x9E3779B97F4A7C15) & MASK
    x = (x ^ x >> 30) * 0xBF58476D1CE4E5B9 & MASK
    x = (x ^ x >> 27) * 0x94D049BB133111EB & MASK
    x ^= x >> 31
    return x * blocks >> 64, [(x >> 10 * i & 1023) % 511 for i in range(5)]


# Part 0 has one key, part 1 is that of part.txt.
table_rows = [[0] * 511 for _ in range(blocks)]
for column, members in enumerate([[term(1, 42, 500)], sorted(terms)]):
    for member in members:
        kind, value, _ = struct.unpack(">BQQ", member)
        if kind in (1, 2, 4, 5):
            block, numbers = rows(kind, value)
            for number in numbers:
                table_rows[block][number] |= 1 << column

head = b"SEALPGDE" + struct.pack("<HHIQQII", 1, 0, 2, begins, made, blocks, 0)
head += struct.pack("<Q", 6) + other_use + struct.pack("<QQI", 500, 1000, 0x01020304)
head += struct.pack("<Q", 7) + nonce + struct.pack("<QQI", first, following, crc32c(checksums))
head = head.ljust(BLOCK - 4, b"\0")
head += struct.pack("<I", crc32c(head))
guide = head
for number, words in enumerate(table_rows):
    block = struct.pack("<511Q", *words) + bytes(4)
    guide += block + struct.pack("<I", crc32c(head[-4:] + struct.pack("<I", number) + block))
write("guide.txt", guide)

