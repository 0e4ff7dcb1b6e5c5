"""One box's log of forty entries, from which all vectors are cut: its keys, leaves, bodies, seals and evidence files."""

from primitives import (
    LABELS,
    EcKey,
    Ed25519Key,
    cbor,
    clock,
    commitment,
    genesis_leaf,
    header_leaf,
    inclusion,
    inclusion_path,
    leaf_hash,
    root,
    seal_header,
    sha256,
    sign1,
    slot_digest,
    to_be_signed,
)

from cryptography.hazmat.primitives.asymmetric import ec

ORIGIN = "demo-port/7f3a9c41"
START_MILLIS = 1_790_000_000_123

SEAL_KEY = EcKey("seal")
OTHER_SEAL_KEY = EcKey("seal of another box")
CHAIN_KEY = EcKey("chain account", ec.SECP256K1())
CHECKPOINT_KEY = Ed25519Key("checkpoint")

EVM_CHAIN = {1: 31337, 2: sha256(b"block 0"), 3: sha256(b"contract")[:20], 4: sha256(b"code of the contract")}
LOCAL_LEDGER = {1: sha256(b"local ledger")}


def genesis(origin=ORIGIN, random=sha256(b"random of the genesis"), previous=None, seal_key=SEAL_KEY, **other) -> dict:
    """Key 5 of a genesis leaf; `other` replaces single keys, for the faulty ones."""
    token = "sealpost-test 0011223344556677"
    keys = [[1, seal_key.spki, token], [3, CHAIN_KEY.spki, token], [5, CHECKPOINT_KEY.spki, token]]
    whole = {1: origin, 2: 1, 3: keys, 4: "sealpost 0.1.0", 5: clock(START_MILLIS), 6: random, 7: previous}
    return whole | {int(key.removeprefix("key")): value for key, value in other.items()}


def salt(index: int, label: str) -> bytes:
    return sha256(f"sealpost test salt {index} {label}".encode())


class Entry:
    """A header leaf with its body: four slots of salt and bytes."""

    def __init__(self, index, profile, source_kind, source, content, references, reading):
        contents = map(cbor, (source, reading, content, references))
        self.slots = [[salt(index, label), content] for label, content in zip(LABELS, contents)]
        self.digests = [slot_digest(label, *slot) for label, slot in zip(LABELS, self.slots)]
        self.commitment = commitment(self.digests)
        self.leaf = header_leaf(profile, 1, source_kind, self.commitment)


def record(index: int, **other) -> Entry:
    """The record at an index. The odd ones carry what is easily got wrong: no key, other alphabets, no bytes, references."""
    plain = {
        "index": index,
        "profile": "default" if index % 3 else "port.weigh.v1",
        "source_kind": 1 + index % 3,
        "source": {1: "crane-7", 2: f"key-{index}", 3: "/v1/records"},
        "content": {1: "application/json", 2: f'{{"container":"MSKU{index:07d}","kg":{20000 + index}}}'.encode()},
        "references": [],
        "reading": clock(START_MILLIS + 1000 * index, monotonic_micros=1_000_000 * index),
    }
    if index % 5 == 0:
        plain["source"] = {1: "秤台-7 Ω", 2: None, 3: "records/port.weigh.v1"}
        plain["references"] = [index - 2, index - 1]
    if index % 7 == 0:
        plain["content"] = {1: "application/octet-stream", 2: b""}
        plain["reading"] = clock(START_MILLIS + 1000 * index, state=3, source=0, max_error=None, monotonic_micros=5)
    return Entry(**plain | other)


class Log:
    """An origin: its genesis and entries, and everything that can be said about them."""

    def __init__(self, genesis_map=None, entries=(), seal_key=SEAL_KEY, genesis_bytes=None):
        genesis_map = genesis_map or genesis(seal_key=seal_key)
        self.origin = genesis_map[1]
        self.seal_key = seal_key
        self.genesis = genesis_bytes or genesis_leaf(genesis_map)
        self.genesis_hash = leaf_hash(self.genesis)
        self.entries = list(entries)
        self.leaves = [self.genesis] + [entry.leaf for entry in self.entries]
        self.hashes = [leaf_hash(leaf) for leaf in self.leaves]

    def root(self, size: int) -> bytes:
        return root(self.hashes[:size])

    def path(self, index: int, size: int) -> list[bytes]:
        return inclusion_path(index, self.hashes[:size])

    def clock_at(self, size: int) -> dict:
        return clock(START_MILLIS + 1000 * size + 500, monotonic_micros=1_000_000 * size + 500_000)

    def header(self, size: int) -> dict:
        return seal_header(self.origin, self.genesis_hash, size, self.clock_at(size), self.seal_key.thumbprint)

    def receipt(self, index: int, size: int, **faults) -> object:
        """A receipt; every part can be replaced by a faulty one, and what depends on it is made anew and signed."""
        header = faults.get("header", self.header(size))
        protected = faults.get("protected", cbor(header))
        payload = faults.get("root", self.root(size))
        signature = faults.get("signature") or faults.get("key", self.seal_key).sign(to_be_signed(protected, payload))
        proof = inclusion(faults.get("proof_size", size), faults.get("proof_index", index), faults.get("path", self.path(index, size)))
        return sign1(protected, faults.get("unprotected", proof), signature)

    def slots(self, index: int, withheld=()) -> list | None:
        if index == 0:
            return None
        entry = self.entries[index - 1]
        return [entry.digests[i] if label in withheld else entry.slots[i] for i, label in enumerate(LABELS)]

    def evidence(self, index: int, sizes=(7,), anchors=(), withheld=(), certificates=()) -> list:
        """The evidence array; anchors[i] are those of the head at sizes[i]."""
        heads = [[self.receipt(index, size), list(anchors[i]) if i < len(anchors) else []] for i, size in enumerate(sizes)]
        slots = self.slots(index, withheld)
        return ["sealpost-evidence", 1, self.leaves[index], slots, self.genesis, heads, list(certificates)]


def start_entry() -> Entry:
    """Entry 1: the box says that it started, and gives size 2."""
    return record(
        1,
        profile="sealpost.start",
        source_kind=0,
        source={1: "sealpost", 2: None, 3: "start"},
        content={1: "text/plain", 2: b"sealpost 0.1.0"},
    )


def box_log() -> Log:
    return Log(entries=[start_entry()] + [record(index) for index in range(2, 40)])


def renewed_log() -> Log:
    """An origin of the same name, made anew with the same token; it names nothing before it."""
    renewed = genesis(random=sha256(b"random of the renewed genesis"))
    return Log(renewed, [start_entry()] + [record(index) for index in range(2, 14)])
