"""Evidence files that must not verify: each is right in all but the one thing its name says.

Whatever depends on the altered part is hashed and signed anew wherever the box could have done so, so that only the
check that is named can catch it.
"""

from primitives import (
    P256_ORDER,
    EcKey,
    Raw,
    Tag,
    cbor,
    clock,
    genesis_leaf,
    inclusion,
    raw_signature,
    scalars,
    sha256,
    to_be_signed,
)
from scenario import (
    CHAIN_KEY,
    CHECKPOINT_KEY,
    EVM_CHAIN,
    LOCAL_LEDGER,
    ORIGIN,
    OTHER_SEAL_KEY,
    SEAL_KEY,
    Log,
    box_log,
    genesis,
    record,
    renewed_log,
    start_entry,
)

INDEX, SIZE = 5, 7
LEAF, SLOTS, GENESIS, HEADS, CERTIFICATES = 2, 3, 4, 5, 6
LOG = box_log()


def base() -> list:
    return LOG.evidence(INDEX, (SIZE,), [[["local", LOCAL_LEDGER, None], ["evm", EVM_CHAIN, None]]])


def with_part(position: int, part) -> bytes:
    return cbor(base()[:position] + [part] + base()[position + 1 :])


def with_heads(*heads, index=INDEX, log=LOG) -> bytes:
    whole = log.evidence(index)
    whole[HEADS] = [[head, []] for head in heads]
    return cbor(whole)


def with_receipt(index=INDEX, size=SIZE, log=LOG, **faults) -> bytes:
    return with_heads(log.receipt(index, size, **faults), index=index, log=log)


def with_anchor(*anchor) -> bytes:
    return with_part(HEADS, [[LOG.receipt(INDEX, SIZE), [list(anchor)]]])


def with_slot(position: int, slot) -> bytes:
    slots = LOG.slots(INDEX)
    return with_part(SLOTS, slots[:position] + [slot] + slots[position + 1 :])


def with_leaf(leaf: bytes) -> bytes:
    """A log in which this leaf really stands at the index: the proof and the signature are good."""
    other = box_log()
    other.leaves[INDEX] = leaf
    other.hashes[INDEX] = sha256(b"\x00", leaf)
    whole = other.evidence(INDEX)
    whole[SLOTS] = LOG.slots(INDEX)
    return cbor(whole)


def leaf_map(**changes) -> dict:
    whole = {0: 1, 1: "default", 2: 1, 3: 1, 4: LOG.entries[INDEX - 1].commitment}
    whole |= {int(key.removeprefix("key")): value for key, value in changes.items()}
    return {key: value for key, value in whole.items() if value is not ...}


def with_record(**other) -> bytes:
    """A log in which this record, committed to as it is, stands at the index."""
    entries = list(LOG.entries)
    entries[INDEX - 1] = record(INDEX, **other)
    return cbor(Log(entries=entries).evidence(INDEX))


def with_genesis(genesis_bytes: bytes | None = None, seal_key=SEAL_KEY, **other) -> bytes:
    """A log that really began with this genesis; the evidence is of an ordinary record."""
    return cbor(Log(genesis(seal_key=seal_key, **other), LOG.entries, seal_key, genesis_bytes).evidence(INDEX))


def header_with(**changes) -> dict:
    """The seal's protected header with labels replaced; `claims` and `cwt` replace single keys within."""
    header = LOG.header(SIZE)
    header[15][-65537] |= changes.pop("claims", {})
    header[15] |= changes.pop("cwt", {})
    header |= {int(key.removeprefix("label")): value for key, value in changes.items()}
    return {label: value for label, value in header.items() if value is not ...}


def signed(header) -> bytes:
    return with_receipt(header=header)


def resigned(transform) -> bytes:
    """The good receipt with r and s replaced."""
    good = LOG.receipt(INDEX, SIZE).item[3]
    r, s = transform(*scalars(good))
    return with_receipt(signature=raw_signature(r, s))


def unreadable() -> list:
    """Exit 2: no evidence file of a version we know."""
    good = cbor(base())
    receipt = LOG.receipt(INDEX, SIZE).item
    slots = LOG.slots(INDEX)
    proof = inclusion(SIZE, INDEX, LOG.path(INDEX, SIZE))
    version_at = 1 + len(cbor("sealpost-evidence"))
    assert good[0] == 0x87 and good[version_at] == 1
    local = [[1, LOCAL_LEDGER[1]]]

    def version(encoded: bytes) -> bytes:
        return good[:version_at] + encoded + good[version_at + 1 :]

    def raw_map(count: int, *entries) -> Raw:
        return Raw(bytes([0xA0 | count]) + b"".join(cbor(key) + cbor(value) for key, value in entries))

    evm = list(EVM_CHAIN.items())
    return [
        ("empty-file", b""),
        ("text-instead-of-cbor", b"sealpost-evidence 1\n"),
        ("cut-in-the-middle", good[: len(good) // 2]),
        ("cut-by-one-byte", good[:-1]),
        ("trailing-byte", good + b"\x00"),
        ("two-items", good + good),
        ("map-instead-of-array", cbor({0: "sealpost-evidence", 1: 1})),
        ("other-kind", cbor(["sealpost-evidencf"] + base()[1:])),
        ("version-0", version(b"\x00")),
        ("version-2", version(b"\x02")),
        ("version-as-one-byte-integer", version(b"\x18\x01")),
        ("version-as-eight-byte-integer", version(b"\x1b" + (1).to_bytes(8))),
        ("version-as-half-float", version(b"\xf9\x3c\x00")),
        ("version-as-double", version(b"\xfb\x3f\xf0" + bytes(6))),
        ("version-as-undefined", version(b"\xf7")),
        ("version-as-simple-value-in-two-bytes", version(b"\xf8\x20")),
        ("version-as-bignum-tag", version(b"\xc2\x41\x01")),
        ("version-as-text", version(b"\x611")),
        ("version-with-reserved-length", version(b"\x1c")),
        ("version-huge", version(b"\x1b" + b"\xff" * 8)),
        ("self-described-tag", b"\xd9\xd9\xf7" + good),
        ("outer-array-of-indefinite-length", b"\x9f" + good[1:] + b"\xff"),
        ("outer-array-with-long-length", b"\x98\x07" + good[1:]),
        ("kind-with-long-length", good[:1] + b"\x78\x11" + good[2:]),
        ("kind-in-chunks", good[:1] + b"\x7f" + good[1:version_at] + b"\xff" + good[version_at:]),
        ("array-longer-than-the-file", b"\x9b" + b"\x7f" + b"\xff" * 7 + good[1:]),
        ("byte-string-longer-than-the-file", good[: version_at + 1] + b"\x5b\x7f" + b"\xff" * 7),
        ("six-parts", cbor(base()[:6])),
        ("eight-parts", cbor(base() + [None])),
        ("leaf-as-text", with_part(LEAF, "leaf")),
        ("nesting-too-deep", with_part(CERTIFICATES, Raw(b"\x81" * 40 + b"\x80"))),
        ("genesis-missing", with_part(GENESIS, None)),
        ("no-slots", with_part(SLOTS, [])),
        ("three-slots", with_part(SLOTS, slots[:3])),
        ("five-slots", with_part(SLOTS, slots + slots[3:])),
        ("slot-with-short-salt", with_slot(2, [slots[2][0][:31], slots[2][1]])),
        ("slot-with-long-salt", with_slot(2, [slots[2][0] + b"\x00", slots[2][1]])),
        ("slot-of-three", with_slot(2, slots[2] + [b""])),
        ("slot-with-text-for-bytes", with_slot(2, [slots[2][0], "text"])),
        ("withheld-digest-of-31-bytes", with_slot(2, LOG.entries[INDEX - 1].digests[2][:31])),
        ("no-heads", with_part(HEADS, [])),
        ("seventeen-heads", with_heads(*(LOG.receipt(INDEX, size) for size in range(7, 24)))),
        ("head-without-anchors", with_part(HEADS, [[LOG.receipt(INDEX, SIZE)]])),
        ("receipt-without-tag", with_heads(receipt)),
        ("receipt-with-tag-98", with_heads(Tag(98, receipt))),
        ("receipt-wrapped-in-byte-string", with_heads(cbor(Tag(18, receipt)))),
        ("receipt-of-three", with_heads(Tag(18, receipt[:3]))),
        ("receipt-with-attached-root", with_heads(Tag(18, receipt[:2] + [LOG.root(SIZE), receipt[3]]))),
        ("receipt-with-signature-of-63-bytes", with_heads(Tag(18, receipt[:3] + [receipt[3][:63]]))),
        ("receipt-with-signature-in-der-length", with_heads(Tag(18, receipt[:3] + [receipt[3] + b"\x00"]))),
        ("receipt-without-proof", with_receipt(unprotected={})),
        ("receipt-with-unknown-unprotected-label", with_receipt(unprotected=proof | {4: SEAL_KEY.thumbprint})),
        ("receipt-with-two-proofs", with_receipt(unprotected={396: {-1: proof[396][-1] * 2}})),
        ("receipt-with-consistency-proof-beside", with_receipt(unprotected={396: proof[396] | {-2: [b""]}})),
        ("receipt-with-label-as-text", with_receipt(unprotected={"396": proof[396]})),
        ("seventeen-anchors", with_part(HEADS, [[LOG.receipt(INDEX, SIZE), [["local", LOCAL_LEDGER, None]] * 17]])),
        ("anchor-of-unknown-kind", with_anchor("moon", LOCAL_LEDGER, None)),
        ("anchor-with-invalid-utf-8", with_anchor(Raw(b"\x65loc\xc3\x28"), LOCAL_LEDGER, None)),
        ("anchor-with-overlong-utf-8", with_anchor(Raw(b"\x66loca\xc1\xac"), LOCAL_LEDGER, None)),
        ("anchor-with-surrogate-in-utf-8", with_anchor(Raw(b"\x63\xed\xa0\x80"), LOCAL_LEDGER, None)),
        ("anchor-with-unknown-key", with_anchor("local", LOCAL_LEDGER | {2: 0}, None)),
        ("anchor-with-missing-key", with_anchor("evm", dict(evm[:3]), None)),
        ("anchor-with-duplicate-key", with_anchor("local", raw_map(2, *local, *local), None)),
        ("anchor-with-keys-out-of-order", with_anchor("evm", raw_map(4, *reversed(evm)), None)),
        ("anchor-with-map-of-indefinite-length", with_anchor("local", Raw(b"\xbf\x01" + cbor(LOCAL_LEDGER[1]) + b"\xff"), None)),
        ("anchor-with-map-as-key", with_anchor("local", Raw(b"\xa1\xa0" + cbor(LOCAL_LEDGER[1])), None)),
        ("anchor-with-array-as-key", with_anchor("local", Raw(b"\xa1\x80" + cbor(LOCAL_LEDGER[1])), None)),
        ("anchor-with-true-as-key", with_anchor("local", Raw(b"\xa1\xf5" + cbor(LOCAL_LEDGER[1])), None)),
        ("anchor-with-negative-chain-id", with_anchor("evm", EVM_CHAIN | {1: -1}, None)),
        ("anchor-with-chain-id-2-to-the-63", with_anchor("evm", EVM_CHAIN | {1: 1 << 63}, None)),
        ("anchor-with-proof", with_anchor("local", LOCAL_LEDGER, b"proof")),
        ("anchor-with-short-ledger-id", with_anchor("local", {1: LOCAL_LEDGER[1][:31]}, None)),
        ("nine-certificates", with_part(CERTIFICATES, [b"\x30\x00"] * 9)),
        ("certificate-as-text", with_part(CERTIFICATES, ["certificate"])),
    ]


def not_valid() -> list:
    """Exit 1: (name, part, head or None, bytes)."""
    return [*about_leaf_and_body(), *about_genesis(), *about_seal(), *about_proof(), *about_signature(), *about_several_heads()]


def about_leaf_and_body() -> list:
    good = LOG.leaves[INDEX]
    slots = LOG.slots(INDEX)
    digests = LOG.entries[INDEX - 1].digests
    flipped = bytes([digests[2][0] ^ 1]) + digests[2][1:]
    source, content = {1: "crane-7", 2: None, 3: "/v1/records"}, {1: "text/plain", 2: b"x"}
    return [
        ("leaf-with-unknown-key", "leaf", None, with_leaf(cbor(leaf_map(key6=0)))),
        ("leaf-with-missing-key", "leaf", None, with_leaf(cbor(leaf_map(key3=...)))),
        ("leaf-with-commitment-and-genesis", "leaf", None, with_leaf(cbor(leaf_map(key5=genesis(), key3=...)))),
        ("leaf-of-format-version-2", "leaf", None, with_leaf(cbor(leaf_map(key0=2)))),
        ("leaf-with-profile-in-capitals", "leaf", None, with_leaf(cbor(leaf_map(key1="Default")))),
        ("leaf-with-profile-of-65-characters", "leaf", None, with_leaf(cbor(leaf_map(key1="p" * 65)))),
        ("leaf-with-profile-of-no-characters", "leaf", None, with_leaf(cbor(leaf_map(key1="")))),
        ("leaf-with-profile-that-begins-with-a-dot", "leaf", None, with_leaf(cbor(leaf_map(key1=".default")))),
        ("leaf-with-genesis-profile-and-commitment", "leaf", None, with_leaf(cbor(leaf_map(key1="sealpost.genesis")))),
        ("leaf-with-profile-version-0", "leaf", None, with_leaf(cbor(leaf_map(key2=0)))),
        ("leaf-with-profile-version-2-to-the-31", "leaf", None, with_leaf(cbor(leaf_map(key2=1 << 31)))),
        ("leaf-with-unknown-source-kind", "leaf", None, with_leaf(cbor(leaf_map(key3=4)))),
        ("leaf-with-commitment-of-31-bytes", "leaf", None, with_leaf(cbor(leaf_map(key4=bytes(31))))),
        ("leaf-with-text-for-commitment", "leaf", None, with_leaf(cbor(leaf_map(key4="c" * 32)))),
        ("leaf-with-keys-out-of-order", "leaf", None, with_leaf(good[:1] + b"\x01" + cbor("default") + b"\x00\x01" + good[5 + len("default"):])),
        ("leaf-with-long-integer", "leaf", None, with_leaf(good[:2] + b"\x18\x01" + good[3:])),
        ("leaf-with-trailing-byte", "leaf", None, with_leaf(good + b"\x00")),
        ("leaf-cut", "leaf", None, with_leaf(good[:-1])),
        ("leaf-empty", "leaf", None, with_leaf(b"")),
        ("leaf-is-a-statement", "leaf", None, with_leaf(cbor(Tag(18, [b"", {}, b"", bytes(64)])))),
        ("leaf-altered", "signature", 1, with_part(LEAF, cbor(leaf_map(key1="defaulu")))),
        ("commitment-in-leaf-altered", "commitment", None, with_part(LEAF, cbor(leaf_map(key4=flipped)))),
        ("leaf-of-another-entry", "commitment", None, with_part(LEAF, LOG.leaves[INDEX + 1])),
        ("slots-of-another-entry", "commitment", None, with_part(SLOTS, LOG.slots(INDEX + 1))),
        ("slots-missing", "commitment", None, with_part(SLOTS, None)),
        ("slot-bytes-altered", "commitment", None, with_slot(2, [slots[2][0], slots[2][1][:-1] + b"~"])),
        ("slot-salt-altered", "commitment", None, with_slot(2, [sha256(b"other salt"), slots[2][1]])),
        ("slot-bytes-moved-into-next-byte", "commitment", None, with_slot(2, [slots[2][0], slots[2][1] + b"\x00"])),
        ("slots-swapped", "commitment", None, with_part(SLOTS, [slots[1], slots[0], slots[2], slots[3]])),
        ("withheld-digest-altered", "commitment", None, with_slot(2, flipped)),
        ("withheld-digest-is-a-hash-without-salt", "commitment", None, with_slot(2, sha256(slots[2][1]))),
        ("slots-beside-the-genesis-leaf", "commitment", None, cbor(LOG.evidence(0)[:SLOTS] + [slots] + LOG.evidence(0)[GENESIS:])),
        ("genesis-leaf-at-another-index", "index", 1, at_index(LOG.genesis)),
        ("leaf-is-another-genesis", "genesis", None, at_index(renewed_log().genesis)),
        ("record-at-index-0", "index", 1, record_at_index_0()),
        ("source-with-unknown-key", "source", None, with_record(source=source | {4: "x"})),
        ("source-without-client", "source", None, with_record(source=source | {1: ""})),
        ("source-with-client-of-129-characters", "source", None, with_record(source=source | {1: "c" * 129})),
        ("source-with-empty-idempotency-key", "source", None, with_record(source=source | {2: ""})),
        ("source-with-where-of-1025-bytes", "source", None, with_record(source=source | {3: "w" * 1025})),
        ("source-with-invalid-utf-8", "source", None, with_record(source=source | {1: Raw(b"\x62\xc3\x28")})),
        ("clock-in-state-0", "clock", None, with_record(reading=clock(1, state=0))),
        ("clock-in-state-4", "clock", None, with_record(reading=clock(1, state=4))),
        ("clock-with-unknown-source", "clock", None, with_record(reading=clock(1, source=8))),
        ("clock-with-boot-id-of-15-bytes", "clock", None, with_record(reading=clock(1, boot=bytes(15)))),
        ("clock-in-the-year-10000", "clock", None, with_record(reading=clock(253402300800000))),
        ("clock-with-error-2-to-the-63", "clock", None, with_record(reading=clock(1) | {4: 1 << 63})),
        ("clock-with-negative-time", "clock", None, with_record(reading=clock(-1))),
        ("clock-with-float", "clock", None, with_record(reading=clock(1) | {4: Raw(b"\xf9\x3c\x00")})),
        ("content-without-payload", "content", None, with_record(content={1: "text/plain"})),
        ("content-without-media-type", "content", None, with_record(content=content | {1: ""})),
        ("source-with-client-of-129-characters-beyond-16-bits", "source", None, with_record(source=source | {1: "\U00010151" * 129})),
        ("content-with-media-type-of-256-characters", "content", None, with_record(content=content | {1: "m" * 256})),
        ("content-with-text-for-payload", "content", None, with_record(content=content | {2: "x"})),
        ("content-with-payload-in-chunks", "content", None, with_record(content=content | {2: Raw(b"\x5f\x41x\xff")})),
        ("content-with-duplicate-key", "content", None, with_record(content=Raw(b"\xa2" + 2 * (b"\x01" + cbor("text/plain"))))),
        ("references-not-ascending", "references", None, with_record(references=[2, 2])),
        ("references-to-1025-entries", "references", None, with_record(references=list(range(1025)))),
        ("references-to-2-to-the-63", "references", None, with_record(references=[1 << 63])),
        ("references-negative", "references", None, with_record(references=[-1])),
    ]


def at_index(leaf: bytes) -> bytes:
    """A genesis leaf stands where a record should."""
    log = box_log()
    log.leaves[INDEX] = leaf
    log.hashes[INDEX] = sha256(b"\x00", leaf)
    whole = log.evidence(INDEX)
    whole[SLOTS] = None
    return cbor(whole)


def record_at_index_0() -> bytes:
    """A tree whose first leaf is a record: its seal names a genesis that this tree does not begin with."""
    log = box_log()
    log.leaves[0], log.hashes[0] = log.leaves[INDEX], log.hashes[INDEX]
    whole = log.evidence(0)
    whole[SLOTS] = log.slots(INDEX)
    return cbor(whole)


def about_genesis() -> list:
    seal_entry = [1, SEAL_KEY.spki, "token 1"]
    checkpoint_entry = [5, CHECKPOINT_KEY.spki, "token 1"]
    chain_entry = [3, CHAIN_KEY.spki, "token 1"]
    off_curve = SEAL_KEY.spki[:-1] + bytes([SEAL_KEY.spki[-1] ^ 1])
    good = genesis_leaf(genesis())
    without_previous = {key: value for key, value in genesis().items() if key != 7}

    def keys(*entries):
        return with_genesis(key3=list(entries))

    cases = [
        ("genesis-is-an-ordinary-leaf", with_part(GENESIS, LOG.leaves[1])),
        ("genesis-empty", with_part(GENESIS, b"")),
        ("genesis-with-trailing-byte", with_genesis(good + b"\x00")),
        ("genesis-with-long-integer", with_genesis(good[:2] + b"\x18\x01" + good[3:])),
        ("genesis-of-format-version-2", with_genesis(cbor({0: 2, 1: "sealpost.genesis", 2: 1, 3: 0, 5: genesis()}))),
        ("genesis-of-profile-version-2", with_genesis(cbor({0: 1, 1: "sealpost.genesis", 2: 2, 3: 0, 5: genesis()}))),
        ("genesis-from-http", with_genesis(cbor({0: 1, 1: "sealpost.genesis", 2: 1, 3: 1, 5: genesis()}))),
        ("genesis-with-unknown-key", with_genesis(key8=0)),
        ("genesis-without-previous", with_genesis(genesis_leaf(without_previous))),
        ("genesis-with-origin-in-capitals", with_genesis(origin="Demo-port/7f3a9c41")),
        ("genesis-with-origin-of-two-characters", with_genesis(origin="ab")),
        ("genesis-with-origin-of-129-characters", with_genesis(origin="o" * 129)),
        ("genesis-with-origin-that-ends-with-a-slash", with_genesis(origin="demo-port/")),
        ("genesis-with-origin-with-two-slashes", with_genesis(origin="demo-port//7f3a9c41")),
        ("genesis-with-origin-with-a-space", with_genesis(origin="demo port/7f3a9c41")),
        ("genesis-of-reserved-suite", with_genesis(key2=2)),
        ("genesis-of-unknown-suite", with_genesis(key2=3)),
        ("genesis-without-keys", keys()),
        ("genesis-without-sealing-key", keys(chain_entry, checkpoint_entry)),
        ("genesis-with-two-sealing-keys", keys(seal_entry, [1, OTHER_SEAL_KEY.spki, "token 1"])),
        ("genesis-with-roles-out-of-order", keys(checkpoint_entry, seal_entry)),
        ("genesis-with-unknown-role", keys(seal_entry, [7, CHECKPOINT_KEY.spki, "token 1"])),
        ("genesis-with-sealing-key-off-the-curve", keys([1, off_curve, "token 1"])),
        ("genesis-with-sealing-key-on-another-curve", keys([1, CHAIN_KEY.spki, "token 1"])),
        ("genesis-with-sealing-key-that-trails", keys([1, SEAL_KEY.spki + b"\x00", "token 1"])),
        ("genesis-with-token-of-129-characters", keys([1, SEAL_KEY.spki, "t" * 129])),
        ("genesis-with-seventeen-keys", keys(seal_entry, *[chain_entry] * 16)),
        ("genesis-without-software", with_genesis(key4="")),
        ("genesis-in-the-year-10000", with_genesis(key5=clock(253402300800000))),
        ("genesis-with-random-of-16-bytes", with_genesis(key6=bytes(16))),
        ("genesis-with-previous-of-one-part", with_genesis(previous=["demo-port/00000000"])),
        ("genesis-with-clock-in-state-9", with_genesis(key5=clock(1, state=9))),
    ]
    listed = [(name, "genesis", None, encoded) for name, encoded in cases]
    altered = {1: ORIGIN, 6: sha256(b"other random")}
    return listed + [
        ("genesis-of-the-same-name-made-anew", "genesis hash", 1, with_part(GENESIS, renewed_log().genesis)),
        ("genesis-of-another-box", "key", 1, with_part(GENESIS, genesis_leaf(genesis(seal_key=OTHER_SEAL_KEY)))),
        ("genesis-altered", "genesis hash", 1, with_part(GENESIS, genesis_leaf(genesis() | altered))),
        ("genesis-of-another-name", "genesis hash", 1, with_part(GENESIS, genesis_leaf(genesis(origin="demo-port/00000000")))),
    ]


def about_seal() -> list:
    good = cbor(LOG.header(SIZE))
    spread = Raw(b"\x19\x00\x07")
    headers = [
        ("seal-with-unknown-label", header_with(label3="text/plain")),
        ("seal-with-unknown-claim", header_with(claims={7: 0})),
        ("seal-with-subject", header_with(cwt={2: "subject"})),
        ("seal-without-tree-type", header_with(label395=...)),
        ("seal-with-other-tree-type", header_with(label395=2)),
        ("seal-with-other-algorithm", header_with(label1=-9)),
        ("seal-with-critical-label", header_with(label2=[395])),
        ("seal-with-kid-of-31-bytes", header_with(label4=SEAL_KEY.thumbprint[:31])),
        ("seal-with-kid-as-text", header_with(label4="k" * 32)),
        ("seal-of-format-version-2", header_with(claims={1: 2})),
        ("seal-with-other-purpose", header_with(claims={2: "checkpoint"})),
        ("seal-with-size-as-text", header_with(claims={5: "7"})),
        ("seal-with-size-in-long-form", header_with(claims={5: spread})),
        ("seal-with-genesis-hash-of-31-bytes", header_with(claims={4: LOG.genesis_hash[:31]})),
        ("seal-with-time-unlike-its-clock", header_with(cwt={6: LOG.header(SIZE)[15][6] + 1})),
        ("seal-with-time-as-float", header_with(cwt={6: Raw(b"\xfb\x41\xda\xb0" + bytes(5))})),
        ("seal-in-the-year-10000", header_with(claims={6: clock(253402300800000)}, cwt={6: 253402300800})),
        ("seal-with-clock-in-state-0", header_with(claims={6: clock(1_790_000_007_623, state=0)})),
        ("seal-with-clock-without-boot-id", header_with(claims={6: {k: v for k, v in LOG.clock_at(SIZE).items() if k != 5}})),
    ]
    encodings = [
        ("seal-with-empty-protected-header", b""),
        ("seal-with-trailing-byte-in-protected-header", good + b"\x00"),
        ("seal-with-labels-out-of-order", good[:1] + good[-4:] + good[1:-4]),
        ("seal-with-duplicate-label", b"\xa5" + good[1:3] + good[1:]),
        ("seal-with-header-map-of-indefinite-length", b"\xbf" + good[1:] + b"\xff"),
    ]
    part = "protected header"
    return [
        *((name, part, 1, signed(header)) for name, header in headers),
        *((name, part, 1, with_receipt(protected=encoded)) for name, encoded in encodings),
        ("seal-with-kid-of-nobody", "key", 1, signed(header_with(label4=sha256(b"nobody")))),
        ("seal-with-kid-of-the-checkpoint-key", "key", 1, signed(header_with(label4=CHECKPOINT_KEY.thumbprint))),
        ("seal-with-kid-and-key-of-another-box", "key", 1, with_receipt(header=header_with(label4=OTHER_SEAL_KEY.thumbprint), key=OTHER_SEAL_KEY)),
        ("seal-of-the-genesis-made-anew", "genesis hash", 1, signed(header_with(claims={4: renewed_log().genesis_hash}))),
        ("seal-of-another-origin", "origin", 1, signed(header_with(cwt={1: "demo-port/00000000"}))),
        ("seal-of-another-suite", "suite", 1, signed(header_with(claims={3: 2}))),
        ("seal-of-size-0", "size", 1, signed(header_with(claims={5: 0}))),
        ("seal-of-size-1", "size", 1, with_receipt(index=0, size=1)),
        ("seal-of-size-2-to-the-63", "size", 1, with_receipt(header=header_with(claims={5: 1 << 63}), proof_size=1 << 63)),
        ("seal-of-size-8", "size", 1, signed(header_with(claims={5: 8}))),
    ]


def about_proof() -> list:
    path = LOG.path(INDEX, SIZE)
    triple = cbor([SIZE, INDEX, path])

    def proof(encoded: bytes) -> bytes:
        return with_receipt(unprotected={396: {-1: [encoded]}})

    return [
        # The trap of RFC 9942: a verifier that believes the unsigned size walks the same way from leaf 5 of 7 and 5 of 8.
        ("proof-of-larger-size-with-the-same-path", "size", 1, with_receipt(proof_size=8)),
        ("proof-of-smaller-size-with-the-same-path", "size", 1, with_receipt(size=8, proof_size=7)),
        ("proof-of-huge-size", "size", 1, with_receipt(proof_size=(1 << 64) - 1)),
        ("proof-with-index-equal-to-size", "index", 1, with_receipt(proof_index=SIZE)),
        ("proof-with-index-above-size", "index", 1, with_receipt(proof_index=SIZE + 1)),
        ("proof-with-index-2-to-the-64-less-1", "index", 1, with_receipt(proof_index=(1 << 64) - 1)),
        ("proof-with-index-2-to-the-63", "index", 1, with_receipt(proof_index=1 << 63)),
        ("proof-with-index-of-the-neighbour", "signature", 1, with_receipt(proof_index=INDEX - 1)),
        ("proof-with-index-0", "index", 1, with_receipt(proof_index=0)),
        ("proof-with-negative-index", "path", 1, with_receipt(proof_index=-1)),
        ("proof-with-text-for-size", "path", 1, with_receipt(proof_size="7")),
        ("path-too-long", "path", 1, with_receipt(path=path + [sha256(b"one more")])),
        ("path-too-short", "path", 1, with_receipt(path=path[:-1])),
        ("path-empty", "path", 1, with_receipt(path=[])),
        ("path-of-65-hashes", "path", 1, with_receipt(path=[sha256(bytes([i])) for i in range(65)])),
        ("path-with-hash-of-31-bytes", "path", 1, with_receipt(path=path[:-1] + [path[-1][:31]])),
        ("path-with-hash-of-33-bytes", "path", 1, with_receipt(path=path[:-1] + [path[-1] + b"\x00"])),
        ("path-with-text", "path", 1, with_receipt(path=path[:-1] + ["h" * 32])),
        ("path-altered", "signature", 1, with_receipt(path=[sha256(b"other")] + path[1:])),
        ("path-reversed", "signature", 1, with_receipt(path=path[::-1])),
        ("proof-of-two-parts", "path", 1, proof(cbor([SIZE, INDEX]))),
        ("proof-of-four-parts", "path", 1, proof(cbor([SIZE, INDEX, path, None]))),
        ("proof-empty", "path", 1, proof(b"")),
        ("proof-with-trailing-byte", "path", 1, proof(triple + b"\x00")),
        ("proof-with-long-integer", "path", 1, proof(triple[:1] + b"\x18\x07" + triple[2:])),
        ("proof-of-indefinite-length", "path", 1, proof(b"\x9f" + triple[1:] + b"\xff")),
    ]


def about_signature() -> list:
    n = P256_ORDER
    tbs = to_be_signed(cbor(LOG.header(SIZE)), LOG.root(SIZE))
    return [
        ("signature-with-high-s", "signature", 1, resigned(lambda r, s: (r, n - s))),
        ("signature-with-r-0", "signature", 1, resigned(lambda r, s: (0, s))),
        ("signature-with-s-0", "signature", 1, resigned(lambda r, s: (r, 0))),
        ("signature-with-r-n", "signature", 1, resigned(lambda r, s: (n, s))),
        ("signature-with-s-n", "signature", 1, resigned(lambda r, s: (r, n))),
        ("signature-with-r-2-to-the-256-less-1", "signature", 1, resigned(lambda r, s: ((1 << 256) - 1, s))),
        ("signature-with-r-and-s-swapped", "signature", 1, resigned(lambda r, s: (s, min(r, n - r)))),
        ("signature-all-zero", "signature", 1, resigned(lambda r, s: (0, 0))),
        ("signature-altered", "signature", 1, resigned(lambda r, s: (r, s ^ 1))),
        ("signature-by-another-key", "signature", 1, with_receipt(key=OTHER_SEAL_KEY)),
        ("signature-over-another-root", "signature", 1, with_receipt(root=LOG.root(SIZE + 1))),
        ("signature-of-another-head", "signature", 1, with_receipt(signature=LOG.receipt(INDEX, 13).item[3])),
        ("signature-with-other-context", "signature", 1, with_receipt(signature=SEAL_KEY.sign(tbs.replace(b"Signature1", b"Signature0")))),
        ("signature-of-the-root-alone", "signature", 1, with_receipt(signature=SEAL_KEY.sign(LOG.root(SIZE)))),
    ]


def about_several_heads() -> list:
    first, second = LOG.receipt(INDEX, 7), LOG.receipt(INDEX, 13)
    renewed = renewed_log()
    return [
        ("heads-out-of-order", "size", 2, with_heads(second, first)),
        ("head-twice", "size", 2, with_heads(first, first)),
        ("heads-with-different-indexes", "index", 2, with_heads(first, LOG.receipt(INDEX - 1, 13))),
        ("second-head-of-the-genesis-made-anew", "genesis hash", 2, with_heads(first, renewed.receipt(INDEX, 13))),
        ("second-head-with-high-s", "signature", 2, with_heads(first, high_s(second))),
        ("second-head-with-the-first-ones-signature", "signature", 2, with_heads(first, LOG.receipt(INDEX, 13, signature=first.item[3]))),
        ("second-head-over-a-forked-log", "signature", 2, with_heads(first, forked_head())),
    ]


def high_s(receipt: Tag) -> Tag:
    r, s = scalars(receipt.item[3])
    return Tag(18, receipt.item[:3] + [raw_signature(r, P256_ORDER - s)])


def forked_head() -> Tag:
    """A good seal of the same box's key over a log in which another record stands at this index."""
    entries = list(LOG.entries)
    entries[INDEX - 1] = record(INDEX, content={1: "text/plain", 2: b"another"})
    return Log(entries=entries).receipt(INDEX, 13)
