package org.sealpost.evidence.anchor.fabric;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.sealpost.evidence.Sha256;
import org.sealpost.evidence.anchor.fabric.Consenters.OrdererSignature;
import org.sealpost.merkle.Hash;
import org.sealpost.record.CborMalformed;
import org.sealpost.record.CborReader;

/// A proof as its bytes have it (docs/formats.md §23).
///
/// @param transactions all of the block's, absent where they are left out
/// @param value        what orderers sign beside the header
/// @param position     the transaction's in the block, from 0
/// @param state        the endorsed answer about the head
/// @param configs      SHA-256 of the config blocks
record ProofItem(
        BlockHeader header,
        Optional<List<byte[]>> transactions,
        byte[] value,
        List<OrdererSignature> signatures,
        long position,
        byte[] state,
        List<Hash> configs) {
    static final int MAX_SIZE_BYTES = 1 << 20;
    private static final int MAX_DATA_BYTES = 256 << 10;
    private static final int MAX_TRANSACTIONS = 4096;
    private static final int MAX_VALUE_BYTES = 64 << 10;
    private static final int MAX_STATE_BYTES = 256 << 10;
    private static final int MAX_SIGNATURE_BYTES = 256;
    private static final int MAX_CONFIGS = 256;

    static ProofItem read(byte[] proof) throws CborMalformed, DoesNotHold {
        if (proof.length > MAX_SIZE_BYTES) throw new DoesNotHold("the proof has more than 1 MiB");
        var in = new CborReader(proof)
                .arrayOf(11)
                .expect("sealpost-fabric-proof")
                .expect(1);
        // Block 0 carries a config.
        long number = in.unsigned("block", 1, Long.MAX_VALUE);
        var previous = in.fixed(Hash.SIZE);
        Optional<List<byte[]>> transactions = in.nil() ? Optional.empty() : Optional.of(transactions(in));
        var header = new BlockHeader(number, previous, Hash.of(in.fixed(Hash.SIZE)));
        var value = in.bytes(MAX_VALUE_BYTES);
        var signatures = signatures(in);
        long position = in.unsigned();
        var state = in.bytes(MAX_STATE_BYTES);
        int configCount = in.array(MAX_CONFIGS);
        var configs = new ArrayList<Hash>();
        for (int i = 0; i < configCount; i++) configs.add(Hash.of(in.fixed(Hash.SIZE)));
        in.end();
        var item = new ProofItem(header, transactions, value, signatures, position, state, configs);
        if (transactions.isPresent()) item.checkData(transactions.get());
        return item;
    }

    private static List<byte[]> transactions(CborReader in) throws CborMalformed {
        int count = in.array(MAX_TRANSACTIONS);
        var all = new ArrayList<byte[]>();
        int left = MAX_DATA_BYTES;
        for (int i = 0; i < count; i++) {
            var transaction = in.bytes(left);
            left -= transaction.length;
            all.add(transaction);
        }
        return all;
    }

    private static List<OrdererSignature> signatures(CborReader in) throws CborMalformed {
        int count = in.array(Consenters.MAX_COUNT);
        var all = new ArrayList<OrdererSignature>();
        for (int i = 0; i < count; i++) {
            in.arrayOf(2);
            all.add(new OrdererSignature(in.bytes(MAX_SIGNATURE_BYTES), in.bytes(MAX_SIGNATURE_BYTES)));
        }
        return all;
    }

    private void checkData(List<byte[]> all) throws DoesNotHold {
        if (!Sha256.of(all.toArray(new byte[0][])).equals(header.data())) {
            throw new DoesNotHold("the transactions are not those of the block's header");
        }
        if (position >= all.size()) throw new DoesNotHold("the block has no transaction " + position);
    }

    KeySet.Place place() {
        return new KeySet.Place(header.number(), position);
    }

    /// The transaction, where the block's are there.
    Optional<byte[]> transaction() {
        return transactions.map(all -> all.get((int) position));
    }
}
