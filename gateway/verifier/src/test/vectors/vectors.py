"""What each JSON file holds. Byte strings are lower-case hex throughout."""

import base64
import functools
import hashlib

from cryptography.hazmat.primitives.asymmetric import ec

import certificates
import faults
import handovers
import succession
from primitives import (
    LABELS,
    Raw,
    Tag,
    cbor,
    checkpoint,
    checkpoint_text,
    consistency_path,
    ed25519_key_id,
    pem,
    slot_digest,
    tile_files,
    to_be_signed,
    verifier_keys,
)
from scenario import CHAIN_KEY, CHECKPOINT_KEY, EVM_CHAIN, LOCAL_LEDGER, ORIGIN, OTHER_SEAL_KEY, SEAL_KEY, Log, box_log, genesis, renewed_log

LOG = box_log()
CERTIFICATE_TRUST = ("ca", "ca-for-any-origin", "ca-that-is-the-issuer")


def all_files() -> dict[str, dict]:
    return {
        "keys.json": keys(),
        "cbor.json": cbor_items(),
        "leaves.json": leaves(),
        "trees.json": trees(),
        "receipts.json": receipts(),
        "checkpoints.json": checkpoints(),
        "evidence.json": evidence(),
        "evidence-negative.json": evidence_negative(),
        "trust.json": trust_files(),
        "handovers.json": handovers.hand_over_file(),
        "succession.json": succession.succession_file(),
    }


def p256_private(secret: int):
    return ec.derive_private_key(secret, ec.SECP256R1())


def keys() -> dict:
    def entry(key, use, role=None):
        secret = key.secret.to_bytes(32) if isinstance(key.secret, int) else key.secret
        return {
            "name": key.name,
            "use": use,
            "role": role,
            "secret": secret.hex(),
            "spki": key.spki.hex(),
            "pem": pem(key.spki),
            "thumbprint": key.thumbprint.hex(),
        }

    return {
        "about": "Test keys. Everybody knows their secrets: never trust them, never use them outside tests.",
        "keys": [
            entry(SEAL_KEY, "P-256, the box's sealing key", 1),
            entry(OTHER_SEAL_KEY, "P-256, another box's sealing key", 1),
            entry(CHAIN_KEY, "secp256k1, account on a chain", 3),
            entry(CHECKPOINT_KEY, "Ed25519, second line of checkpoints", 5),
        ],
    }


def cbor_items() -> dict:
    accepted = [0, 23, 24, 255, 256, 65535, 65536, (1 << 32) - 1, 1 << 32, (1 << 63) - 1, 1 << 63, (1 << 64) - 1]
    accepted += [-1, -24, -25, -256, -257, -65537, -(1 << 63), -(1 << 64), b"", b"\x00" * 23, b"\x00" * 24, b"\x00" * 256]
    accepted += ["", "a", "ü", "水", "\U00010151", "\x00", [], [1, [2, [3]]], {}, {0: 1, 23: 2, 24: 3, -1: 4, "a": 5, "b": 6, "aa": 7}]
    accepted += [{10: 0, 100: 0, -1: 0, "z": 0, "aa": 0, b"\x01": 0}, None, True, False, Tag(18, [b"", {}, None, b""]), nested(16)]
    refused = {
        "nothing": "",
        "integer 23 in two bytes": "1817",
        "integer 255 in three bytes": "1900ff",
        "integer 65535 in five bytes": "1a0000ffff",
        "integer 4294967295 in nine bytes": "1b00000000ffffffff",
        "negative integer -24 in two bytes": "3817",
        "negative integer -256 in three bytes": "3900ff",
        "byte string with long length": "580100",
        "text with long length": "7801" + "61",
        "array with long length": "980101",
        "map with long length": "b8010101",
        "tag 18 in two bytes needs no more": "d90012" + "80",
        "reserved additional information 28": "1c",
        "reserved additional information 30": "5e",
        "byte string of indefinite length": "5f4101ff",
        "text of indefinite length": "7f6161ff",
        "array of indefinite length": "9f01ff",
        "map of indefinite length": "bf0101ff",
        "break alone": "ff",
        "half float": "f93c00",
        "single float": "fa3f800000",
        "double": "fb3ff0000000000000",
        "not a number": "f97e00",
        "undefined": "f7",
        "simple value 19": "f3",
        "simple value 24 in two bytes": "f818",
        "simple value 32": "f820",
        "false in two bytes": "f814",
        "tag 0": "c0" + "00",
        "tag 2": "c24101",
        "tag 24": "d8184100",
        "tag 55799": "d9d9f700",
        "tag without item": "d2",
        "duplicate key": "a201000101",
        "keys out of order": "a202000100",
        "keys by length instead of bytes": "a2" + "20" + "00" + "1864" + "00",
        "map without its last value": "a101",
        "array cut": "8201",
        "byte string cut": "4201",
        "text cut": "6261",
        "integer cut": "19ff",
        "length beyond the end": "5b7fffffffffffffff00",
        "length beyond 63 bit": "5bffffffffffffffff00",
        "array of 2^63 items": "9b8000000000000000",
        "map of 2^63 entries": "bb8000000000000000",
        "trailing byte": "0000",
        "text with a lone continuation byte": "6180",
        "text with an overlong encoding": "62c0af",
        "text with a surrogate": "63eda080",
        "text above U+10FFFF": "64f4908080",
        "text with a cut sequence": "62e6b0",
        "nested 17 deep": cbor(nested(17)).hex(),
        "nested 1001 deep": "81" * 1000 + "80",
    }
    return {
        "about": "§1: each accepted item is read and encoded to the same bytes; each refused one is refused. Depth counts arrays, maps and tags.",
        "accepted": [cbor(item).hex() for item in accepted],
        "refused": [{"why": why, "item": item} for why, item in refused.items()],
    }


def nested(depth: int) -> list:
    item = []
    for _ in range(depth - 1):
        item = [item]
    return item


def leaves() -> dict:
    """The forty leaves, with every value on the way from the record to the leaf hash."""
    listed = []
    for index, leaf in enumerate(LOG.leaves):
        entry = {"index": index, "leaf": leaf.hex(), "leafHash": LOG.hashes[index].hex()}
        if index:
            body = LOG.entries[index - 1]
            entry["commitment"] = body.commitment.hex()
            entry["digestsEncoded"] = cbor(body.digests).hex()
            entry["body"] = cbor(body.slots).hex()
            entry["slots"] = [
                {"label": label, "salt": slot[0].hex(), "bytes": slot[1].hex(), "digest": digest.hex()}
                for label, slot, digest in zip(LABELS, body.slots, body.digests)
            ]
        listed.append(entry)
    successor = genesis(origin="demo-port/0badcafe", random=hashlib.sha256(b"random of the successor").digest(), previous=[ORIGIN, LOG.genesis_hash])
    after = Log(successor)
    return {
        "about": "§2, §3: one log from its genesis on. Entry 0 has no body.",
        "origin": ORIGIN,
        "genesisHash": LOG.genesis_hash.hex(),
        "leaves": listed,
        "genesisThatGoesOn": {"origin": after.origin, "leaf": after.genesis.hex(), "leafHash": after.genesis_hash.hex()},
        "slotDigests": [
            {"label": label, "salt": salt.hex(), "bytes": content.hex(), "digest": slot_digest(label, salt, content).hex()}
            for label, salt, content in [
                ("source", bytes(32), b""),
                ("clock", b"\xff" * 32, b"\xa0"),
                ("content", bytes(range(32)), b"x" * 1000),
                ("references", bytes(32), b"\x80"),
            ]
        ],
    }


def trees() -> dict:
    """All roots, proofs at the edges in full, and a digest over all proofs in order."""
    sizes = range(2, 41)
    inclusions = {(size, index): LOG.path(index, size) for size in sizes for index in range(size)}
    consistencies = {(old, size): consistency_path(old, LOG.hashes[:size]) for size in sizes for old in range(1, size + 1)}

    def shown_indexes(size):
        return sorted({0, 1, size // 2, size - 2, size - 1})

    def shown_old_sizes(size):
        return sorted({1, size // 2, 1 << (size - 1).bit_length() - 1, size - 1, size})

    def digest_of_all(proofs):
        return hashlib.sha256(b"".join(hash_ for path in proofs.values() for hash_ in path)).hexdigest()

    return {
        "about": "RFC 9162 §2.1 over the leaf hashes, SHA-256. roots[i] is the root of the first i + 1 leaves.",
        "leafHashes": [leaf.hex() for leaf in LOG.hashes],
        "roots": [LOG.root(size).hex() for size in range(1, 41)],
        "inclusion": [
            {"size": size, "index": index, "path": [h.hex() for h in inclusions[size, index]]}
            for size in sizes
            for index in shown_indexes(size)
        ],
        "consistency": [
            {"oldSize": old, "size": size, "path": [h.hex() for h in consistencies[old, size]]}
            for size in sizes
            for old in shown_old_sizes(size)
        ],
        "digestOfAllInclusionPaths": digest_of_all(inclusions),
        "digestOfAllConsistencyPaths": digest_of_all(consistencies),
        "aboutTheDigests": "SHA-256 over all hashes of all paths: for size 2 to 40, for index 0 to size - 1 (old size 1 to size), the path in order.",
    }


def receipts() -> dict:
    def case(name, index, size, accepted=True, **other):
        receipt = LOG.receipt(index, size, **other)
        protected = receipt.item[0]
        return {
            "name": name,
            "accepted": accepted,
            "index": index,
            "size": size,
            "leaf": LOG.leaves[index].hex(),
            "leafHash": LOG.hashes[index].hex(),
            "root": LOG.root(size).hex(),
            "protected": protected.hex(),
            "toBeSigned": to_be_signed(protected, LOG.root(size)).hex(),
            "signature": receipt.item[3].hex(),
            "seal": cbor(Tag(18, [protected, {}, None, receipt.item[3]])).hex(),
            "receipt": cbor(receipt).hex(),
        }

    signature = LOG.receipt(5, 7).item[3]
    return {
        "about": "§4: seals and the receipts made of them. Any RFC 9942 verifier accepts or refuses these as said, given the key and the leaf (hash).",
        "aboutReplayed": "replayed-at-size-8: RFC 9942 alone accepts it, since it does not sign the size; a reader of our protected header refuses it.",
        "key": SEAL_KEY.spki.hex(),
        "receipts": [
            case("index-0-of-2", 0, 2),
            case("index-1-of-2", 1, 2),
            case("index-5-of-7", 5, 7),
            case("index-6-of-7", 6, 7),
            case("index-12-of-13", 12, 13),
            case("index-31-of-32", 31, 32),
            case("index-17-of-40", 17, 40),
            case("path-altered", 5, 7, False, path=[bytes(32)] + LOG.path(5, 7)[1:]),
            case("path-too-short", 5, 7, False, path=LOG.path(5, 7)[:-1]),
            case("signature-altered", 5, 7, False, signature=signature[:-1] + bytes([signature[-1] ^ 1])),
            case("signed-by-another-key", 5, 7, False, key=OTHER_SEAL_KEY),
            case("index-of-the-neighbour", 5, 7, False, proof_index=4),
            case("replayed-at-size-8", 5, 7, proof_size=8),
        ],
    }


def checkpoints() -> dict:
    def case(name, size, accepted=True, alter=lambda note: note):
        text = checkpoint_text(ORIGIN, size, LOG.root(size))
        return {
            "name": name,
            "accepted": accepted,
            "size": size,
            "root": LOG.root(size).hex(),
            "signedText": text,
            "note": alter(checkpoint(ORIGIN, size, LOG.root(size), SEAL_KEY, CHECKPOINT_KEY)),
        }

    def without_line(number):
        return lambda note: "".join(note.splitlines(True)[: 4 + number] + note.splitlines(True)[5 + number :])

    def other_size(note):
        return note.replace("\n7\n", "\n8\n", 1)

    def other_root(note):
        lines = note.splitlines(True)
        return "".join(lines[:2] + [base64.b64encode(LOG.root(8)).decode() + "\n"] + lines[3:])

    def swapped_signatures(note):
        lines = note.splitlines(True)
        signatures = [base64.b64decode(line.split()[-1]) for line in lines[4:]]
        mixed = [signatures[0][:4] + signatures[1][4:], signatures[1][:4] + signatures[0][4:]]
        return "".join(lines[:4] + [f"\u2014 {ORIGIN} {base64.b64encode(line).decode()}\n" for line in mixed])

    return {
        "about": "§6: notes with both lines. accepted: both lines verify under the verifier keys.",
        "origin": ORIGIN,
        "verifierKeys": verifier_keys(ORIGIN, SEAL_KEY, CHECKPOINT_KEY),
        "keyIds": {"seal": SEAL_KEY.thumbprint[:4].hex(), "ed25519": ed25519_key_id(ORIGIN, CHECKPOINT_KEY.public).hex()},
        "checkpoints": [
            case("size-2", 2),
            case("size-7", 7),
            case("size-40", 40),
            case("size-7-says-8", 7, False, other_size),
            case("size-7-with-another-root", 7, False, other_root),
            case("size-7-without-the-first-line", 7, False, without_line(0)),
            case("size-7-without-the-second-line", 7, False, without_line(1)),
            case("size-7-with-signatures-swapped", 7, False, swapped_signatures),
            case("size-7-without-empty-line", 7, False, lambda note: note.replace("\n\n", "\n", 1)),
            case("size-7-with-leading-zero", 7, False, lambda note: note.replace("\n7\n", "\n07\n", 1)),
        ],
    }


def anchors() -> tuple[list, list]:
    local, evm = ["local", LOCAL_LEDGER, None], ["evm", EVM_CHAIN, None]
    return [local], [local, evm]


@functools.cache
def evidence() -> dict:
    """Files that verify. exits: the exit code with each trust file of trust.json that says something about it."""
    known = {"key": 0, "key-and-chain": 0, "other-key": 3, "other-origin": 3, "genesis-made-anew": 3, "ca": 3, "ca-that-is-the-issuer": 3, "other-ca": 3}
    certified = known | dict.fromkeys(CERTIFICATE_TRUST, 0)
    chain = [certificates.SEALING, certificates.ISSUER]

    def case(name, index, exits=known, log=LOG, **parts):
        whole = log.evidence(index, **parts)
        sizes = parts.get("sizes", (7,))
        return {
            "name": name,
            "exits": exits,
            "origin": log.origin,
            "genesisHash": log.genesis_hash.hex(),
            "index": index,
            "sizes": list(sizes),
            "roots": [log.root(size).hex() for size in sizes],
            "sealTimes": [log.header(size)[15][6] for size in sizes],
            "anchors": [[anchor[0] for anchor in anchors_] for anchors_ in parts.get("anchors", ())],
            "withheld": list(parts.get("withheld", ())),
            "certificates": [certificate.hex() for certificate in parts.get("certificates", ())],
            "file": cbor(whole).hex(),
        }

    renewed = known | {"key": 3, "key-and-chain": 3, "genesis-made-anew": 0}
    return {
        "about": "§8: evidence files that are intact.",
        "files": [
            case("one-head", 5),
            case("two-heads-with-anchors", 5, sizes=(7, 13), anchors=anchors()),
            case("sixteen-heads", 5, sizes=tuple(range(7, 23))),
            case("content-withheld", 5, withheld=("content",)),
            case("source-and-clock-withheld", 9, sizes=(13,), withheld=("source", "clock")),
            case("all-withheld", 5, withheld=LABELS),
            case("genesis", 0, sizes=(2,)),
            case("start-of-the-box", 1, sizes=(2,)),
            case("empty-payload-and-untrusted-clock", 14, sizes=(40,)),
            case("last-of-forty", 39, sizes=(40,)),
            case("with-certificates", 5, certified, certificates=chain),
            case("with-certificates-and-root", 5, certified, certificates=[*chain, certificates.CA]),
            *(case(f"with-{name}", 5, certified | dict.fromkeys(CERTIFICATE_TRUST, 3), certificates=[useless, certificates.ISSUER]) for name, useless in certificates.USELESS.items()),
            case("with-certificates-and-two-roots", 5, certified, certificates=[*chain, certificates.CA, certificates.OTHER_CA]),
            case("with-certificates-and-the-root-before-the-issuer", 5, certified | {"ca": 3, "ca-for-any-origin": 3}, certificates=[chain[0], certificates.CA, chain[1]]),
            case("certificates-without-their-issuer", 5, certified | {"ca": 3, "ca-for-any-origin": 3}, certificates=chain[:1]),
            case("certificates-that-are-none", 5, certified | dict.fromkeys(CERTIFICATE_TRUST, 3), certificates=[b"", b"\x30\x00"]),
            case("origin-of-the-same-name-made-anew", 5, renewed, log=renewed_log()),
        ],
    }


@functools.cache
def evidence_negative() -> dict:
    unreadable = [{"name": name, "exits": {"key": 2}, "part": "file", "file": encoded.hex()} for name, encoded in faults.unreadable()]
    invalid = [
        {"name": name, "exits": {"key": 1}, "part": part} | ({"head": head} if head else {}) | {"file": encoded.hex()}
        for name, part, head, encoded in faults.not_valid()
    ]
    return {
        "about": "§8: files with one fault each; part (and head, counted from 1) is what the verdict names.",
        "files": unreadable + invalid,
    }


def trust_text(*lines: str) -> str:
    return "\n".join(["sealpost-trust 1", *lines, ""])


@functools.cache
def trust_files() -> dict:
    def key(seal_key):
        return "key seal " + base64.b64encode(seal_key.spki).decode()

    def ca(certificate):
        return "ca " + base64.b64encode(certificate).decode()

    origin, genesis_line = f"origin {ORIGIN}", f"genesis {LOG.genesis_hash.hex()}"
    chain = f"chain evm {EVM_CHAIN[1]} genesis {EVM_CHAIN[2].hex()} contract {EVM_CHAIN[3].hex()} code {EVM_CHAIN[4].hex()}"
    good = trust_text(origin, genesis_line, key(SEAL_KEY))
    usable = {
        "key": good,
        "key-and-chain": trust_text("# the demo box", "", origin, genesis_line, key(OTHER_SEAL_KEY), key(SEAL_KEY), chain),
        "other-key": trust_text(origin, genesis_line, key(OTHER_SEAL_KEY)),
        "other-origin": trust_text("origin demo-port/00000000", genesis_line, key(SEAL_KEY)),
        "genesis-made-anew": trust_text(origin, f"genesis {renewed_log().genesis_hash.hex()}", key(SEAL_KEY)),
        "ca": trust_text(origin, genesis_line, ca(certificates.CA)),
        "ca-for-any-origin": trust_text(ca(certificates.CA)),
        "ca-that-is-the-issuer": trust_text(origin, genesis_line, ca(certificates.ISSUER)),
        "other-ca": trust_text(ca(certificates.OTHER_CA)),
    }
    unusable = {
        "empty": "",
        "first-line-missing": trust_text(origin, genesis_line, key(SEAL_KEY)).split("\n", 1)[1],
        "version-2": good.replace("trust 1", "trust 2"),
        "unknown-line": good + "colour blue\n",
        "unknown-role": good.replace("key seal", "key update"),
        "neither-key-nor-ca": trust_text(origin, genesis_line),
        "key-without-origin": trust_text(genesis_line, key(SEAL_KEY)),
        "key-without-genesis": trust_text(origin, key(SEAL_KEY)),
        "origin-twice": good + origin + "\n",
        "genesis-twice": good + genesis_line + "\n",
        "origin-that-is-none": good.replace(ORIGIN, "Demo Port"),
        "genesis-of-63-digits": good.replace(genesis_line, genesis_line[:-1]),
        "genesis-in-capitals": good.replace(genesis_line, "genesis " + LOG.genesis_hash.hex().upper()),
        "key-that-is-no-base64": good.replace("key seal ", "key seal *"),
        "key-without-padding": good.rstrip("=\n") + "\n",
        "key-on-another-curve": trust_text(origin, genesis_line, key(CHAIN_KEY)),
        "certificate-that-does-not-parse": trust_text("ca MAA="),
        "chain-of-unknown-kind": good + chain.replace("evm", "moon") + "\n",
        "chain-without-code": good + chain.rsplit(" code", 1)[0] + "\n",
        "two-spaces": good.replace("key seal", "key  seal"),
        "space-at-the-end": good.replace(genesis_line, genesis_line + " "),
        "line-ends-of-another-system": good.replace("\n", "\r\n"),
        "no-line-end": good[:-1],
    }
    return {
        "about": "§9: trust files. The unusable ones give exit 2 whatever the evidence.",
        "files": [{"name": name, "text": text} for name, text in usable.items()],
        "unusable": [{"name": name, "text": text} for name, text in unusable.items()] + [{"name": "invalid-utf-8", "bytes": (good.encode() + b"# \xc3\x28\n").hex()}],
    }


def trust_bytes(case: dict) -> bytes:
    return case["text"].encode() if "text" in case else bytes.fromhex(case["bytes"])
