#!/usr/bin/env python3
"""Makes first.txt, second.txt and lost.txt, three range files of one log, from docs/formats.md alone, and checks range files.

    vectors.py               writes them beside this script: offset and 32 bytes a line, both in hexadecimal, zeros left out
    vectors.py --check FILE  exits 0 and says what is in it if all of it holds, else 1 and says what does not

It needs nothing but Python, and shares no code with the Java sources.
"""
import base64
import hashlib
import hmac
import pathlib
import struct
import sys

HERE = pathlib.Path(__file__).resolve().parent
WHOLE, ERASED, LOST, LEFT_OUT, LEAF_LOST = range(5)
HEAD, ENTRIES, END = 1, 2, 3


class Wrong(Exception):
    """What does not hold."""


def need(holds: bool, what: str) -> None:
    if not holds:
        raise Wrong(what)


# --- P-256, ECDSA with SHA-256 (FIPS 186-5, deterministic by RFC 6979)

P = 2**256 - 2**224 + 2**192 + 2**96 - 1
N = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
B = 0x5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B
G = (0x6B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296,
     0x4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5)
SPKI_PREFIX = bytes.fromhex("3059301306072a8648ce3d020106082a8648ce3d03010703420004")


def add(a, b):
    if a is None or b is None:
        return a or b
    if a[0] == b[0] and (a[1] + b[1]) % P == 0:
        return None
    if a == b:
        slope = (3 * a[0] * a[0] - 3) * pow(2 * a[1], -1, P) % P
    else:
        slope = (b[1] - a[1]) * pow(b[0] - a[0], -1, P) % P
    x = (slope * slope - a[0] - b[0]) % P
    return x, (slope * (a[0] - x) - a[1]) % P


def times(k: int, point):
    result = None
    while k:
        if k & 1:
            result = add(result, point)
        point = add(point, point)
        k >>= 1
    return result


def digest(*parts: bytes) -> bytes:
    return hashlib.sha256(b"".join(parts)).digest()


class Key:
    def __init__(self, seed: str):
        self.private = int.from_bytes(digest(seed.encode()), "big") % (N - 1) + 1
        x, y = times(self.private, G)
        self.spki = SPKI_PREFIX + x.to_bytes(32, "big") + y.to_bytes(32, "big")

    def sign(self, message: bytes) -> bytes:
        """r and s, 64 bytes, low s."""
        hashed = int.from_bytes(digest(message), "big") % N
        k = self.nonce(hashed)
        r = times(k, G)[0] % N
        s = pow(k, -1, N) * (hashed + r * self.private) % N
        return r.to_bytes(32, "big") + min(s, N - s).to_bytes(32, "big")

    def nonce(self, hashed: int) -> int:
        seed = self.private.to_bytes(32, "big") + hashed.to_bytes(32, "big")
        key, value = bytes(32), b"\1" * 32
        for tag in (b"\0", b"\1"):
            key = hmac.digest(key, value + tag + seed, "sha256")
            value = hmac.digest(key, value, "sha256")
        value = hmac.digest(key, value, "sha256")
        k = int.from_bytes(value, "big")
        need(0 < k < N, "a nonce out of range")
        return k


def verifies(spki: bytes, message: bytes, signature: bytes) -> bool:
    if len(signature) != 64 or spki[:27] != SPKI_PREFIX or len(spki) != 91:
        return False
    point = int.from_bytes(spki[27:59], "big"), int.from_bytes(spki[59:], "big")
    if (point[1] ** 2 - point[0] ** 3 + 3 * point[0] - B) % P:
        return False
    r, s = int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big")
    if not (0 < r < N and 0 < s <= N // 2):
        return False
    hashed, inverse = int.from_bytes(digest(message), "big"), pow(s, -1, N)
    found = add(times(hashed * inverse % N, G), times(r * inverse % N, point))
    return found is not None and found[0] % N == r


# --- CBOR, as section 1 has it

class Tagged:
    def __init__(self, tag: int, value):
        self.tag, self.value = tag, value


def head(major: int, value: int) -> bytes:
    for limit, marker, form in ((24, None, None), (1 << 8, 24, ">B"), (1 << 16, 25, ">H"), (1 << 32, 26, ">I")):
        if value < limit:
            return bytes([major << 5 | (value if marker is None else marker)]) + (struct.pack(form, value) if form else b"")
    return bytes([major << 5 | 27]) + struct.pack(">Q", value)


def cbor(value) -> bytes:
    if value is None:
        return b"\xf6"
    if isinstance(value, bool):
        return b"\xf5" if value else b"\xf4"
    if isinstance(value, int):
        return head(0, value) if value >= 0 else head(1, -1 - value)
    if isinstance(value, bytes):
        return head(2, len(value)) + value
    if isinstance(value, str):
        return head(3, len(value.encode())) + value.encode()
    if isinstance(value, list):
        return head(4, len(value)) + b"".join(map(cbor, value))
    if isinstance(value, Tagged):
        return head(6, value.tag) + cbor(value.value)
    items = sorted((cbor(key), cbor(item)) for key, item in value.items())
    return head(5, len(items)) + b"".join(key + item for key, item in items)


def uncbor(data: bytes):
    value, end = item(data, 0)
    need(end == len(data) and cbor(value) == data, "CBOR that is not in its one encoding")
    return value


def item(data: bytes, at: int):
    major, extra = data[at] >> 5, data[at] & 31
    if major == 7:
        return {0xF4: False, 0xF5: True, 0xF6: None}[data[at]], at + 1
    size = {24: 1, 25: 2, 26: 4, 27: 8}.get(extra, 0)
    count = int.from_bytes(data[at + 1:at + 1 + size], "big") if size else extra
    at += 1 + size
    if major < 2:
        return (count if major == 0 else -1 - count), at
    if major < 4:
        need(at + count <= len(data), "CBOR that ends too early")
        part = data[at:at + count]
        return (part if major == 2 else part.decode()), at + count
    if major == 6:
        value, at = item(data, at)
        return Tagged(count, value), at
    values = []
    for _ in range(count * (2 if major == 5 else 1)):
        value, at = item(data, at)
        values.append(value)
    return (values if major == 4 else dict(zip(values[::2], values[1::2]))), at


# --- the tree, RFC 9162

def leaf_hash(leaf: bytes) -> bytes:
    return digest(b"\0", leaf)


def node_hash(left: bytes, right: bytes) -> bytes:
    return digest(b"\1", left, right)


def root_of(hashes: list) -> bytes:
    if len(hashes) == 1:
        return hashes[0]
    split = 1 << (len(hashes) - 1).bit_length() - 1
    return node_hash(root_of(hashes[:split]), root_of(hashes[split:]))


def path_of(hashes: list, index: int) -> list:
    if len(hashes) == 1:
        return []
    split = 1 << (len(hashes) - 1).bit_length() - 1
    if index < split:
        return path_of(hashes[:split], index) + [root_of(hashes[split:])]
    return path_of(hashes[split:], index - split) + [root_of(hashes[:split])]


def root_by(hashed: bytes, index: int, size: int, path: list) -> bytes:
    place, last = index, size - 1
    for sibling in path:
        need(last > 0, "a path that is too long")
        if place & 1 or place == last:
            hashed = node_hash(sibling, hashed)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            hashed = node_hash(hashed, sibling)
        place, last = place >> 1, last >> 1
    need(last == 0, "a path that is too short")
    return hashed


def places(begin: int, size: int) -> list:
    """(entry, number of entries) of the complete subtrees from `begin` to `size`."""
    found = []
    while begin < size:
        count = 1
        while begin % (2 * count) == 0 and begin + 2 * count <= size:
            count *= 2
        found.append((begin, count))
        begin += count
    return found


class Peaks:
    """The roots of the complete subtrees, largest first, each with its number of entries."""

    def __init__(self, size: int, roots: list):
        counts = [count for _, count in places(0, size)]
        need(len(counts) == len(roots), "as many hashes on the left as the first entry has bits")
        self.roots = list(zip(counts, roots))

    def add(self, count: int, root: bytes) -> None:
        while self.roots and self.roots[-1][0] == count:
            root, count = node_hash(self.roots.pop()[1], root), 2 * count
        self.roots.append((count, root))

    def root(self) -> bytes:
        result = self.roots[-1][1]
        for _, left in reversed(self.roots[:-1]):
            result = node_hash(left, result)
        return result


# --- section 19

def crc32c(data: bytes) -> int:
    crc = 0xFFFFFFFF
    for byte in data:
        crc = CRC_TABLE[(crc ^ byte) & 0xFF] ^ crc >> 8
    return crc ^ 0xFFFFFFFF


def crc_row(value: int) -> int:
    for _ in range(8):
        value = value >> 1 ^ (0x82F63B78 if value & 1 else 0)
    return value


CRC_TABLE = [crc_row(value) for value in range(256)]
assert crc32c(b"123456789") == 0xE3069283


def chunk(kind: int, number: int, data: bytes) -> bytes:
    start = b"SPCHUNK1" + struct.pack("<IIQI", kind, number, len(data), crc32c(data))
    return start + struct.pack("<I", crc32c(start)) + data + bytes(-len(data) % 8)


def chunks(data: bytes):
    at = number = 0
    while at < len(data):
        need(data[at:at + 8] == b"SPCHUNK1" and at + 32 <= len(data), f"chunk {number} at byte {at}: none begins here")
        kind, said, length, crc, own = struct.unpack("<IIQII", data[at + 8:at + 32])
        need(own == crc32c(data[at:at + 28]), f"chunk {number} at byte {at}: checksum of the header")
        need(said == number and length <= 64 << 20, f"chunk {number} at byte {at}: number or length")
        content, end = data[at + 32:at + 32 + length], at + 32 + length + -length % 8
        need(end <= len(data) and len(content) == length, f"chunk {number} at byte {at}: cut off")
        need(crc == crc32c(content) and not any(data[at + 32 + length:end]), f"chunk {number} at byte {at}: checksum")
        yield kind, at, content
        at, number = end, number + 1


def to_be_signed(protected: bytes, root: bytes) -> bytes:
    return cbor(["Signature1", protected, b"", root])


def slot_digest(label: str, salt: bytes, content: bytes) -> bytes:
    return digest(b"sealpost-slot-v1", bytes([len(label)]), label.encode(), salt, content)


LABELS = ("source", "clock", "content", "references")


def commitment(body: list) -> bytes:
    return digest(b"sealpost-body-v1", cbor([slot_digest(label, *slot) for label, slot in zip(LABELS, body, strict=True)]))


def check(data: bytes) -> str:
    found = list(chunks(data))
    need(len(found) >= 3 and found[0][0] == HEAD and found[-1][0] == END, "a head, entries, and an end")
    need(all(kind == ENTRIES for kind, _, _ in found[1:-1]), "entries between head and end")
    need(found[-1][2] == digest(data[:found[-1][1]]), "the hash over the file")
    (kind, version, origin, first, behind, size, root, seal, bodies, checkpoint, genesis, hand_overs, left, right,
     anchors) = uncbor(found[0][2])
    need((kind, version) == ("sealpost-range", 1) and 0 <= first < behind <= size, "the head's kind, version and range")
    need(isinstance(bodies, bool) and all(anchor[2] is None for anchor in anchors), "the head's types")

    origins, keys = uncbor(genesis)[5], []
    need(origins[1] == origin and origins[3][0][0] == 1, "the genesis' origin and first key")
    keys.append((-1, origins[3][0][1]))
    for number, (leaf, path) in enumerate(hand_overs, 1):
        said = uncbor(leaf)[6]
        signed = cbor(["sealpost-handover", 1, {key: said[key] for key in range(1, 9)}])
        need(said[1] == number and keys[-1][0] < said[2] < size, "a hand-over's number and index")
        need(said[3] == leaf_hash(genesis) and said[4] == digest(keys[-1][1]), "a hand-over's genesis and old key")
        need(said[9] is None or verifies(keys[-1][1], signed, said[9]), "a hand-over's first signature")
        need(verifies(said[5][1], signed, said[10]), "a hand-over's second signature")
        need(root_by(leaf_hash(leaf), said[2], size, path) == root, "a hand-over's path")
        keys.append((said[2], said[5][1]))

    def in_force(at: int) -> bytes:
        return [key for after, key in keys if after < at][-1]

    message = uncbor(seal)
    need(message.tag == 18 and message.value[1:3] == [{}, None], "the seal's form")
    protected = uncbor(message.value[0])
    claims = protected[15][-65537]
    need(protected[1] == -7 and protected[395] == 1 and protected[4] == digest(in_force(size)), "the seal's header")
    need(protected[15][1] == origin and claims[2] == "seal" and claims[3] == 1, "the seal's origin, purpose and suite")
    need(claims[4] == leaf_hash(genesis) and claims[5] == size, "the seal's genesis and size")
    need(verifies(in_force(size), to_be_signed(message.value[0], root), message.value[3]), "the seal's signature")
    if checkpoint is not None:
        check_note(checkpoint, origin, size, root, in_force)

    tree, expected = Peaks(first, left), first
    for _, at, content in found[1:-1]:
        start, count, zero = struct.unpack("<QII", content[:16])
        need(start == expected and count > 0 and zero == 0, f"entries at byte {at}: first index and count")
        place = 16
        for _ in range(count):
            leaf_length, body_length, state = struct.unpack("<III", content[place:place + 12])
            leaf = content[place + 12:place + 12 + leaf_length]
            body = content[place + 12 + leaf_length:place + 12 + leaf_length + body_length]
            place += 12 + leaf_length + body_length
            need(place <= len(content), f"entry {expected}: longer than its chunk")
            check_entry(expected, leaf, body, state, genesis, hand_overs)
            tree.add(1, leaf if state == LEAF_LOST else leaf_hash(leaf))
            expected += 1
        need(place == len(content), f"entries at byte {at}: something follows the last one")
    need(expected == behind, "as many entries as the head says")
    need(len(places(behind, size)) == len(right), "as many hashes on the right as there are subtrees")
    for (_, count), hashed in zip(places(behind, size), right):
        tree.add(count, hashed)
    need(tree.root() == root, "the root that left, leaves and right lead to")
    return f"entries {first} to {behind - 1} of {origin} at {size}, root {root.hex()}"


def check_note(text: str, origin: str, size: int, root: bytes, in_force) -> None:
    said, _, signatures = text.partition("\n\n")
    lines = said.split("\n")
    need(lines[0] == origin and 2 <= int(lines[1]) <= size, "the checkpoint's origin and size")
    need(int(lines[1]) != size or base64.b64decode(lines[2]) == root, "the checkpoint's root")
    key = in_force(int(lines[1]))
    name, _, signature = signatures.split("\n")[0].removeprefix("\u2014 ").partition(" ")
    value = base64.b64decode(signature)
    need(name == origin and value[:4] == digest(key)[:4], "whose the checkpoint's first line is")
    need(verifies(key, (said + "\n").encode(), undo_der(value[4:])), "the checkpoint's first line")


def undo_der(data: bytes) -> bytes:
    need(data[0] == 0x30 and data[2] == 2, "a signature in DER")
    r = data[4:4 + data[3]]
    s = data[6 + data[3]:]
    return int.from_bytes(r, "big").to_bytes(32, "big") + int.from_bytes(s, "big").to_bytes(32, "big")


def check_entry(index: int, leaf: bytes, body: bytes, state: int, genesis: bytes, hand_overs: list) -> None:
    if state == LEAF_LOST:
        need(index > 0 and len(leaf) == 32 and not body, f"entry {index}: a hash in the place of the leaf")
        need(all(leaf_hash(other) == leaf for other, _ in hand_overs if uncbor(other)[6][2] == index),
             f"entry {index}: hand-over")
        return
    profile = uncbor(leaf)[1]
    here = [other for other, _ in hand_overs if uncbor(other)[6][2] == index]
    need((index == 0) == (leaf == genesis) and (profile == "sealpost.genesis") == (index == 0), f"entry {index}: genesis")
    need((profile == "sealpost.handover") == (here == [leaf]), f"entry {index}: hand-over")
    need(state in (WHOLE, ERASED, LOST, LEFT_OUT) and (state == WHOLE or not body), f"entry {index}: state")
    if index == 0 or here:
        need(state == WHOLE and not body, f"entry {index}: has no body")
    elif state == WHOLE:
        need(commitment(uncbor(body)) == uncbor(leaf)[4], f"entry {index}: the body is not the leaf's")


# --- the examples

def der(signature: bytes) -> bytes:
    out = b""
    for part in (signature[:32], signature[32:]):
        number = int.from_bytes(part, "big")
        data = number.to_bytes(number.bit_length() // 8 + 1, "big")
        out += b"\x02" + bytes([len(data)]) + data
    return b"\x30" + bytes([len(out)]) + out


def examples() -> dict:
    origin, first_key, second_key = "vector-port/00000001", Key("range first"), Key("range second")
    clock = {1: 1790000000123, 2: 1, 3: 4, 4: 12, 5: b"\xb0" * 16, 6: 3000000}
    genesis = cbor({0: 1, 1: "sealpost.genesis", 2: 1, 3: 0, 5: {
        1: origin, 2: 1, 3: [[1, first_key.spki, "vectors"]], 4: "vectors", 5: clock, 6: b"\x11" * 32, 7: None}})

    def record(number: int) -> tuple:
        body = [[digest(b"salt", bytes([number, place])), content] for place, content in enumerate((
            cbor({1: "crane-7", 2: f"key-{number}", 3: "/v1/records"}), cbor(clock),
            cbor({1: "application/json", 2: b'{"kg":%d}' % (20000 + number)}), cbor([])))]
        return cbor({0: 1, 1: "port.weigh.v1", 2: 1, 3: 1, 4: commitment(body)}), cbor(body)

    said = {1: 1, 2: 4, 3: leaf_hash(genesis), 4: digest(first_key.spki), 5: [1, second_key.spki, "vectors"], 6: 1, 7: clock,
            8: []}
    signed = cbor(["sealpost-handover", 1, said])
    hand_over = cbor({0: 1, 1: "sealpost.handover", 2: 1, 3: 0, 6: said | {9: first_key.sign(signed), 10: second_key.sign(signed)}})

    entries = [(genesis, b"", WHOLE)] + [(*record(number), WHOLE) for number in (1, 2)]
    entries += [(record(3)[0], b"", ERASED), (hand_over, b"", WHOLE), (record(5)[0], b"", LEFT_OUT), (record(6)[0], b"", LOST)]
    hashes = [leaf_hash(leaf) for leaf, _, _ in entries]
    size, root = len(hashes), root_of(hashes)
    protected = cbor({1: -7, 4: digest(second_key.spki), 15: {1: origin, 6: clock[1] // 1000, -65537: {
        1: 1, 2: "seal", 3: 1, 4: leaf_hash(genesis), 5: size, 6: clock}}, 395: 1})
    seal = cbor(Tagged(18, [protected, {}, None, second_key.sign(to_be_signed(protected, root))]))
    text = f"{origin}\n{size}\n{base64.b64encode(root).decode()}\n"
    line = base64.b64encode(digest(second_key.spki)[:4] + der(second_key.sign(text.encode()))).decode()
    checkpoint = f"{text}\n\u2014 {origin} {line}\n"

    def file(begin: int, end: int, lost: tuple = ()) -> bytes:
        def flank(start: int, stop: int) -> list:
            return [root_of(hashes[place:place + count]) for place, count in places(start, stop)]

        top = cbor(["sealpost-range", 1, origin, begin, end, size, root, seal, True, checkpoint, genesis,
                    [[hand_over, path_of(hashes, 4)]], flank(0, begin), flank(end, size),
                    [["local", {1: b"\x22" * 32}, None]]])
        data, number = chunk(HEAD, 0, top), 1
        # In two chunks, as a file has them that was gone on with.
        for start, stop in ((begin, begin + 1), (begin + 1, end)):
            held = struct.pack("<QII", start, stop - start, 0)
            for index, (leaf, body, state) in enumerate(entries[start:stop], start):
                if index in lost:
                    leaf, body, state = hashes[index], b"", LEAF_LOST
                held += struct.pack("<III", len(leaf), len(body), state) + leaf + body
            data += chunk(ENTRIES, number, held)
            number += 1
        return data + chunk(END, number, digest(data))

    return {"first.txt": file(0, 3), "second.txt": file(3, 7),
            # The hand-over's leaf is one of those that were lost.
            "lost.txt": file(3, 7, (4, 6))}


def write(name: str, data: bytes) -> None:
    with open(HERE / name, "w", encoding="ascii") as out:
        for offset in range(0, len(data), 32):
            row = data[offset:offset + 32]
            if any(row) or offset + 32 >= len(data):
                out.write("%04x %s\n" % (offset, row.hex()))


def main() -> int:
    if len(sys.argv) == 3 and sys.argv[1] == "--check":
        try:
            print(check(pathlib.Path(sys.argv[2]).read_bytes()))
            return 0
        except (Wrong, KeyError, IndexError, TypeError, ValueError, AttributeError, OverflowError, struct.error) as wrong:
            print(f"does not hold: {wrong}")
            return 1
    if len(sys.argv) != 1:
        print(__doc__, file=sys.stderr)
        return 2
    for name, data in examples().items():
        print(f"{name}: {check(data)}")
        write(name, data)
    return 0


if __name__ == "__main__":
    sys.exit(main())
