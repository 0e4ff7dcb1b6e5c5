package org.sealpost.evidence;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.security.spec.ECGenParameterSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.function.Function;
import org.sealpost.merkle.Hash;
import org.sealpost.merkle.Merkle;
import org.sealpost.merkle.Proofs;
import org.sealpost.record.Body;
import org.sealpost.record.ClockReading;
import org.sealpost.record.Content;
import org.sealpost.record.Genesis;
import org.sealpost.record.GenesisLeaf;
import org.sealpost.record.HandOver;
import org.sealpost.record.HandOverLeaf;
import org.sealpost.record.HeaderLeaf;
import org.sealpost.record.KeyRole;
import org.sealpost.record.Origin;
import org.sealpost.record.References;
import org.sealpost.record.Source;
import org.sealpost.record.SourceKind;
import org.sealpost.record.Suite;

/// A box in memory with a key in software: keeps a log, seals it, hands out evidence.
public final class TestBox {
    static final AnchorIdentity.Evm CHAIN =
            new AnchorIdentity.Evm(31337, Hash.ofHex("11".repeat(32)), new byte[20], Hash.ofHex("22".repeat(32)));
    static final AnchorIdentity.Local LEDGER = new AnchorIdentity.Local(Hash.ofHex("33".repeat(32)));

    /// Those in force.
    KeyPair keys;

    P256Key key;
    KeyHistory history;
    private final List<KeyPair> everyKeys = new ArrayList<>();
    final Origin origin;
    final byte[] genesis;
    private final List<byte[]> leaves = new ArrayList<>();
    private final List<Optional<Body>> bodies = new ArrayList<>();
    private final List<Hash> hashes = new ArrayList<>();

    /// @param nonce tells origins of one name and key apart
    public TestBox(String name, KeyPair keys, int nonce, int entries) {
        this(name, keys, nonce, entries, Optional.empty());
    }

    /// Of four entries, whose genesis says that it goes on from another log.
    public static TestBox goingOnFrom(TestBox old, String name, KeyPair keys) {
        var previous = new Genesis.Previous(old.origin, old.genesisHash().toBytes());
        return new TestBox(name, keys, 2, 4, Optional.of(previous));
    }

    private TestBox(String name, KeyPair keys, int nonce, int entries, Optional<Genesis.Previous> previous) {
        this.keys = keys;
        key = P256Key.of(keys.getPublic().getEncoded());
        origin = new Origin(name);
        var random = new Random(nonce);
        genesis = new GenesisLeaf(new Genesis(
                        origin,
                        Suite.SHA256_P256,
                        List.of(new Genesis.Key(KeyRole.SEAL, key.spki(), "test 0001")),
                        "sealpost test",
                        clock(0),
                        bytes(random, 32),
                        previous))
                .encode();
        add(genesis, Optional.empty());
        everyKeys.add(keys);
        history = new KeyHistory(genesisHash(), List.of(KeyHistory.Tenure.first(key, "test 0001")));
        for (int i = 1; i < entries; i++) {
            append(
                    new Source("client-" + i, Optional.of("key-" + i), "/v1/records"),
                    new Content("application/json", ("{\"number\":" + i + "}").getBytes(StandardCharsets.UTF_8)),
                    random);
        }
    }

    public static KeyPair newKeys() {
        try {
            var generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"));
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    public void append(Source source, Content content, Random random) {
        var salts = new byte[4][];
        for (int i = 0; i < 4; i++) salts[i] = bytes(random, 32);
        var references = leaves.size() > 2 ? new References(List.of(1L, leaves.size() - 1L)) : References.NONE;
        var body = Body.of(source, clock(leaves.size()), content, references, salts);
        add(new HeaderLeaf("default", 1, SourceKind.HTTP, body.commitment()).encode(), Optional.of(body));
    }

    /// The next entry hands over to these keys.
    ///
    /// @param certificates with [HandOver.Reason#LOST] alone
    byte[] handOver(KeyPair next, HandOver.Reason reason, List<byte[]> certificates) {
        var said = new HandOver(
                history.tenures().size(),
                leaves.size(),
                genesisHash().toBytes(),
                key.thumbprint().toBytes(),
                new Genesis.Key(KeyRole.SEAL, next.getPublic().getEncoded(), "test 0002"),
                reason,
                clock(leaves.size()),
                certificates);
        Optional<byte[]> byOld = said.isBreak()
                ? Optional.empty()
                : Optional.of(sign(keys, said.toBeSigned()).withLowS().raw());
        var leaf = new HandOverLeaf(
                        said, byOld, sign(next, said.toBeSigned()).withLowS().raw())
                .encode();
        try {
            history = history.after(leaf);
        } catch (HandOverWrong e) {
            throw new AssertionError(e);
        }
        add(leaf, Optional.empty());
        everyKeys.add(next);
        keys = next;
        key = P256Key.of(next.getPublic().getEncoded());
        return leaf;
    }

    /// Entries of clients, as many as are missing.
    TestBox upTo(int entries, int seed) {
        var random = new Random(seed);
        while (leaves.size() < entries) {
            append(
                    new Source("client-" + leaves.size(), Optional.empty(), "/v1/records"),
                    new Content("text/plain", ("number " + leaves.size()).getBytes(StandardCharsets.UTF_8)),
                    random);
        }
        return this;
    }

    Hash genesisHash() {
        return hashes.getFirst();
    }

    Hash root(long size) {
        return Proofs.root(this::node, size);
    }

    Seal seal(long size) {
        var by = everyKeys.get(history.handOversBelow(size));
        var thumbprint = history.inForce(size).key().thumbprint();
        var draft = new SealDraft(origin, Suite.SHA256_P256, genesisHash(), size, clock(size * 10), thumbprint);
        return draft.signed(sign(by, draft.toBeSigned(root(size))));
    }

    Receipt receipt(long index, long size) {
        return seal(size).receipt(index, Proofs.inclusion(this::node, index, size));
    }

    byte[] evidence(int index, List<Integer> sizes, List<AnchorClaim> anchors, List<byte[]> certificates) {
        var heads = new ArrayList<EvidenceHead>();
        for (int size : sizes) heads.add(new EvidenceHead(receipt(index, size), anchors, paths(size)));
        var handOvers = covered(sizes.getLast());
        return new Evidence(leaves.get(index), bodies.get(index), genesis, heads, certificates, handOvers).encode();
    }

    /// With anchors of each head's own, and what their proofs have in common.
    public byte[] evidence(
            int index, List<Integer> sizes, Function<Head, List<AnchorClaim>> anchors, List<byte[]> shared) {
        var heads = new ArrayList<EvidenceHead>();
        for (int size : sizes) {
            var claims = anchors.apply(new Head(origin, size, root(size)));
            heads.add(new EvidenceHead(receipt(index, size), claims, paths(size)));
        }
        var handOvers = covered(sizes.getLast());
        return new Evidence(leaves.get(index), bodies.get(index), genesis, heads, List.of(), handOvers, shared)
                .encode();
    }

    public Origin origin() {
        return origin;
    }

    public Hash originId() {
        return AnchorClaim.originId(origin, history.first());
    }

    private List<byte[]> covered(int size) {
        return history.handOvers().stream()
                .filter(leaf -> leaf.handOver().index() < size)
                .map(HandOverLeaf::encode)
                .toList();
    }

    private List<List<Hash>> paths(int size) {
        return history.handOvers().stream()
                .map(leaf -> leaf.handOver().index())
                .filter(index -> index < size)
                .map(index -> Proofs.inclusion(this::node, index, size))
                .toList();
    }

    public byte[] evidence(int index, Integer... sizes) {
        return evidence(index, List.of(sizes), List.of(), List.of());
    }

    public byte[] evidenceWithAnchors(int index, int size) {
        var anchors = List.of(new AnchorClaim(LEDGER), new AnchorClaim(CHAIN));
        return evidence(index, List.of(size), anchors, List.of());
    }

    public String trustText() {
        return TrustFile.naming(origin, genesisHash(), history.first());
    }

    /// Also trusts the chain [#CHAIN].
    public String trustTextWithChain() {
        return trustText() + "chain evm 31337 genesis " + CHAIN.genesis() + " contract " + "00".repeat(20) + " code "
                + CHAIN.code() + "\n";
    }

    TrustStore trust() {
        return trust(trustText());
    }

    TrustStore trustWithChain() {
        return trust(trustTextWithChain());
    }

    static TrustStore trust(String text) {
        try {
            return new TrustStore(List.of(TrustFile.parse("test.trust", text.getBytes(StandardCharsets.UTF_8))));
        } catch (TrustUnusable e) {
            throw new AssertionError(e);
        }
    }

    P256Signature sign(byte[] message) {
        return sign(keys, message);
    }

    static P256Signature sign(KeyPair keys, byte[] message) {
        try {
            var signer = Signature.getInstance("SHA256withECDSAinP1363Format");
            signer.initSign(keys.getPrivate());
            signer.update(message);
            return P256Signature.ofRaw(signer.sign());
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    static ClockReading clock(long seconds) {
        return new ClockReading(
                1_790_000_000_000L + seconds * 1000 + 7,
                ClockReading.State.SYNCED,
                ClockReading.Source.NTP,
                OptionalLong.of(12),
                new byte[16],
                seconds * 1_000_000);
    }

    private Hash node(int level, long index) {
        if (level == 0) return hashes.get((int) index);
        return Merkle.nodeHash(node(level - 1, 2 * index), node(level - 1, 2 * index + 1));
    }

    private void add(byte[] leaf, Optional<Body> body) {
        leaves.add(leaf);
        bodies.add(body);
        hashes.add(Merkle.leafHash(leaf));
    }

    private static byte[] bytes(Random random, int count) {
        var bytes = new byte[count];
        random.nextBytes(bytes);
        return bytes;
    }
}
