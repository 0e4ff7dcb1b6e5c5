package org.sealpost.anchor.evm;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.math.BigInteger;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;
import java.util.function.UnaryOperator;
import org.bouncycastle.util.BigIntegers;
import org.sealpost.anchor.AnchorageSetback;
import org.sealpost.anchor.SoftwareKey;
import org.sealpost.evidence.anchor.evm.BftDialect;
import org.sealpost.evidence.anchor.evm.RlpWriter;
import org.sealpost.lodging.OriginId;
import org.sealpost.merkle.Hash;

/// A node of a chain whose blocks keys of the test seal, for what no consortium does when a test wants it. It
/// knows no `eth_getBlockReceipts`, as GoQuorum does not. Its state is one account, the contract's.
final class FakeSealedChain implements AutoCloseable {
    static final Address CONTRACT = new Address("00112233445566778899aabbccddeeff00112233");
    static final Hash CODE = Hash.ofHex("dd".repeat(32));
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final byte[] NONE = RlpWriter.list();
    private static final Map<Integer, Account> ACCOUNTS = new ConcurrentHashMap<>();

    /// The only node of the trie of accounts.
    private static final byte[] STATE = state();

    private final HttpServer server;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final JsonRpc rpc;
    private final TreeMap<Long, List<Integer>> sets = new TreeMap<>();
    private final List<ObjectNode> blocks = new ArrayList<>();
    final List<ObjectNode> receipts = new ArrayList<>();
    final AtomicInteger questions = new AtomicInteger();
    volatile boolean keepsState = true;

    /// What becomes of answers, by method; of a method that it does not know there is none.
    final Map<String, UnaryOperator<JsonNode>> bent = new ConcurrentHashMap<>();

    /// Blocks that only the first of their set has sealed, unless the chain is of Clique.
    final Set<Integer> hardlySealed = new HashSet<>();

    /// What headers name instead of those who seal, as GoQuorum's nodes let each proposer do.
    final Map<Integer, List<Integer>> lies = new HashMap<>();

    /// Clique: how many signers each header names before its seal.
    int named;

    FakeSealedChain() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.createContext("/", exchange -> {
            questions.incrementAndGet();
            var request = JSON.readTree(exchange.getRequestBody().readAllBytes());
            var answer = JSON.createObjectNode().put("jsonrpc", "2.0").set("id", request.get("id"));
            var method = request.path("method").asText();
            var result = answer(method, request.path("params"));
            if (bent.containsKey(method)) result = bent.get(method).apply(result);
            if (result == null) {
                ((ObjectNode) answer).putObject("error").put("code", -32601).put("message", "no such method");
            } else {
                ((ObjectNode) answer).set("result", result);
            }
            byte[] bytes = JSON.writeValueAsBytes(answer);
            exchange.sendResponseHeaders(200, bytes.length);
            try (var out = exchange.getResponseBody()) {
                out.write(bytes);
            }
        });
        server.start();
        rpc = new JsonRpc(URI.create("http://127.0.0.1:" + server.getAddress().getPort()), Duration.ofSeconds(5));
    }

    private JsonNode answer(String method, JsonNode params) {
        return switch (method) {
            case "eth_getBlockByHash" -> block("hash", params.get(0).asText());
            case "eth_getBlockByNumber" -> block("number", params.get(0).asText());
            case "eth_getTransactionReceipt" ->
                receipts.stream()
                        .filter(receipt -> receipt.get("transactionHash").equals(params.get(0)))
                        .findFirst()
                        .map(JsonNode.class::cast)
                        .orElse(JSON.nullNode());
            case "eth_getProof" -> {
                if (!keepsState) yield null;
                var proof = JSON.createObjectNode();
                proof.putArray("accountProof").add(Hex.of(STATE));
                yield proof;
            }
            default -> null;
        };
    }

    private static byte[] state() {
        byte[] path = ByteBuffer.allocate(33)
                .put((byte) 0x20)
                .put(Keccak.hash(CONTRACT.bytes()))
                .array();
        var account = RlpWriter.list(
                RlpWriter.number(1),
                RlpWriter.number(0),
                RlpWriter.bytes(new byte[Hash.SIZE]),
                RlpWriter.bytes(CODE.toBytes()));
        return RlpWriter.list(RlpWriter.bytes(path), RlpWriter.bytes(account));
    }

    private JsonNode block(String field, String value) {
        return blocks.stream()
                .filter(block -> block.get(field).asText().equals(value))
                .findFirst()
                .map(JsonNode.class::cast)
                .orElse(JSON.nullNode());
    }

    EvmProofs proofs() {
        return proofs(System::nanoTime);
    }

    EvmProofs proofs(LongSupplier nanoTime) {
        return new EvmProofs(new ProofQuestions(rpc, nanoTime), CONTRACT);
    }

    ObjectNode block(int height) {
        return blocks.get(height);
    }

    Hash hash(int height) {
        return Hash.of(
                HexFormat.of().parseHex(blocks.get(height).get("hash").asText().substring(2)));
    }

    /// From this block on, these accounts seal.
    FakeSealedChain set(long from, Integer... validators) {
        sets.put(from, List.of(validators));
        return this;
    }

    static String address(int validator) {
        return account(validator).address().hex();
    }

    private static Account account(int validator) {
        return ACCOUNTS.computeIfAbsent(validator, number -> new Account(SoftwareKey.secp256k1ForTests(number)));
    }

    /// A chain of so many blocks above block 0, each sealed by all; at one of them the head is lodged.
    FakeSealedChain bft(BftDialect dialect, int height, int lodgedAt, OriginId origin, long size, Hash root)
            throws IOException {
        for (int number = 0; number <= height; number++) {
            var set = sets.floorEntry((long) number).getValue();
            var block = header(number, number == lodgedAt ? lodging(origin, size, root) : Hash.of(new byte[32]));
            var extra = extra(dialect, lies.getOrDefault(number, set), number == 0 ? 0 : number % 3);
            byte[] digest = hashWith(block, extra.sealed);
            var hash = hashWith(block, extra.hashed);
            if (dialect == BftDialect.ISTANBUL) {
                digest = Keccak.hash(
                        ByteBuffer.allocate(33).put(hash).put((byte) 2).array());
            }
            byte[] over = digest;
            byte[] seals = number == 0
                    ? NONE
                    : RlpWriter.list(set.stream()
                            .limit(hardlySealed.contains(number) ? 1 : set.size())
                            .map(one -> RlpWriter.bytes(seal(one, over)))
                            .toArray(byte[][]::new));
            block.put("extraData", Hex.of(extra.whole.apply(seals)));
            add(block, hash, number == lodgedAt);
        }
        return this;
    }

    /// A Clique chain, sealed by the accounts of the set in turn.
    FakeSealedChain clique(int height, int lodgedAt, OriginId origin, long size, Hash root) throws IOException {
        for (int number = 0; number <= height; number++) {
            var set = sets.floorEntry((long) number).getValue();
            var block = header(number, number == lodgedAt ? lodging(origin, size, root) : Hash.of(new byte[32]));
            byte[] seal = seal(set.get(number % set.size()), hashWith(block, new byte[32 + 20 * named]));
            byte[] extra = new byte[32 + 20 * named + seal.length];
            System.arraycopy(seal, 0, extra, extra.length - seal.length, seal.length);
            block.put("extraData", Hex.of(extra));
            add(block, hashWith(block, extra), number == lodgedAt);
        }
        return this;
    }

    private void add(ObjectNode block, byte[] hash, boolean lodges) {
        block.put("hash", Hex.of(hash));
        var transactions = block.putArray("transactions");
        if (lodges) {
            for (var receipt : receipts) {
                receipt.put("blockHash", Hex.of(hash));
                transactions.add(receipt.get("transactionHash"));
            }
        }
        blocks.add(block);
    }

    private ObjectNode header(int number, Hash receiptsRoot) {
        byte[] zero = new byte[32];
        var block = JSON.createObjectNode();
        block.put(
                "parentHash",
                number == 0 ? Hex.of(zero) : blocks.get(number - 1).get("hash").asText());
        for (var name : List.of("sha3Uncles", "transactionsRoot", "mixHash")) block.put(name, Hex.of(zero));
        block.put("stateRoot", Hex.of(Keccak.hash(STATE)));
        block.put("miner", CONTRACT.toString())
                .put("logsBloom", Hex.of(new byte[256]))
                .put("nonce", Hex.of(new byte[8]));
        block.put("receiptsRoot", Hex.of(receiptsRoot.toBytes())).put("number", Hex.quantity(number));
        block.put("difficulty", "0x1").put("gasLimit", "0x1c9c380").put("gasUsed", "0x5208");
        return block.put("timestamp", Hex.quantity(1_795_737_000 + number));
    }

    /// The root over the receipts of a block in which others had their transactions, too.
    private Hash lodging(OriginId origin, long size, Hash root) throws IOException {
        var encoded = new ArrayList<byte[]>();
        for (int i = 0; i < 20; i++) {
            var receipt = JSON.createObjectNode();
            receipt.put("transactionHash", Hex.of(Keccak.hash("transaction " + i)))
                    .put("status", "0x1");
            receipt.put("cumulativeGasUsed", Hex.quantity(21_000 * (i + 1))).put("logsBloom", Hex.of(new byte[256]));
            var logs = receipt.putArray("logs");
            if (i % 3 == 1) receipt.put("type", "0x2");
            if (i > 12) log(logs.addObject(), origin, size + i - 13, root);
            receipts.add(receipt);
            encoded.add(BlockJson.receipt(receipt));
        }
        return new ReceiptTrie(encoded).root();
    }

    private static void log(ObjectNode log, OriginId origin, long size, Hash root) {
        var data = ByteBuffer.allocate(64).putLong(24, size).put(32, root.toBytes());
        log.put("address", CONTRACT.toString()).put("data", Hex.of(data.array()));
        log.putArray("topics")
                .add(Hex.of(Keccak.hash("Lodged(bytes32,uint64,bytes32)")))
                .add(Hex.of(origin.value().toBytes()));
    }

    /// @param whole with these seals
    private record Extra(byte[] hashed, byte[] sealed, UnaryOperator<byte[]> whole) {}

    private static Extra extra(BftDialect dialect, List<Integer> set, int round) {
        var vanity = RlpWriter.bytes(new byte[32]);
        var list = RlpWriter.list(set.stream()
                .map(one -> RlpWriter.bytes(new Address(address(one)).bytes()))
                .toArray(byte[][]::new));
        return switch (dialect) {
            case QBFT -> {
                var zero = RlpWriter.number(0);
                var number = RlpWriter.number(round);
                yield new Extra(
                        RlpWriter.list(vanity, list, NONE, zero, NONE),
                        RlpWriter.list(vanity, list, NONE, number, NONE),
                        seals -> RlpWriter.list(vanity, list, NONE, number, seals));
            }
            case IBFT2 -> {
                var vote = RlpWriter.bytes(new byte[0]);
                var four = RlpWriter.bytes(new byte[] {0, 0, 0, (byte) round});
                yield new Extra(
                        RlpWriter.list(vanity, list, vote),
                        RlpWriter.list(vanity, list, vote, four),
                        seals -> RlpWriter.list(vanity, list, vote, four, seals));
            }
            case ISTANBUL -> {
                var proposer = RlpWriter.bytes(new byte[65]);
                UnaryOperator<byte[]> whole = seals -> {
                    var behind = RlpWriter.list(list, proposer, seals);
                    return ByteBuffer.allocate(32 + behind.length)
                            .put(32, behind)
                            .array();
                };
                yield new Extra(whole.apply(NONE), whole.apply(NONE), whole);
            }
        };
    }

    private static byte[] hashWith(ObjectNode block, byte[] extraData) throws IOException {
        var whole = block.deepCopy().put("extraData", Hex.of(extraData));
        return Keccak.hash(BlockJson.header(whole).orElseThrow());
    }

    private static byte[] seal(int validator, byte[] digest) {
        try {
            var signature = account(validator).sign(digest);
            var seal = new byte[65];
            put(signature.r(), seal, 0);
            put(signature.s(), seal, 32);
            seal[64] = (byte) signature.parity();
            return seal;
        } catch (AnchorageSetback e) {
            throw new AssertionError(e);
        }
    }

    private static void put(BigInteger value, byte[] target, int offset) {
        byte[] bytes = BigIntegers.asUnsignedByteArray(32, value);
        System.arraycopy(bytes, 0, target, offset, 32);
    }

    @Override
    public void close() {
        rpc.close();
        server.stop(0);
        threads.shutdownNow();
    }
}
