package org.sealpost.anchor.evm;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.sealpost.anchor.AnchorageSetback;
import org.sealpost.lodging.Place;
import org.sealpost.merkle.Hash;

/// What we ask of a node, with answers that were looked at before anybody rests on them.
final class Chain implements Fees.Prices {
    private final JsonRpc rpc;

    Chain(JsonRpc rpc) {
        this.rpc = rpc;
    }

    /// @param seconds the block's time since 1970
    /// @param baseFee empty before EIP-1559
    record Block(Place place, long seconds, long gasLimit, Optional<BigInteger> baseFee) {}

    /// @param succeeded whether the transaction took effect
    record Receipt(Place place, boolean succeeded) {}

    long chainId() throws IOException {
        return Hex.small(rpc.text("eth_chainId"));
    }

    byte[] code(Address address) throws IOException {
        return Hex.bytes(rpc.text("eth_getCode", address.toString(), "latest"));
    }

    /// @param tag a quantity, or `latest`, `finalized`
    Optional<Block> block(String tag) throws IOException {
        return block(rpc.call("eth_getBlockByNumber", tag, false));
    }

    private static Optional<Block> block(JsonNode node) throws IOException {
        if (node.isNull()) return Optional.empty();
        Optional<BigInteger> baseFee = node.hasNonNull("baseFeePerGas")
                ? Optional.of(Hex.number(field(node, "baseFeePerGas")))
                : Optional.empty();
        return Optional.of(new Block(
                new Place(Hex.small(field(node, "number")), hash(field(node, "hash"))),
                Hex.small(field(node, "timestamp")),
                Hex.small(field(node, "gasLimit")),
                baseFee));
    }

    Block mustHave(String tag) throws IOException {
        return block(tag).orElseThrow(() -> missing(tag));
    }

    /// The hash of the block of this height; empty where the node does not have it.
    Optional<Hash> hashAt(long height) throws IOException {
        return block(Hex.quantity(height)).map(block -> block.place().block());
    }

    /// The block of this height.
    Place placeAt(long height) throws IOException {
        return new Place(height, hashAt(height).orElseThrow(() -> missing(Long.toString(height))));
    }

    private static IOException missing(String tag) {
        return new IOException("the node does not have block " + tag);
    }

    /// Asks a contract as of a certain block.
    byte[] view(Address contract, byte[] input, long height) throws IOException {
        return Hex.bytes(
                rpc.text("eth_call", Map.of("to", contract.toString(), "data", Hex.of(input)), Hex.quantity(height)));
    }

    /// The same with several questions, and how many transactions of an account there were as of another block.
    ///
    /// @param countAt a height; below 0: before any block
    Views views(Address contract, List<byte[]> inputs, long height, Address account, long countAt) throws IOException {
        var questions = new ArrayList<JsonRpc.Question>();
        for (var input : inputs) {
            var call = Map.of("to", contract.toString(), "data", Hex.of(input));
            questions.add(new JsonRpc.Question("eth_call", call, Hex.quantity(height)));
        }
        if (countAt >= 0) questions.add(count(account, Hex.quantity(countAt)));
        var replies = rpc.together(questions);
        var answers = new ArrayList<byte[]>();
        for (var reply : replies.subList(0, inputs.size())) {
            answers.add(Hex.bytes(JsonRpc.text(reply.result(), "eth_call")));
        }
        return new Views(answers, countAt < 0 ? 0 : countIfKept(replies.getLast()));
    }

    /// A node that prunes keeps what accounts were at old blocks for a while only; what a contract holds now is told
    /// all the same.
    private static long countIfKept(JsonRpc.Reply reply) throws IOException {
        try {
            return count(reply);
        } catch (RpcError e) {
            return 0;
        }
    }

    /// @param count 0, too, where the node does not know it any more
    record Views(List<byte[]> answers, long count) {}

    long estimateGas(Address from, Optional<Address> to, byte[] input) throws IOException {
        return Hex.small(rpc.text("eth_estimateGas", call(from, to, input)));
    }

    /// The same without what waits in the pool, by which nodes estimate where nobody says anything.
    long estimateGasAsOfNewest(Address from, Address to, byte[] input) throws IOException {
        return Hex.small(rpc.text("eth_estimateGas", call(from, Optional.of(to), input), "latest"));
    }

    private static Map<String, String> call(Address from, Optional<Address> to, byte[] input) {
        var call = new LinkedHashMap<String, String>();
        call.put("from", from.toString());
        to.ifPresent(address -> call.put("to", address.toString()));
        call.put("data", Hex.of(input));
        return call;
    }

    /// A call that is tried with so much gas.
    record Trial(Address to, byte[] input, long gas) {}

    /// What there is to know for a new transaction of an account, as of the newest block: asked in one exchange, and
    /// looked at as far as it counts.
    final class Terms implements Fees.Prices {
        private static final int BLOCK = 0;
        private static final int CHAIN_ID = 1;
        private static final int COUNT = 2;
        private static final int PRICE = 3;
        private static final int TIP = 4;
        private static final int TRIAL = 5;

        private final List<JsonRpc.Reply> replies;

        private Terms(List<JsonRpc.Reply> replies) {
            this.replies = replies;
        }

        Block newest() throws IOException {
            return block(replies.get(BLOCK).result()).orElseThrow(() -> missing("latest"));
        }

        long chainId() throws IOException {
            return Hex.small(text(CHAIN_ID));
        }

        /// How many transactions of the account were included: the nonce of its next one.
        long count() throws IOException {
            return Chain.count(replies.get(COUNT));
        }

        @Override
        public BigInteger gasPrice() throws IOException {
            return Hex.number(text(PRICE));
        }

        @Override
        public Optional<BigInteger> tip() throws IOException {
            try {
                return Optional.of(Hex.number(text(TIP)));
            } catch (RpcError e) {
                return Optional.empty();
            }
        }

        /// That what was tried would take effect.
        ///
        /// @throws RpcError if it would revert, or the node does not want it
        void requireTried() throws IOException {
            text(TRIAL);
        }

        private String text(int at) throws IOException {
            return JsonRpc.text(replies.get(at).result(), "the answer");
        }
    }

    Terms terms(Address account) throws IOException {
        return new Terms(rpc.together(forTerms(account)));
    }

    Terms terms(Address account, Trial trial) throws IOException {
        var questions = forTerms(account);
        var call = Map.of(
                "from",
                account.toString(),
                "to",
                trial.to.toString(),
                "data",
                Hex.of(trial.input),
                "gas",
                Hex.quantity(trial.gas));
        questions.add(new JsonRpc.Question("eth_call", call, "latest"));
        return new Terms(rpc.together(questions));
    }

    private static List<JsonRpc.Question> forTerms(Address account) {
        return new ArrayList<>(List.of(
                new JsonRpc.Question("eth_getBlockByNumber", "latest", false),
                new JsonRpc.Question("eth_chainId"),
                count(account, "latest"),
                new JsonRpc.Question("eth_gasPrice"),
                new JsonRpc.Question("eth_maxPriorityFeePerGas")));
    }

    private static JsonRpc.Question count(Address account, String tag) {
        return new JsonRpc.Question("eth_getTransactionCount", account.toString(), tag);
    }

    private static long count(JsonRpc.Reply reply) throws IOException {
        return Hex.small(JsonRpc.text(reply.result(), "eth_getTransactionCount"));
    }

    BigInteger balance(Address account) throws IOException {
        return Hex.number(rpc.text("eth_getBalance", account.toString(), "latest"));
    }

    /// That the account can pay for what it is about to send.
    void requireFunds(Address account, Transaction.Fee fee, long gas) throws IOException, AnchorageSetback {
        var most = fee.most().multiply(BigInteger.valueOf(gas));
        if (most.signum() == 0) return; // a chain without a price
        var balance = balance(account);
        if (balance.compareTo(most) < 0) {
            throw new AnchorageSetback(
                    "account " + account + " holds " + balance + " wei, the transaction may cost " + most + " wei",
                    "send funds to account " + account);
        }
    }

    /// How many transactions of the account had been included up to this block: the nonce of its next one.
    long nonce(Address account, long height) throws IOException {
        return Hex.small(rpc.text("eth_getTransactionCount", account.toString(), Hex.quantity(height)));
    }

    @Override
    public BigInteger gasPrice() throws IOException {
        return Hex.number(rpc.text("eth_gasPrice"));
    }

    @Override
    public Optional<BigInteger> tip() throws IOException {
        try {
            return Optional.of(Hex.number(rpc.text("eth_maxPriorityFeePerGas")));
        } catch (RpcError e) {
            return Optional.empty();
        }
    }

    /// What a node says that it is still catching up with; empty if it says that it is not, or has no such word.
    Optional<String> syncing() {
        try {
            var answer = rpc.call("eth_syncing");
            if (!answer.isObject()) return Optional.empty();
            return Optional.of("block " + shown(answer, "currentBlock") + " of " + shown(answer, "highestBlock"));
        } catch (IOException e) {
            return Optional.empty(); // a node that is away shows so by what it must answer
        }
    }

    private static String shown(JsonNode node, String name) {
        try {
            return Long.toString(Hex.small(field(node, name)));
        } catch (IOException e) {
            return "?";
        }
    }

    void send(byte[] rawTransaction) throws IOException {
        rpc.text("eth_sendRawTransaction", Hex.of(rawTransaction));
    }

    Optional<Receipt> receipt(Hash transaction) throws IOException {
        var node = rpc.call("eth_getTransactionReceipt", Hex.of(transaction.toBytes()));
        // Some nodes hand out a receipt without a block while the transaction is pending.
        if (node.isNull() || !node.hasNonNull("blockHash")) return Optional.empty();
        var place = new Place(Hex.small(field(node, "blockNumber")), hash(field(node, "blockHash")));
        return Optional.of(new Receipt(place, Hex.small(field(node, "status")) == 1));
    }

    /// @param contract empty where it made none
    record Made(Place place, Optional<Address> contract) {}

    /// Which contract a transaction made; empty where the node does not have it in a block.
    Optional<Made> made(Hash transaction) throws IOException {
        var node = rpc.call("eth_getTransactionReceipt", Hex.of(transaction.toBytes()));
        if (node.isNull() || !node.hasNonNull("blockHash")) return Optional.empty();
        var place = new Place(Hex.small(field(node, "blockNumber")), hash(field(node, "blockHash")));
        boolean succeeded = Hex.small(field(node, "status")) == 1;
        if (!succeeded || !node.hasNonNull("contractAddress")) return Optional.of(new Made(place, Optional.empty()));
        try {
            return Optional.of(new Made(place, Optional.of(Address.parse(field(node, "contractAddress")))));
        } catch (IllegalArgumentException e) {
            throw new IOException("the node names a contract at what is no address", e);
        }
    }

    boolean knows(Hash transaction) throws IOException {
        return !transaction(transaction).isNull();
    }

    /// What whoever sent a transaction offers.
    record Offer(Address from, Transaction.Fee fee) {}

    /// Of one that the node knows, whoever has its bytes.
    Optional<Offer> offered(Hash transaction) throws IOException {
        var node = transaction(transaction);
        if (node.isNull()) return Optional.empty();
        // Nodes name a price, too, of what has the two of EIP-1559.
        Transaction.Fee fee = node.hasNonNull("maxFeePerGas")
                ? new Transaction.DynamicFee(
                        Hex.number(field(node, "maxPriorityFeePerGas")), Hex.number(field(node, "maxFeePerGas")))
                : new Transaction.LegacyFee(Hex.number(field(node, "gasPrice")));
        return Optional.of(new Offer(address(field(node, "from")), fee));
    }

    private JsonNode transaction(Hash id) throws IOException {
        return rpc.call("eth_getTransactionByHash", Hex.of(id.toBytes()));
    }

    private static String field(JsonNode node, String name) throws IOException {
        return JsonRpc.text(node.path(name), name);
    }

    private static Address address(String hex) throws IOException {
        byte[] bytes = Hex.bytes(hex);
        if (bytes.length != 20) throw new IOException("expected an address of 20 bytes, found " + bytes.length);
        return new Address(HexFormat.of().formatHex(bytes));
    }

    private static Hash hash(String hex) throws IOException {
        byte[] bytes = Hex.bytes(hex);
        if (bytes.length != Hash.SIZE) throw new IOException("expected a hash of 32 bytes, found " + bytes.length);
        return Hash.of(bytes);
    }
}
