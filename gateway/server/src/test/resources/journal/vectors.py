#!/usr/bin/env python3
"""Makes segment-0.txt (closed), segment-1.txt (open, with an erased body) and segment-lost.txt (of another journal, as
salvage leaves it) from docs/formats.md section 7 alone.

Each line is an offset and 32 bytes, both in hexadecimal; what is left out is zero. Run it in this folder.
"""
import struct

BLOCK = 4096
SIZE = 4 * BLOCK
ERASED, BODY_LOST, LEAF_LOST = 1, 2, 4


def crc32c(data, crc=0):
    crc ^= 0xFFFFFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = (crc >> 1) ^ (0x82F63B78 if crc & 1 else 0)
    return crc ^ 0xFFFFFFFF


assert crc32c(b"123456789") == 0xE3069283


def up(length, unit):
    return (length + unit - 1) // unit * unit


def header(number, first_index, first_group, nonce, journal_id, kind):
    head = b"SEALPJRN" + struct.pack("<HHIQQQ", 1, 0, SIZE, number, first_index, first_group) + nonce + journal_id
    head += bytes([len(kind)]) + kind
    head = head.ljust(BLOCK - 4, b"\0")
    return head + struct.pack("<I", crc32c(head))


def frame(nonce, group, index, leaf, body, flags):
    body_checksum = 0 if flags else crc32c(nonce + body)
    head = nonce[:8] + struct.pack("<QQIIIII", group, index, len(leaf), len(body), crc32c(nonce + leaf), body_checksum,
                                   flags)
    head += struct.pack("<I", crc32c(nonce + head))
    data = head + leaf + (bytes(len(body)) if flags else body)
    return head, data.ljust(up(len(data), 8), b"\0")


def group(nonce, number, first_index, entries):
    heads, frames, table = b"", b"", []
    for place, (leaf, body, flags) in enumerate(entries):
        table.append(64 + len(frames))
        head, data = frame(nonce, number, first_index + place, leaf, body, flags)
        heads += head[:44]
        frames += data
    items = b"".join(struct.pack("<I", offset) for offset in table)
    length = up(64 + len(frames) + len(items), BLOCK)
    head = b"SPGROUP1" + nonce + struct.pack("<QQIIIII", number, first_index, len(entries), length, 0, 0,
                                             crc32c(nonce + heads + items))
    head += struct.pack("<I", crc32c(nonce + head))
    return (head + frames).ljust(length - len(items), b"\0") + items


def footer(nonce, first_group, entry_count, items, end):
    data = b"".join(struct.pack("<II", blocks, first) for blocks, first in items)
    trailer = b"SPFOOT01" + nonce + struct.pack("<QQIII", first_group, entry_count, len(items), end, crc32c(nonce + data))
    trailer = trailer.ljust(60, b"\0")
    trailer += struct.pack("<I", crc32c(nonce + trailer))
    return data + trailer


def write(name, data):
    with open(name, "w") as out:
        for offset in range(0, len(data), 32):
            row = data[offset:offset + 32]
            if any(row):
                out.write("%04x %s\n" % (offset, row.hex()))


journal_id = bytes(range(0xA0, 0xB0))

nonce = bytes(range(0x10, 0x20))
closed = header(0, 0, 0, nonce, journal_id, b"entries")
closed += group(nonce, 0, 0, [(b"leaf 0", b"body of entry 0", 0), (b"leaf 1", b"", 0)])
closed += group(nonce, 1, 2, [(b"", b"only a body", 0)])
end = footer(nonce, 0, 3, [(1, 0), (2, 2)], 3)
write("segment-0.txt", closed.ljust(SIZE - len(end), b"\0") + end)

nonce = bytes(range(0x30, 0x40))
last = header(1, 3, 2, nonce, journal_id, b"entries")
last += group(nonce, 2, 3, [(b"leaf 3", b"erased body", ERASED), (b"leaf 4", b"body of entry 4", 0)])
write("segment-1.txt", last.ljust(SIZE, b"\0"))

nonce = bytes(range(0x50, 0x60))
salvaged = header(0, 0, 0, nonce, bytes(range(0xB0, 0xC0)), b"entries")
salvaged += group(nonce, 0, 0, [(b"leaf 0", b"body of entry 0", 0), (b"leaf 1", b"lost body", BODY_LOST),
                                (bytes(range(0xC0, 0xE0)), b"", LEAF_LOST | BODY_LOST)])
write("segment-lost.txt", salvaged.ljust(SIZE, b"\0"))
