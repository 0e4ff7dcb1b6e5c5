package org.sealpost.anchor.evm;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.sealpost.anchor.AnchorageSetback;
import org.sealpost.lodging.Place;
import org.sealpost.merkle.Hash;

/// What we ask of a node, with answers that were looked at before anybody rests on them.
final class Chain {
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
        var node = rpc.call("eth_getBlockByNumber", tag, false);
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
        return block(tag).orElseThrow(() -> new IOException("the node does not have block " + tag));
    }

    /// Asks a contract as of a certain block.
    byte[] view(Address contract, byte[] input, long height) throws IOException {
        return Hex.bytes(
                rpc.text("eth_call", Map.of("to", contract.toString(), "data", Hex.of(input)), Hex.quantity(height)));
    }

    /// The same with several questions, in one exchange where the node knows such.
    List<byte[]> views(Address contract, List<byte[]> inputs, long height) throws IOException {
        var params = new ArrayList<Object[]>();
        for (var input : inputs) {
            var call = Map.of("to", contract.toString(), "data", Hex.of(input));
            params.add(new Object[] {call, Hex.quantity(height)});
        }
        var answers = new ArrayList<byte[]>();
        for (var answer : rpc.calls("eth_call", params)) answers.add(Hex.bytes(JsonRpc.text(answer, "eth_call")));
        return answers;
    }

    long estimateGas(Address from, Optional<Address> to, byte[] input) throws IOException {
        var call = new LinkedHashMap<String, String>();
        call.put("from", from.toString());
        to.ifPresent(address -> call.put("to", address.toString()));
        call.put("data", Hex.of(input));
        return Hex.small(rpc.text("eth_estimateGas", call));
    }

    /// That a transaction would take effect as of the newest block, with so much gas.
    void call(Address from, Address to, byte[] input, long gas) throws IOException {
        var call =
                Map.of("from", from.toString(), "to", to.toString(), "data", Hex.of(input), "gas", Hex.quantity(gas));
        rpc.text("eth_call", call, "latest");
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
                    "account " + account + " holds " + balance + " wei, the transaction may cost " + most,
                    "send funds to account " + account);
        }
    }

    /// How many transactions of the account had been included up to this block: the nonce of its next one.
    long nonce(Address account, long height) throws IOException {
        return Hex.small(rpc.text("eth_getTransactionCount", account.toString(), Hex.quantity(height)));
    }

    /// What the node takes a unit of gas to cost, in wei.
    BigInteger gasPrice() throws IOException {
        return Hex.number(rpc.text("eth_gasPrice"));
    }

    /// What whoever makes the block is offered beyond the base fee, in wei; empty where the node has no opinion.
    Optional<BigInteger> tip() throws IOException {
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

    boolean knows(Hash transaction) throws IOException {
        return !rpc.call("eth_getTransactionByHash", Hex.of(transaction.toBytes()))
                .isNull();
    }

    private static String field(JsonNode node, String name) throws IOException {
        return JsonRpc.text(node.path(name), name);
    }

    private static Hash hash(String hex) throws IOException {
        byte[] bytes = Hex.bytes(hex);
        if (bytes.length != Hash.SIZE) throw new IOException("expected a hash of 32 bytes, found " + bytes.length);
        return Hash.of(bytes);
    }
}
