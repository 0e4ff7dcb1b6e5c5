package org.sealpost.evidence;

import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;
import java.util.regex.Pattern;
import org.sealpost.merkle.Hash;
import org.sealpost.record.CborMalformed;
import org.sealpost.record.CborReader;
import org.sealpost.record.CborWriter;

/// Where a head is said to be anchored: which ledger, and nothing of when or in which transaction.
public sealed interface AnchorIdentity {
    /// Its name in evidence and trust files.
    String kind();

    void write(CborWriter out);

    static AnchorIdentity read(CborReader in) throws CborMalformed {
        int at = in.position();
        var kind = in.text(64);
        return switch (kind) {
            case Local.KIND -> new Local(Hash.of(in.mapOf(1).expect(1).fixed(Hash.SIZE)));
            case Evm.KIND -> {
                long chain = in.mapOf(4).expect(1).unsigned();
                var genesis = Hash.of(in.expect(2).fixed(Hash.SIZE));
                var contract = in.expect(3).fixed(Evm.ADDRESS_SIZE);
                yield new Evm(chain, genesis, contract, Hash.of(in.expect(4).fixed(Hash.SIZE)));
            }
            case Fabric.KIND -> {
                var channel = in.mapOf(3).expect(1).text(Fabric.MAX_NAME_LENGTH);
                var genesis = Hash.of(in.expect(2).fixed(Hash.SIZE));
                var chaincode = in.expect(3).text(Fabric.MAX_NAME_LENGTH);
                if (!Fabric.areNames(channel, chaincode)) {
                    throw new CborMalformed(at, "names that no channel or no chaincode of Fabric has");
                }
                yield new Fabric(channel, genesis, chaincode);
            }
            case Tsa.KIND -> Tsa.read(in);
            default -> throw new CborMalformed(at, "anchor of an unknown kind");
        };
    }

    /// A ledger that the owner keeps.
    record Local(Hash ledgerId) implements AnchorIdentity {
        static final String KIND = "local";

        @Override
        public String kind() {
            return KIND;
        }

        @Override
        public void write(CborWriter out) {
            out.text(KIND).map(1).integer(1).bytes(ledgerId.toBytes());
        }

        @Override
        public String toString() {
            return "local ledger " + ledgerId;
        }
    }

    /// A contract on a chain with an Ethereum virtual machine.
    ///
    /// @param chainId  from 0
    /// @param genesis  hash of block 0
    /// @param contract 20 bytes
    /// @param code     keccak-256 of the contract's code
    record Evm(long chainId, Hash genesis, byte[] contract, Hash code) implements AnchorIdentity {
        static final String KIND = "evm";
        static final int ADDRESS_SIZE = 20;

        public Evm {
            if (chainId < 0) throw new IllegalArgumentException("a chain id is not negative");
            if (contract.length != ADDRESS_SIZE) throw new IllegalArgumentException("a contract's address: 20 bytes");
            contract = contract.clone();
        }

        @Override
        public byte[] contract() {
            return contract.clone();
        }

        @Override
        public String kind() {
            return KIND;
        }

        @Override
        public void write(CborWriter out) {
            out.text(KIND).map(4).integer(1).integer(chainId).integer(2).bytes(genesis.toBytes());
            out.integer(3).bytes(contract).integer(4).bytes(code.toBytes());
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Evm that
                    && chainId == that.chainId
                    && genesis.equals(that.genesis)
                    && Arrays.equals(contract, that.contract)
                    && code.equals(that.code);
        }

        @Override
        public int hashCode() {
            return Arrays.hashCode(contract);
        }

        @Override
        public String toString() {
            return "evm chain " + chainId + " (block 0 " + genesis + "), contract 0x"
                    + HexFormat.of().formatHex(contract) + " (code " + code + ")";
        }
    }

    /// A chaincode on a channel of Hyperledger Fabric.
    ///
    /// @param channel   its name: a to z, 0 to 9, `.` and `-`, a letter first, at most 249
    /// @param genesis   hash of the header of block 0
    /// @param chaincode its name: letters and digits of ASCII, `-` and `_` between them, at most 249
    record Fabric(String channel, Hash genesis, String chaincode) implements AnchorIdentity {
        static final String KIND = "fabric";
        static final int MAX_NAME_LENGTH = 249;
        private static final Pattern CHANNEL = Pattern.compile("[a-z][a-z0-9.-]*");
        private static final Pattern CHAINCODE = Pattern.compile("[A-Za-z0-9]+([-_][A-Za-z0-9]+)*+");

        public Fabric {
            if (!areNames(channel, chaincode)) throw new IllegalArgumentException("no name of a channel or chaincode");
        }

        /// Nothing but these can be printed and stand in a line of a trust file as it is.
        private static boolean areNames(String channel, String chaincode) {
            return channel.length() <= MAX_NAME_LENGTH
                    && chaincode.length() <= MAX_NAME_LENGTH
                    && CHANNEL.matcher(channel).matches()
                    && CHAINCODE.matcher(chaincode).matches();
        }

        @Override
        public String kind() {
            return KIND;
        }

        @Override
        public void write(CborWriter out) {
            out.text(KIND).map(3).integer(1).text(channel).integer(2).bytes(genesis.toBytes());
            out.integer(3).text(chaincode);
        }

        @Override
        public String toString() {
            return "fabric channel " + channel + " (block 0 " + genesis + "), chaincode " + chaincode;
        }
    }

    /// A time-stamping authority (RFC 3161): whatever it stamped existed at that time, and it stamps any number of
    /// histories.
    ///
    /// @param authority SHA-256 of the SPKI of the CA that vouches for its certificates
    /// @param policy    under which it stamps, a dotted object identifier; empty: under any
    record Tsa(Hash authority, Optional<String> policy) implements AnchorIdentity {
        static final String KIND = "tsa";
        private static final Pattern OBJECT_IDENTIFIER = Pattern.compile("[0-2](\\.(0|[1-9][0-9]{0,38}))+");
        private static final int MAX_POLICY_SIZE = 128;

        public Tsa {
            policy.filter(words -> words.length() > MAX_POLICY_SIZE
                            || !OBJECT_IDENTIFIER.matcher(words).matches())
                    .ifPresent(words -> {
                        throw new IllegalArgumentException(
                                "a policy is an object identifier such as 1.3.6.1.4.1.57264.2");
                    });
        }

        private static Tsa read(CborReader in) throws CborMalformed {
            int at = in.position();
            var authority = Hash.of(in.mapOf(2).expect(1).fixed(Hash.SIZE));
            in.expect(2);
            try {
                return new Tsa(authority, in.nil() ? Optional.empty() : Optional.of(in.text(MAX_POLICY_SIZE)));
            } catch (IllegalArgumentException e) {
                throw new CborMalformed(at, String.valueOf(e.getMessage()));
            }
        }

        @Override
        public String kind() {
            return KIND;
        }

        @Override
        public void write(CborWriter out) {
            out.text(KIND).map(2).integer(1).bytes(authority.toBytes()).integer(2);
            policy.ifPresentOrElse(out::text, out::nil);
        }

        @Override
        public String toString() {
            return "time-stamping authority " + authority
                    + policy.map(words -> ", policy " + words).orElse("");
        }
    }
}
