#!/usr/bin/env python3
"""Makes keys.txt (343 fingerprints, two of them equal) and filter.txt (over the same, in 40 blocks) from docs/formats.md
section 16 alone.

Each line is an offset and 32 bytes, both in hexadecimal; what is left out is zero. Run it in this folder.
"""
import hashlib
import struct

BLOCK = 4096
PER_BLOCK = 341


def crc32c(data: bytes) -> int:
    crc = 0xFFFFFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = (crc >> 1) ^ (0x82F63B78 if crc & 1 else 0)
    return crc ^ 0xFFFFFFFF


assert crc32c(b"123456789") == 0xE3069283

secret = bytes(range(32))
nonce = bytes(range(0x10, 0x20))
first, following = 1000, 1700


def fingerprint(client: str, key: str) -> int:
    return int.from_bytes(hashlib.sha256(secret + client.encode() + b"\xff" + key.encode()).digest()[:8], "big")


def first_block(fields: bytes) -> bytes:
    block = fields.ljust(BLOCK - 4, b"\0")
    return block + struct.pack("<I", crc32c(block))


def write(name: str, data: bytes) -> None:
    with open(name, "w", encoding="ascii") as out:
        for offset in range(0, len(data), 32):
            row = data[offset:offset + 32]
            if any(row):
                out.write("%04x %s\n" % (offset, row.hex()))


secret_id = int.from_bytes(hashlib.sha256(secret).digest()[:8], "big")
# Every second entry has a key; the last one has the key of the first, as after an erasure.
keys = ["key \u00e9 %d" % number for number in range(342)] + ["key \u00e9 0"]
items = sorted((fingerprint("cr\u00e4ne", key), 2 * place) for place, key in enumerate(keys))

data = first_block(b"SEALPKEY" + struct.pack("<HHIQ", 1, 0, len(items), 7) + nonce
                   + struct.pack("<QQQQQ", first, following, 5_000, 65_000, secret_id))
for number, start in enumerate(range(0, len(items), PER_BLOCK), 1):
    block = b"".join(struct.pack("<QI", *item) for item in items[start:start + PER_BLOCK]).ljust(BLOCK - 4, b"\xff")
    data += block + struct.pack("<I", crc32c(nonce + struct.pack("<I", number) + block))
write("keys.txt", data)

blocks = 40
bits = bytearray(blocks * 64)
for value, _ in items:
    block = (value >> 32) * blocks >> 32
    places = value * 0x9E3779B97F4A7C15 % (1 << 64)
    for group in range(7):
        place = places >> 9 * group & 511
        bits[block * 64 + place // 8] |= 1 << place % 8
write("filter.txt", first_block(b"SEALPFLT" + struct.pack("<HHIQQ", 1, 0, blocks, first, following) + nonce
                                + struct.pack("<QI", secret_id, crc32c(bytes(bits)))) + bytes(bits))
