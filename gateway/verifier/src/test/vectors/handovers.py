"""An origin whose sealing key was handed over, and evidence files about it, intact and with one fault each (formats.md §2.3, §8)."""

import base64

import certificates
from primitives import (
    P256_ORDER,
    EcKey,
    cbor,
    clock,
    hand_over_leaf,
    hand_over_to_be_signed,
    inclusion_path,
    leaf_hash,
    raw_signature,
    scalars,
    sha256,
)
from scenario import CHAIN_KEY, ORIGIN, OTHER_SEAL_KEY, SEAL_KEY, START_MILLIS, Log, record, start_entry

TOKEN = "sealpost-test 0011223344556677"
KEYS = [SEAL_KEY, EcKey("seal after one hand-over"), EcKey("seal after two hand-overs")]
FIRST, SECOND, SIZE = 9, 20, 30
HEADS, CERTIFICATES, HAND_OVERS = 5, 6, 7


class HandedOver:
    """An entry that is a hand-over: it has no body."""

    slots = digests = None

    def __init__(self, number, index, genesis_hash, old, new, reason=1, chain=(), **faults):
        said = {1: number, 2: index, 3: genesis_hash, 4: old.thumbprint, 5: [1, new.spki, TOKEN], 6: reason}
        said |= {7: clock(START_MILLIS + 1000 * index, monotonic_micros=1_000_000 * index), 8: list(chain)}
        said |= {int(key.removeprefix("key")): value for key, value in faults.items() if key.startswith("key")}
        message = hand_over_to_be_signed(said)
        self.map = said | {9: None if reason == 3 else old.sign(message), 10: new.sign(message)}
        self.map |= faults.get("signatures", {})
        self.leaf = faults.get("leaf") or hand_over_leaf(self.map)


class RotatedLog(Log):
    """A log of thirty entries with hand-overs at FIRST and SECOND, sealed by the key in force at each size."""

    def __init__(self, first=None, second=None, breaks=False):
        super().__init__()
        whole = [start_entry()] + [record(index) for index in range(2, SIZE)]
        faults = (first or {}, second or {})
        for number, index in enumerate((FIRST, SECOND), 1):
            plain = {"number": number, "index": index, "genesis_hash": self.genesis_hash, "old": KEYS[number - 1], "new": KEYS[number]}
            if breaks and number == 2:
                plain |= {"reason": 3, "chain": BREAK_CHAIN}
            whole[index - 1] = HandedOver(**plain | faults[number - 1])
        self.entries = whole
        self.leaves = [self.genesis] + [entry.leaf for entry in whole]
        self.hashes = [leaf_hash(leaf) for leaf in self.leaves]

    def covered(self, size: int) -> list[int]:
        return [index for index in (FIRST, SECOND) if index < size]

    def key(self, size: int) -> EcKey:
        return KEYS[len(self.covered(size))]

    def receipt(self, index, size, **faults):
        self.seal_key = self.key(size)
        return super().receipt(index, size, **faults)

    def slots(self, index, withheld=()):
        return None if index in (FIRST, SECOND) else super().slots(index, withheld)

    def paths(self, size: int) -> list:
        return [inclusion_path(index, self.hashes[:size]) for index in self.covered(size)]

    def evidence(self, index, sizes=(SIZE,), anchors=(), withheld=(), certificates=()):
        whole = super().evidence(index, sizes, anchors, withheld, certificates)
        if not self.covered(sizes[-1]):
            return whole
        for head, size in zip(whole[HEADS], sizes):
            head.append(self.paths(size))
        return [whole[0], 2, *whole[2:], [self.leaves[covered] for covered in self.covered(sizes[-1])]]


BREAK_CHAIN = [certificates.sealing(key=KEYS[2]), certificates.ISSUER]
ROTATED = RotatedLog()
BROKEN = RotatedLog(breaks=True)


def trust_files() -> dict[str, str]:
    def text(*lines):
        return "\n".join(["sealpost-trust 1", *lines, ""])

    def key(number):
        return "key seal " + base64.b64encode(KEYS[number].spki).decode()

    def ca(certificate):
        return "ca " + base64.b64encode(certificate).decode()

    this = f"origin {ORIGIN}", f"genesis {ROTATED.genesis_hash.hex()}"
    return {
        "first-key": text(*this, key(0)),
        "second-key": text(*this, key(1)),
        "third-key": text(*this, key(2)),
        "other-key": text(*this, "key seal " + base64.b64encode(OTHER_SEAL_KEY.spki).decode()),
        "first-key-and-ca": text(*this, key(0), ca(certificates.CA)),
        "ca": text(ca(certificates.CA)),
        "other-ca": text(*this, key(0), ca(certificates.OTHER_CA)),
    }


def intact() -> list[dict]:
    """exits: the exit code with each trust file; `byCertificate` where only a CA gives 0."""
    by_all = {"first-key": 0, "second-key": 0, "third-key": 0, "other-key": 3, "first-key-and-ca": 0, "ca": 3, "other-ca": 0}
    third = by_all
    second = by_all | {"third-key": 3}
    first = second | {"second-key": 3}
    broken = {"first-key": 3, "second-key": 3, "third-key": 0, "other-key": 3, "first-key-and-ca": 0, "ca": 0, "other-ca": 3}

    def case(name, index, exits, log=ROTATED, sizes=(SIZE,), by_certificate=(), **parts):
        whole = log.evidence(index, sizes=sizes, **parts)
        return {
            "name": name,
            "exits": exits,
            "byCertificate": list(by_certificate),
            "version": whole[1],
            "index": index,
            "sizes": list(sizes),
            "keys": [log.key(size).thumbprint.hex() for size in sizes],
            "handOvers": [leaf.hex() for leaf in (whole[HAND_OVERS] if whole[1] == 2 else [])],
            "file": cbor(whole).hex(),
        }

    chain = [certificates.sealing(key=KEYS[2]), certificates.ISSUER]
    return [
        case("before-the-first-hand-over", 5, first, sizes=(FIRST,)),
        case("first-head-that-covers-the-first", 5, second, sizes=(FIRST + 1,)),
        case("last-head-before-the-second", 5, second, sizes=(SECOND,)),
        case("after-two-hand-overs", 5, third),
        case("record-after-two-hand-overs", 25, third),
        case("heads-of-all-three-keys", 5, first, sizes=(FIRST, SECOND, SIZE)),
        case("heads-of-two-keys", 12, second, sizes=(SECOND, SIZE)),
        case("first-hand-over", FIRST, third),
        case("second-hand-over-in-its-first-head", SECOND, third, sizes=(SECOND + 1,)),
        case("genesis-after-two-hand-overs", 0, third),
        case("content-withheld-after-two-hand-overs", 5, third, withheld=("content",)),
        case("third-key-certified", 5, third | {"ca": 0}, certificates=chain, by_certificate=("ca",)),
        case("break", 5, broken, log=BROKEN, by_certificate=("first-key-and-ca", "ca")),
        case("break-and-heads-before-it", 5, broken | {"third-key": 3, "ca": 3}, log=BROKEN, sizes=(FIRST, SIZE), by_certificate=("first-key-and-ca",)),
        case("break-not-covered", 5, second, log=BROKEN, sizes=(SECOND,)),
    ]


def with_first(index=5, sizes=(SIZE,), **faults) -> bytes:
    """A log in which the first hand-over really is like this; all after it is as ever."""
    return cbor(RotatedLog(first=faults).evidence(index, sizes=sizes))


def altered(alter) -> bytes:
    """Good evidence with something outside the signatures replaced."""
    whole = ROTATED.evidence(5)
    alter(whole)
    return cbor(whole)


def high_s(signature: bytes) -> bytes:
    r, s = scalars(signature)
    return raw_signature(r, P256_ORDER - s)


def unreadable() -> list:
    def version_1(whole):
        whole[1] = 1

    def version_3(whole):
        whole[1] = 3

    def no_hand_overs(whole):
        whole[HAND_OVERS] = []

    def hand_over_as_text(whole):
        whole[HAND_OVERS][0] = "leaf"

    def too_many_hand_overs(whole):
        whole[HAND_OVERS] = whole[HAND_OVERS][:1] * 257

    def head_of_two(whole):
        whole[HEADS][0].pop()

    def head_of_four(whole):
        whole[HEADS][0].append([])

    def short_hash(whole):
        whole[HEADS][0][2][0][0] = bytes(31)

    def long_path(whole):
        whole[HEADS][0][2][0] = [bytes(32)] * 65

    def seven_parts(whole):
        whole.pop()

    def nine_parts(whole):
        whole.append([])

    faults = [version_1, version_3, no_hand_overs, hand_over_as_text, too_many_hand_overs, head_of_two, head_of_four, short_hash, long_path, seven_parts, nine_parts]
    return [(fault.__name__.replace("_", "-"), altered(fault)) for fault in faults]


def not_valid() -> list:
    """(name, part, head or None, bytes)"""
    return [*about_the_leaf(), *about_the_chain(), *about_heads_and_paths()]


def about_the_leaf() -> list:
    good = ROTATED.entries[FIRST - 1].map
    without_reason = {key: value for key, value in good.items() if key != 6}
    off_curve = KEYS[1].spki[:-1] + bytes([KEYS[1].spki[-1] ^ 1])
    lost = {"reason": 3, "chain": BREAK_CHAIN}

    def leaf(encoded):
        return with_first(leaf=encoded)

    def whole(**changes):
        return leaf(cbor({0: 1, 1: "sealpost.handover", 2: 1, 3: 0, 6: good} | {int(key[3:]): value for key, value in changes.items()}))

    def with_map(changes):
        return leaf(hand_over_leaf(good | changes))

    cases = [
        ("hand-over-is-an-ordinary-leaf", altered(lambda whole: whole[HAND_OVERS].__setitem__(0, ROTATED.leaves[5]))),
        ("hand-over-is-the-genesis", altered(lambda whole: whole[HAND_OVERS].__setitem__(0, ROTATED.genesis))),
        ("hand-over-empty", altered(lambda whole: whole[HAND_OVERS].__setitem__(0, b""))),
        ("hand-over-with-trailing-byte", leaf(hand_over_leaf(good) + b"\x00")),
        ("hand-over-of-format-version-2", whole(key0=2)),
        ("hand-over-of-profile-version-2", whole(key2=2)),
        ("hand-over-from-http", whole(key3=1)),
        ("hand-over-in-another-profile", whole(key1="sealpost.act")),
        ("hand-over-with-unknown-key", with_map({11: 0})),
        ("hand-over-without-reason", leaf(hand_over_leaf(without_reason))),
        ("hand-over-with-number-0", with_first(key1=0)),
        ("hand-over-with-number-257", with_first(key1=257)),
        ("hand-over-with-number-2", with_first(key1=2)),
        ("hand-over-at-index-0", with_first(key2=0)),
        ("hand-over-at-index-2-to-the-63", with_first(key2=1 << 63)),
        ("hand-over-of-another-genesis", with_first(key3=sha256(b"another genesis"))),
        ("hand-over-with-genesis-hash-of-31-bytes", with_first(key3=bytes(31))),
        ("hand-over-with-thumbprint-of-31-bytes", with_first(key4=SEAL_KEY.thumbprint[:31])),
        ("hand-over-of-another-role", with_first(key5=[2, KEYS[1].spki, TOKEN])),
        ("hand-over-to-a-key-off-the-curve", with_first(key5=[1, off_curve, TOKEN])),
        ("hand-over-to-a-key-on-another-curve", with_first(key5=[1, CHAIN_KEY.spki, TOKEN])),
        ("hand-over-with-token-of-129-characters", with_first(key5=[1, KEYS[1].spki, "t" * 129])),
        ("hand-over-for-reason-0", with_first(key6=0)),
        ("hand-over-for-reason-4", with_first(key6=4)),
        ("hand-over-with-clock-in-state-0", with_first(key7=clock(1, state=0))),
        ("hand-over-with-certificates-though-planned", with_first(chain=BREAK_CHAIN)),
        ("break-without-certificates", with_first(reason=3)),
        ("break-with-nine-certificates", with_first(reason=3, chain=[b"\x30\x00"] * 9)),
        ("break-with-certificate-of-16385-bytes", with_first(reason=3, chain=[bytes(16385)])),
        ("break-with-the-old-keys-signature", with_first(**lost, signatures={9: good[9]})),
        ("hand-over-without-the-old-keys-signature", with_first(signatures={9: None})),
        ("hand-over-with-signature-of-63-bytes", with_first(signatures={9: good[9][:63]})),
    ]
    return [(name, "hand-over", None, encoded) for name, encoded in cases]


def about_the_chain() -> list:
    good = ROTATED.entries[FIRST - 1].map
    message = hand_over_to_be_signed(good)
    other = {"signatures": {9: good[9], 10: good[10]}}

    def swapped(whole):
        whole[HAND_OVERS].reverse()

    def second_alone(whole):
        del whole[HAND_OVERS][0]

    def second_before_first():
        """The numbers and keys follow, the indexes do not."""
        return cbor(RotatedLog(first={"key2": SECOND}, second={"key2": FIRST}).evidence(5))

    cases = [
        ("hand-overs-swapped", altered(swapped)),
        ("second-hand-over-alone", altered(second_alone)),
        ("hand-overs-with-indexes-that-do-not-ascend", second_before_first()),
        ("hand-over-from-a-key-that-was-not-in-force", with_first(old=OTHER_SEAL_KEY)),
        ("hand-over-signed-by-another-old-key", with_first(signatures={9: OTHER_SEAL_KEY.sign(message)})),
        ("hand-over-signed-by-the-new-key-twice", with_first(signatures={9: KEYS[1].sign(message)})),
        ("hand-over-that-the-new-key-did-not-sign", with_first(signatures={10: SEAL_KEY.sign(message)})),
        ("hand-over-with-signatures-swapped", with_first(signatures={9: good[10], 10: good[9]})),
        ("hand-over-with-high-s-of-the-old-key", with_first(signatures={9: high_s(good[9])})),
        ("hand-over-with-high-s-of-the-new-key", with_first(signatures={10: high_s(good[10])})),
        ("hand-over-with-signatures-of-zero", with_first(signatures={9: bytes(64), 10: bytes(64)})),
        ("hand-over-with-reason-altered", with_first(key6=2, **other)),
        ("hand-over-with-clock-altered", with_first(key7=clock(1), **other)),
        ("hand-over-with-token-altered", with_first(key5=[1, KEYS[1].spki, TOKEN + "x"], **other)),
        ("hand-over-with-index-altered", with_first(key2=FIRST + 1, **other)),
        ("second-hand-over-back-to-the-first-key", cbor(RotatedLog(second={"new": SEAL_KEY}).evidence(5, sizes=(SIZE,)))),
        ("hand-over-to-itself", with_first(new=SEAL_KEY)),
    ]
    return [(name, "hand-over", None, encoded) for name, encoded in cases]


def about_heads_and_paths() -> list:
    def one_path(whole):
        whole[HEADS][0][2].pop()

    def three_paths(whole):
        whole[HEADS][0][2].append(whole[HEADS][0][2][0])

    def paths_swapped(whole):
        whole[HEADS][0][2].reverse()

    def path_altered(whole):
        whole[HEADS][0][2][0][0] = sha256(b"other")

    def path_too_short(whole):
        whole[HEADS][0][2][1].pop()

    def path_too_long(whole):
        whole[HEADS][0][2][1].append(sha256(b"one more"))

    def path_empty(whole):
        whole[HEADS][0][2][1].clear()

    def sealed_by(key, size):
        """The head of this size by a key that is not in force there, with the kid of that key."""
        header = ROTATED.header(size)
        header[4] = key.thumbprint
        whole = ROTATED.evidence(5, sizes=(size,))
        whole[HEADS][0][0] = Log.receipt(ROTATED, 5, size, header=header, key=key)
        return cbor(whole)

    def not_in_the_tree():
        """A good hand-over, of a log in which something else stands at its index."""
        forked = RotatedLog()
        forked.entries[FIRST - 1] = record(FIRST)
        forked.leaves[FIRST] = forked.entries[FIRST - 1].leaf
        forked.hashes[FIRST] = leaf_hash(forked.leaves[FIRST])
        whole = forked.evidence(5)
        whole[HAND_OVERS][0] = ROTATED.leaves[FIRST]
        return cbor(whole)

    def elsewhere():
        """Signed for index 10, and in the tree at 9."""
        return with_first(key2=FIRST + 1)

    def not_covered():
        whole = ROTATED.evidence(5, sizes=(SECOND,))
        whole[HAND_OVERS].append(ROTATED.leaves[SECOND])
        return cbor(whole)

    def hand_over_of_another_file():
        """The leaf is a hand-over that the file does not carry."""
        whole = ROTATED.evidence(SECOND)
        whole[HAND_OVERS].pop()
        whole[HEADS][0][2].pop()
        return cbor(whole)

    def version_1_about_a_hand_over():
        return cbor(Log.evidence(ROTATED, FIRST, sizes=(SIZE,)))

    def slots_beside_a_hand_over():
        whole = ROTATED.evidence(FIRST)
        whole[3] = ROTATED.slots(5)
        return cbor(whole)

    def second_head(size, alter):
        whole = ROTATED.evidence(5, sizes=(FIRST, size))
        alter(whole[HEADS][1])
        return cbor(whole)

    heads = [one_path, three_paths, paths_swapped, path_altered, path_too_short, path_too_long, path_empty]
    return [
        *((name.__name__.replace("_", "-"), "hand-over", 1, altered(name)) for name in heads),
        ("hand-over-that-does-not-stand-in-the-tree", "hand-over", 1, not_in_the_tree()),
        ("hand-over-that-stands-elsewhere", "hand-over", 1, elsewhere()),
        ("hand-over-beyond-the-last-head", "hand-over", None, not_covered()),
        ("paths-of-the-second-head-missing", "hand-over", 2, second_head(SIZE, lambda head: head[2].clear())),
        ("path-for-a-head-before-the-hand-over", "hand-over", 1, altered_first_of_two()),
        ("sealed-by-the-old-key-after-the-hand-over", "key", 1, sealed_by(KEYS[0], FIRST + 1)),
        ("sealed-by-the-first-key-after-the-second-hand-over", "key", 1, sealed_by(KEYS[0], SIZE)),
        ("sealed-by-the-new-key-at-the-hand-overs-own-size", "key", 1, early_seal()),
        ("without-its-hand-overs", "key", 1, without_hand_overs()),
        ("kid-of-the-new-key-signed-by-the-old", "signature", 1, forged_kid()),
        ("leaf-is-a-hand-over-of-no-file", "leaf", None, hand_over_of_another_file()),
        ("leaf-is-a-hand-over-in-version-1", "leaf", None, version_1_about_a_hand_over()),
        ("slots-beside-a-hand-over", "commitment", None, slots_beside_a_hand_over()),
        ("hand-over-leaf-at-another-index", "index", 1, cbor(moved_hand_over())),
    ]


def altered_first_of_two() -> bytes:
    whole = ROTATED.evidence(5, sizes=(FIRST, SIZE))
    whole[HEADS][0][2].append(inclusion_path(5, ROTATED.hashes[:FIRST]))
    return cbor(whole)


def early_seal() -> bytes:
    """Size FIRST does not cover the entry at index FIRST: the head is the old key's."""
    header = ROTATED.header(FIRST)
    header[4] = KEYS[1].thumbprint
    whole = ROTATED.evidence(5, sizes=(FIRST, SIZE))
    whole[HEADS][0][0] = Log.receipt(ROTATED, 5, FIRST, header=header, key=KEYS[1])
    return cbor(whole)


def without_hand_overs() -> bytes:
    """A head by the third key in a file of version 1."""
    ROTATED.seal_key = KEYS[2]
    whole = Log.evidence(ROTATED, 5, sizes=())
    whole[HEADS] = [[ROTATED.receipt(5, SIZE), []]]
    return cbor(whole)


def forged_kid() -> bytes:
    whole = ROTATED.evidence(5)
    whole[HEADS][0][0] = ROTATED.receipt(5, SIZE, key=KEYS[0])
    return cbor(whole)


def moved_hand_over() -> list:
    """A copy of the first hand-over's leaf stands as a record at index 12, too."""
    log = RotatedLog()
    log.leaves[12], log.hashes[12] = log.leaves[FIRST], log.hashes[FIRST]
    log.entries[11] = log.entries[FIRST - 1]
    whole = log.evidence(FIRST)
    whole[HEADS][0][0] = log.receipt(12, SIZE)
    return whole


def hand_over_file() -> dict:
    negative = [{"name": name, "exit": 2, "part": "file", "file": encoded.hex()} for name, encoded in unreadable()]
    negative += [
        {"name": name, "exit": 1, "part": part} | ({"head": head} if head else {}) | {"file": encoded.hex()}
        for name, part, head, encoded in not_valid()
    ]
    return {
        "about": "§2.3, §8: an origin with hand-overs. exits: by trust file; byCertificate: where 0 rests on a certificate.",
        "keys": [{"name": key.name, "secret": key.secret.to_bytes(32).hex(), "spki": key.spki.hex(), "thumbprint": key.thumbprint.hex()} for key in KEYS],
        "leaves": [
            {
                "index": index,
                "leaf": log.leaves[index].hex(),
                "leafHash": log.hashes[index].hex(),
                "toBeSigned": hand_over_to_be_signed(log.entries[index - 1].map).hex(),
            }
            for log, index in ((ROTATED, FIRST), (ROTATED, SECOND), (BROKEN, SECOND))
        ],
        "trust": [{"name": name, "text": text} for name, text in trust_files().items()],
        "files": intact(),
        "negative": negative,
    }
