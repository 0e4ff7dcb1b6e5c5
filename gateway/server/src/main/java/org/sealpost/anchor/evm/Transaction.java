package org.sealpost.anchor.evm;

import java.math.BigInteger;
import org.jspecify.annotations.Nullable;

/// A transaction before and after it is signed.
///
/// @param to null creates a contract
record Transaction(
        long chainId,
        long nonce,
        Fee fee,
        long gas,
        @Nullable Address to,
        byte[] input) {

    /// What the chain is offered for a unit of gas, in wei.
    sealed interface Fee {
        /// The most that this fee can come to.
        BigInteger most();
    }

    /// Before EIP-1559.
    record LegacyFee(BigInteger price) implements Fee {
        @Override
        public BigInteger most() {
            return price;
        }
    }

    /// EIP-1559.
    record DynamicFee(BigInteger tip, BigInteger most) implements Fee {}

    /// What the account signs.
    byte[] digest() {
        return Keccak.hash(
                switch (fee) {
                    case LegacyFee legacy ->
                        Rlp.list(
                                Rlp.number(nonce),
                                Rlp.number(legacy.price),
                                Rlp.number(gas),
                                recipient(),
                                Rlp.number(0),
                                Rlp.bytes(input),
                                Rlp.number(chainId), // EIP-155
                                Rlp.number(0),
                                Rlp.number(0));
                    case DynamicFee dynamic ->
                        typed(Rlp.list(
                                Rlp.number(chainId),
                                Rlp.number(nonce),
                                Rlp.number(dynamic.tip),
                                Rlp.number(dynamic.most),
                                Rlp.number(gas),
                                recipient(),
                                Rlp.number(0),
                                Rlp.bytes(input),
                                Rlp.list()));
                });
    }

    /// The raw transaction; its keccak-256 is the transaction's hash.
    byte[] signed(Account.Signature signature) {
        return switch (fee) {
            case LegacyFee legacy ->
                Rlp.list(
                        Rlp.number(nonce),
                        Rlp.number(legacy.price),
                        Rlp.number(gas),
                        recipient(),
                        Rlp.number(0),
                        Rlp.bytes(input),
                        Rlp.number(Math.addExact(Math.multiplyExact(chainId, 2L), 35L + signature.parity())),
                        Rlp.number(signature.r()),
                        Rlp.number(signature.s()));
            case DynamicFee dynamic ->
                typed(Rlp.list(
                        Rlp.number(chainId),
                        Rlp.number(nonce),
                        Rlp.number(dynamic.tip),
                        Rlp.number(dynamic.most),
                        Rlp.number(gas),
                        recipient(),
                        Rlp.number(0),
                        Rlp.bytes(input),
                        Rlp.list(),
                        Rlp.number(signature.parity()),
                        Rlp.number(signature.r()),
                        Rlp.number(signature.s())));
        };
    }

    private byte[] recipient() {
        return Rlp.bytes(to == null ? new byte[0] : to.bytes());
    }

    private static byte[] typed(byte[] payload) {
        var out = new byte[payload.length + 1];
        out[0] = 2;
        System.arraycopy(payload, 0, out, 1, payload.length);
        return out;
    }
}
