package org.sealpost.anchor;

import java.util.HexFormat;
import org.sealpost.merkle.Hash;
import org.sealpost.record.CborMalformed;
import org.sealpost.record.CborReader;
import org.sealpost.record.CborWriter;

/// Who an anchorage is: kind and identity map of docs/formats.md §8.
public sealed interface AnchorageIdentity {

    /// The kind as evidence files name it.
    String kind();

    /// The identity map, in deterministic CBOR.
    byte[] toCbor();

    /// A ledger of this box alone.
    record Local(Hash ledgerId) implements AnchorageIdentity {
        @Override
        public String kind() {
            return "local";
        }

        @Override
        public byte[] toCbor() {
            return new CborWriter().map(1).integer(1).bytes(ledgerId.toBytes()).toBytes();
        }
    }

    /// A contract on an EVM chain.
    ///
    /// @param genesis hash of block 0
    /// @param contract 40 lower-case hex digits
    /// @param code keccak-256 of the contract's code
    record Evm(long chainId, Hash genesis, String contract, Hash code) implements AnchorageIdentity {
        public Evm {
            if (chainId < 1) throw new IllegalArgumentException("a chain id is positive, not " + chainId);
            if (!contract.matches("[0-9a-f]{40}")) {
                throw new IllegalArgumentException("a contract's address has 40 lower-case hex digits: " + contract);
            }
        }

        @Override
        public String kind() {
            return "evm";
        }

        @Override
        public byte[] toCbor() {
            return new CborWriter()
                    .map(4)
                    .integer(1)
                    .integer(chainId)
                    .integer(2)
                    .bytes(genesis.toBytes())
                    .integer(3)
                    .bytes(HexFormat.of().parseHex(contract))
                    .integer(4)
                    .bytes(code.toBytes())
                    .toBytes();
        }
    }

    /// Reads a kind and its identity map.
    static AnchorageIdentity read(CborReader in) throws CborMalformed {
        int at = in.position();
        String kind = in.text(32);
        return switch (kind) {
            case "local" -> {
                in.mapOf(1).expect(1);
                yield new Local(Hash.of(in.fixed(Hash.SIZE)));
            }
            case "evm" -> {
                in.mapOf(4).expect(1);
                long chainId = in.unsigned("chain id", 1, Long.MAX_VALUE);
                in.expect(2);
                var genesis = Hash.of(in.fixed(Hash.SIZE));
                in.expect(3);
                String contract = HexFormat.of().formatHex(in.fixed(20));
                in.expect(4);
                yield new Evm(chainId, genesis, contract, Hash.of(in.fixed(Hash.SIZE)));
            }
            default -> throw new CborMalformed(at, "unknown kind of anchorage " + kind);
        };
    }
}
