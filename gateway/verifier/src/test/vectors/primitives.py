"""What make-vectors.py is built from: deterministic CBOR, RFC 9162 trees, keys and signatures, leaves, seals and notes.

Written from docs/formats.md alone and shares no code with the Java sources, nor with verify-evidence.py: where they
disagree, one of the three has misread the document.
"""

import base64
import hashlib
import struct
from dataclasses import dataclass

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, utils

P256_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


def sha256(*parts: bytes) -> bytes:
    return hashlib.sha256(b"".join(parts)).digest()


# --- CBOR (formats.md §1) -------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Tag:
    number: int
    item: object


@dataclass(frozen=True)
class Raw:
    """Bytes that stand where an item should: how the faulty encodings are made."""

    encoded: bytes


def cbor_head(major: int, value: int) -> bytes:
    if value < 24:
        return bytes([major << 5 | value])
    for info, size in ((24, 1), (25, 2), (26, 4), (27, 8)):
        if value < 1 << (8 * size):
            return bytes([major << 5 | info]) + value.to_bytes(size, "big")
    raise ValueError(f"{value} does not fit 64 bit")


def cbor(item) -> bytes:
    """The one deterministic encoding of an item."""
    match item:
        case Raw():
            return item.encoded
        case None:
            return b"\xf6"
        case bool():
            return b"\xf5" if item else b"\xf4"
        case int():
            return cbor_head(0, item) if item >= 0 else cbor_head(1, -1 - item)
        case bytes():
            return cbor_head(2, len(item)) + item
        case str():
            encoded = item.encode()
            return cbor_head(3, len(encoded)) + encoded
        case list():
            return cbor_head(4, len(item)) + b"".join(map(cbor, item))
        case dict():
            entries = sorted((cbor(key), cbor(value)) for key, value in item.items())
            return cbor_head(5, len(entries)) + b"".join(key + value for key, value in entries)
        case Tag():
            return cbor_head(6, item.number) + cbor(item.item)
    raise TypeError(type(item))


# --- Tree (RFC 9162 §2.1), as the RFC's own recursive definitions ---------------------------------------------------


def leaf_hash(leaf: bytes) -> bytes:
    return sha256(b"\x00", leaf)


def split(size: int) -> int:
    """The largest power of two smaller than size."""
    return 1 << (size - 1).bit_length() - 1


def root(leaf_hashes: list[bytes]) -> bytes:
    if len(leaf_hashes) == 1:
        return leaf_hashes[0]
    k = split(len(leaf_hashes))
    return sha256(b"\x01", root(leaf_hashes[:k]), root(leaf_hashes[k:]))


def inclusion_path(index: int, leaf_hashes: list[bytes]) -> list[bytes]:
    """PATH of §2.1.3.1."""
    if len(leaf_hashes) == 1:
        return []
    k = split(len(leaf_hashes))
    if index < k:
        return inclusion_path(index, leaf_hashes[:k]) + [root(leaf_hashes[k:])]
    return inclusion_path(index - k, leaf_hashes[k:]) + [root(leaf_hashes[:k])]


def consistency_path(old_size: int, leaf_hashes: list[bytes]) -> list[bytes]:
    """PROOF of §2.1.4.1, 0 < old_size <= size."""

    def subproof(m: int, part: list[bytes], known: bool) -> list[bytes]:
        if m == len(part):
            return [] if known else [root(part)]
        k = split(len(part))
        if m <= k:
            return subproof(m, part[:k], known) + [root(part[k:])]
        return subproof(m - k, part[k:], False) + [root(part[:k])]

    return subproof(old_size, leaf_hashes, True)


# --- Keys and signatures --------------------------------------------------------------------------------------------


def spki(public_key) -> bytes:
    return public_key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)


class EcKey:
    """A test key that everybody knows: its secret is the hash of its name."""

    def __init__(self, name: str, curve=ec.SECP256R1()):
        self.name = name
        self.secret = int.from_bytes(sha256(b"sealpost test key, not for use: " + name.encode())) % (P256_ORDER - 1) + 1
        self.private = ec.derive_private_key(self.secret, curve)
        self.spki = spki(self.private.public_key())
        self.thumbprint = sha256(self.spki)

    def sign(self, message: bytes) -> bytes:
        """r‖s with low s; deterministic (RFC 6979), so that the vectors can be made again."""
        der = self.private.sign(message, ec.ECDSA(hashes.SHA256(), deterministic_signing=True))
        r, s = utils.decode_dss_signature(der)
        return raw_signature(r, min(s, P256_ORDER - s))


class Ed25519Key:
    """As EcKey, for the second line of a checkpoint."""

    def __init__(self, name: str):
        self.name = name
        self.secret = sha256(b"sealpost test key, not for use: " + name.encode())
        self.private = ed25519.Ed25519PrivateKey.from_private_bytes(self.secret)
        self.spki = spki(self.private.public_key())
        self.thumbprint = sha256(self.spki)
        self.public = self.private.public_key().public_bytes_raw()


def raw_signature(r: int, s: int) -> bytes:
    return r.to_bytes(32, "big") + s.to_bytes(32, "big")


def scalars(signature: bytes) -> tuple[int, int]:
    return int.from_bytes(signature[:32]), int.from_bytes(signature[32:])


def pem(der: bytes, label: str = "PUBLIC KEY") -> str:
    text = base64.b64encode(der).decode()
    lines = [text[i : i + 64] for i in range(0, len(text), 64)]
    return "\n".join([f"-----BEGIN {label}-----", *lines, f"-----END {label}-----", ""])


# --- Leaves, bodies, commitment (§2, §3) ----------------------------------------------------------------------------

LABELS = ("source", "clock", "content", "references")


def slot_digest(label: str, salt: bytes, content: bytes) -> bytes:
    return sha256(b"sealpost-slot-v1", bytes([len(label)]), label.encode(), salt, content)


def commitment(digests: list[bytes]) -> bytes:
    return sha256(b"sealpost-body-v1", cbor(digests))


def header_leaf(profile: str, version: int, source_kind: int, body_commitment: bytes) -> bytes:
    return cbor({0: 1, 1: profile, 2: version, 3: source_kind, 4: body_commitment})


def genesis_leaf(genesis: dict) -> bytes:
    return cbor({0: 1, 1: "sealpost.genesis", 2: 1, 3: 0, 5: genesis})


def hand_over_leaf(hand_over: dict) -> bytes:
    return cbor({0: 1, 1: "sealpost.handover", 2: 1, 3: 0, 6: hand_over})


def hand_over_to_be_signed(hand_over: dict) -> bytes:
    return cbor(["sealpost-handover", 1, {key: value for key, value in hand_over.items() if key not in (9, 10)}])


def clock(wall_millis: int, state=1, source=4, max_error=12, boot=b"\xb0" * 16, monotonic_micros=0) -> dict:
    return {1: wall_millis, 2: state, 3: source, 4: max_error, 5: boot, 6: monotonic_micros}


# --- Seal and receipt (§4) ------------------------------------------------------------------------------------------


def seal_header(origin: str, genesis_hash: bytes, size: int, reading: dict, kid: bytes) -> dict:
    claims = {1: 1, 2: "seal", 3: 1, 4: genesis_hash, 5: size, 6: reading}
    return {1: -7, 4: kid, 15: {1: origin, 6: reading[1] // 1000, -65537: claims}, 395: 1}


def to_be_signed(protected: bytes, payload: bytes) -> bytes:
    return cbor(["Signature1", protected, b"", payload])


def inclusion(size: int, index: int, path: list[bytes]) -> dict:
    return {396: {-1: [cbor([size, index, path])]}}


def sign1(protected: bytes, unprotected: dict, signature: bytes) -> Tag:
    return Tag(18, [protected, unprotected, None, signature])


# --- Checkpoint (§6) ------------------------------------------------------------------------------------------------


def checkpoint_text(origin: str, size: int, root_hash: bytes) -> str:
    return f"{origin}\n{size}\n{base64.b64encode(root_hash).decode()}\n"


def ed25519_key_id(origin: str, public: bytes) -> bytes:
    return sha256(origin.encode(), b"\n\x01", public)[:4]


def signature_line(origin: str, key_id: bytes, signature: bytes) -> str:
    return f"\u2014 {origin} {base64.b64encode(key_id + signature).decode()}\n"


def checkpoint(origin: str, size: int, root_hash: bytes, seal_key: EcKey, tool_key: Ed25519Key) -> str:
    text = checkpoint_text(origin, size, root_hash)
    der = utils.encode_dss_signature(*scalars(seal_key.sign(text.encode())))
    return (
        text
        + "\n"
        + signature_line(origin, seal_key.thumbprint[:4], der)
        + signature_line(origin, ed25519_key_id(origin, tool_key.public), tool_key.private.sign(text.encode()))
    )


def verifier_keys(origin: str, seal_key: EcKey, tool_key: Ed25519Key) -> str:
    def line(key_id: bytes, typed_key: bytes) -> str:
        return f"{origin}+{key_id.hex()}+{base64.b64encode(typed_key).decode()}\n"

    return line(seal_key.thumbprint[:4], b"\x02" + seal_key.spki) + line(
        ed25519_key_id(origin, tool_key.public), b"\x01" + tool_key.public
    )


# --- Tiles (§5) -----------------------------------------------------------------------------------------------------


def tile_files(leaves: list[bytes]) -> dict[str, bytes]:
    """Every hash tile and entry bundle of a log of this size, by path below the log's address."""

    def path(kind: str, number: int, width: int) -> str:
        digits = f"{number:03d}" if number < 1000 else f"x{number // 1000:03d}/{number % 1000:03d}"
        return f"tile/{kind}/{digits}" + ("" if width == 256 else f".p/{width}")

    files = {}
    for start in range(0, len(leaves), 256):
        part = leaves[start : start + 256]
        files[path("entries", start // 256, len(part))] = b"".join(struct.pack(">H", len(e)) + e for e in part)
    level, row = 0, [leaf_hash(leaf) for leaf in leaves]
    while row:
        for start in range(0, len(row), 256):
            part = row[start : start + 256]
            files[path(str(level), start // 256, len(part))] = b"".join(part)
        row = [root(row[i : i + 256]) for i in range(0, len(row) - 255, 256)]
        level += 1
    return files
