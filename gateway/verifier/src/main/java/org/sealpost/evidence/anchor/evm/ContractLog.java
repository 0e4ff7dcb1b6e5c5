package org.sealpost.evidence.anchor.evm;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.sealpost.merkle.Hash;

/// What a contract logged.
///
/// @param contract its address, 20 bytes
/// @param encoded  as a receipt has it
record ContractLog(byte[] contract, byte[] encoded) {
    private static final int BLOOM_SIZE = 256;
    private static final byte[] SUCCEEDED = {1};

    /// @param topics the event first
    /// @param data   of at least two bytes
    static ContractLog of(byte[] contract, List<Hash> topics, byte[] data) {
        var encodedTopics =
                topics.stream().map(topic -> RlpWriter.bytes(topic.toBytes())).toList();
        var parts = List.of(RlpWriter.bytes(contract), RlpWriter.list(encodedTopics), RlpWriter.bytes(data));
        return new ContractLog(contract, RlpWriter.list(parts));
    }

    /// `Lodged(bytes32 indexed origin, uint64 size, bytes32 root)` (docs/formats.md §11).
    static ContractLog lodged(byte[] contract, Hash originId, long size, Hash root) {
        var event = Keccak256.of("Lodged(bytes32,uint64,bytes32)".getBytes(StandardCharsets.US_ASCII));
        var data = ByteBuffer.allocate(2 * Hash.SIZE).putLong(24, size).put(Hash.SIZE, root.toBytes());
        return of(contract, List.of(event, originId), data.array());
    }

    /// That a transaction which took effect logged this.
    ///
    /// @param receipt as the receipts' trie holds it: with a type before it (EIP-2718) or without
    /// @param place   of the log in the receipt, from 0
    void requireIn(byte[] receipt, long place) throws ProofBroken {
        boolean isTyped = receipt.length > 0 && receipt[0] > 0;
        var in = Rlp.ofList(isTyped ? Arrays.copyOfRange(receipt, 1, receipt.length) : receipt);
        if (!Arrays.equals(in.bytes(Hash.SIZE), SUCCEEDED)) throw new ProofBroken("the transaction took no effect");
        in.number(); // gas
        in.fixed(BLOOM_SIZE);
        var logs = in.list();
        in.end();
        for (long i = 0; i < place && !logs.atEnd(); i++) logs.skip();
        if (logs.atEnd()) throw new ProofBroken("the receipt has no log " + place);
        if (!Arrays.equals(logs.item(), encoded)) {
            throw new ProofBroken("log " + place + " is not the contract's word that it lodged this head");
        }
    }
}
