package org.sealpost.anchor.evm;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.sealpost.evidence.anchor.evm.RlpWriter;

/// Blocks and receipts as JSON-RPC tells them, brought back to the bytes that chains hash. Whether they are
/// right, the hashes tell.
final class BlockJson {
    static final int MAX_HEADER_BYTES = 64 << 10;

    private BlockJson() {}

    /// A field of a header.
    ///
    /// @param isNumber whether it is written without leading zeros
    private record Field(String name, boolean isNumber) {}

    private static final List<Field> EVERY = List.of(
            bytes("parentHash"),
            bytes("sha3Uncles"),
            bytes("miner"),
            bytes("stateRoot"),
            bytes("transactionsRoot"),
            bytes("receiptsRoot"),
            bytes("logsBloom"),
            number("difficulty"),
            number("number"),
            number("gasLimit"),
            number("gasUsed"),
            number("timestamp"),
            bytes("extraData"),
            bytes("mixHash"),
            bytes("nonce"));

    /// Those that came with forks, in their order.
    private static final List<Field> LATER = List.of(
            number("baseFeePerGas"),
            bytes("withdrawalsRoot"),
            number("blobGasUsed"),
            number("excessBlobGas"),
            bytes("parentBeaconBlockRoot"),
            bytes("requestsHash"));

    private static Field bytes(String name) {
        return new Field(name, false);
    }

    private static Field number(String name) {
        return new Field(name, true);
    }

    /// A block's header in RLP; empty if it lacks what each header of an Ethereum chain has, or has more than
    /// [#MAX_HEADER_BYTES].
    static Optional<byte[]> header(JsonNode block) throws IOException {
        var items = new ArrayList<byte[]>();
        for (var field : EVERY) {
            if (!block.hasNonNull(field.name)) return Optional.empty();
            items.add(item(block, field));
        }
        for (var field : LATER) {
            if (block.hasNonNull(field.name)) items.add(item(block, field));
        }
        byte[] header = RlpWriter.list(items.toArray(byte[][]::new));
        return header.length > MAX_HEADER_BYTES ? Optional.empty() : Optional.of(header);
    }

    private static byte[] item(JsonNode node, Field field) throws IOException {
        String text = text(node, field.name);
        return field.isNumber ? RlpWriter.number(Hex.number(text)) : RlpWriter.bytes(Hex.bytes(text));
    }

    /// A receipt as the trie of receipts holds it (EIP-2718).
    static byte[] receipt(JsonNode receipt) throws IOException {
        var logs = new ArrayList<byte[]>();
        for (var log : list(receipt, "logs")) logs.add(log(log));
        byte[] body = RlpWriter.list(
                RlpWriter.number(Hex.number(text(receipt, "status"))),
                RlpWriter.number(Hex.number(text(receipt, "cumulativeGasUsed"))),
                RlpWriter.bytes(Hex.bytes(text(receipt, "logsBloom"))),
                RlpWriter.list(logs.toArray(byte[][]::new)));
        long type = receipt.hasNonNull("type") ? Hex.small(text(receipt, "type")) : 0;
        if (type == 0) return body;
        if (type > 0x7f) throw new IOException("a receipt of type " + type);
        var typed = new byte[1 + body.length];
        typed[0] = (byte) type;
        System.arraycopy(body, 0, typed, 1, body.length);
        return typed;
    }

    private static byte[] log(JsonNode log) throws IOException {
        var topics = new ArrayList<byte[]>();
        for (var topic : list(log, "topics")) topics.add(RlpWriter.bytes(Hex.bytes(JsonRpc.text(topic, "topic"))));
        return RlpWriter.list(
                RlpWriter.bytes(Hex.bytes(text(log, "address"))),
                RlpWriter.list(topics.toArray(byte[][]::new)),
                RlpWriter.bytes(Hex.bytes(text(log, "data"))));
    }

    /// An object has members to go through, too, and is none.
    private static JsonNode list(JsonNode parent, String name) throws IOException {
        var list = parent.path(name);
        if (!list.isArray()) throw new IOException(name + ": expected a list");
        return list;
    }

    static String text(JsonNode node, String name) throws IOException {
        return JsonRpc.text(node.path(name), name);
    }
}
