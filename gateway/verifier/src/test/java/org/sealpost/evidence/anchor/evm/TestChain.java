package org.sealpost.evidence.anchor.evm;

import static org.sealpost.evidence.anchor.evm.TestTrie.list;
import static org.sealpost.evidence.anchor.evm.TestTrie.number;
import static org.sealpost.evidence.anchor.evm.TestTrie.string;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.sealpost.evidence.AnchorIdentity;
import org.sealpost.merkle.Hash;

/// Blocks with a head that a contract lodged, sealed by keys of the test.
final class TestChain {
    static final int INDEX = 130;
    static final int LOG = 1;
    static final long SIZE = 0x0102030405L;
    static final Hash ROOT = Hash.ofHex("cc".repeat(32));
    static final Hash ORIGIN_ID = Hash.ofHex("bb".repeat(32));
    static final Hash CODE = Hash.ofHex("dd".repeat(32));
    static final byte[] CONTRACT = new byte[] {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20};
    static final AnchorIdentity.Evm CHAIN = new AnchorIdentity.Evm(4719, Hash.ofHex("aa".repeat(32)), CONTRACT, CODE);
    static final Hash EVENT = Keccak256.of("Lodged(bytes32,uint64,bytes32)".getBytes(StandardCharsets.US_ASCII));
    private static final byte[] EMPTY_LIST = list();

    /// Second of block 0.
    long start = 1_795_737_000;

    final TestTrie receipts = new TestTrie();
    final TestTrie accounts = new TestTrie();

    /// @param status of the transaction that lodged
    TestChain(int status, byte[] log) {
        for (int i = 0; i < 140; i++) {
            receipts.put(number(i), receipt(1, log(CONTRACT, List.of(ROOT), new byte[i])));
        }
        var plain = receipt(status, log(CONTRACT, List.of(EVENT), new byte[0]), log);
        var typed = new ByteArrayOutputStream();
        typed.write(2);
        typed.writeBytes(plain);
        receipts.put(number(INDEX), typed.toByteArray());
        for (int i = 0; i < 40; i++)
            accounts.put(Keccak256.of(new byte[] {(byte) i}).toBytes(), account(CODE, i));
        accounts.put(Keccak256.of(CONTRACT).toBytes(), account(CODE, 1));
    }

    TestChain() {
        this(1, lodged(CONTRACT, ORIGIN_ID, SIZE, ROOT));
    }

    static byte[] lodged(byte[] contract, Hash originId, long size, Hash root) {
        var data = ByteBuffer.allocate(64).putLong(24, size).put(32, root.toBytes());
        return log(contract, List.of(EVENT, originId), data.array());
    }

    static byte[] log(byte[] contract, List<Hash> topics, byte[] data) {
        var encoded = topics.stream().map(topic -> string(topic.toBytes())).toArray(byte[][]::new);
        return list(string(contract), list(encoded), string(data));
    }

    static byte[] receipt(int status, byte[]... logs) {
        return list(number(status), number(21_000), string(new byte[256]), list(logs));
    }

    static byte[] account(Hash code, long nonce) {
        return list(number(nonce), number(1L << 60), string(ROOT.toBytes()), string(code.toBytes()));
    }

    /// A header of 15 fields.
    byte[] header(Hash parent, long number, byte[] extraData) {
        return list(fields(parent, number, extraData));
    }

    byte[][] fields(Hash parent, long number, byte[] extraData) {
        return new byte[][] {
            string(parent.toBytes()),
            string(new byte[32]),
            string(CONTRACT),
            string(accounts.root().toBytes()),
            string(new byte[32]),
            string(receipts.root().toBytes()),
            string(new byte[256]),
            number(1),
            number(number),
            number(700_000_000),
            number(800_000),
            number(start + number),
            string(extraData),
            string(new byte[32]),
            string(new byte[8])
        };
    }

    /// A header that names these validators and has the seals of these.
    byte[] qbft(long number, List<TestValidator> validators, List<TestValidator> sealers) {
        return bft(BftDialect.QBFT, number, validators, sealers);
    }

    byte[] bft(BftDialect dialect, long number, List<TestValidator> validators, List<TestValidator> sealers) {
        return bftWith(
                dialect,
                number,
                validators,
                digest -> sealers.stream().map(sealer -> sealer.seal(digest)).toList());
    }

    interface Sealing {
        List<byte[]> over(Hash digest);
    }

    byte[] bftWith(BftDialect dialect, long number, List<TestValidator> validators, Sealing sealing) {
        byte[] list =
                list(validators.stream().map(v -> string(v.addressBytes())).toArray(byte[][]::new));
        return switch (dialect) {
            case QBFT -> {
                byte[] vote = number % 2 == 0 ? EMPTY_LIST : list(string(CONTRACT), string(new byte[] {-1}));
                byte[][] kept = {string(new byte[32]), list, vote, number(3)};
                var seals = seals(sealing, hash(number, list(append(kept, EMPTY_LIST))));
                yield header(ROOT, number, list(append(kept, seals)));
            }
            case IBFT2 -> {
                byte[] vote = number % 2 == 0 ? string(new byte[0]) : list(string(CONTRACT), string(new byte[] {0}));
                byte[][] kept = {string(new byte[32]), list, vote, string(new byte[] {0, 0, 1, 2})};
                var seals = seals(sealing, hash(number, list(kept)));
                yield header(ROOT, number, list(append(kept, seals)));
            }
            case ISTANBUL -> {
                byte[] proposer = string(
                        validators.isEmpty()
                                ? new byte[65]
                                : validators.getFirst().seal(ROOT));
                var hash = hash(number, behindVanity(list(list, proposer, EMPTY_LIST)));
                var digest = Keccak256.of(append(hash.toBytes(), (byte) 2));
                yield header(ROOT, number, behindVanity(list(list, proposer, seals(sealing, digest))));
            }
        };
    }

    private Hash hash(long number, byte[] extraData) {
        return Keccak256.of(header(ROOT, number, extraData));
    }

    private static byte[] seals(Sealing sealing, Hash digest) {
        return list(sealing.over(digest).stream().map(TestTrie::string).toArray(byte[][]::new));
    }

    private static byte[][] append(byte[][] items, byte[] last) {
        var all = Arrays.copyOf(items, items.length + 1);
        all[items.length] = last;
        return all;
    }

    private static byte[] append(byte[] bytes, byte last) {
        var all = Arrays.copyOf(bytes, bytes.length + 1);
        all[bytes.length] = last;
        return all;
    }

    private static byte[] behindVanity(byte[] list) {
        return ByteBuffer.allocate(32 + list.length).put(new byte[32]).put(list).array();
    }

    byte[] clique(Hash parent, long number, TestValidator signer) {
        var vanity = new byte[32];
        var seal = signer.seal(Keccak256.of(header(parent, number, vanity)));
        var extra = Arrays.copyOf(vanity, vanity.length + seal.length);
        System.arraycopy(seal, 0, extra, vanity.length, seal.length);
        return header(parent, number, extra);
    }

    EvmProof proof(int consensus, byte[] header, List<Hash> bridges, List<byte[]> onTop) {
        return new EvmProof(
                consensus,
                header,
                INDEX,
                receipts.proof(number(INDEX)),
                LOG,
                accounts.proof(Keccak256.of(CONTRACT).toBytes()),
                bridges,
                onTop);
    }

    static List<TestValidator> validators(int from, int count) {
        return IntStream.range(from, from + count).mapToObj(TestValidator::new).toList();
    }

    static List<String> addresses(List<TestValidator> validators) {
        return validators.stream().map(TestValidator::address).toList();
    }
}
