package org.sealpost.anchor.evm;

import java.math.BigInteger;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.sealpost.evidence.anchor.evm.RlpWriter;

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
                    case LegacyFee _ ->
                        encoded(RlpWriter.number(chainId), RlpWriter.number(0), RlpWriter.number(0)); // EIP-155
                    case DynamicFee _ -> encoded();
                });
    }

    /// The raw transaction; its keccak-256 is the transaction's hash.
    byte[] signed(Account.Signature signature) {
        long parity = switch (fee) {
            case LegacyFee _ -> Math.addExact(Math.multiplyExact(chainId, 2L), 35L + signature.parity());
            case DynamicFee _ -> signature.parity();
        };
        return encoded(RlpWriter.number(parity), RlpWriter.number(signature.r()), RlpWriter.number(signature.s()));
    }

    /// The fields in their order, with what stands behind them: signed and to be signed differ there alone.
    private byte[] encoded(byte[]... behind) {
        return switch (fee) {
            case LegacyFee legacy ->
                list(
                        behind,
                        RlpWriter.number(nonce),
                        RlpWriter.number(legacy.price),
                        RlpWriter.number(gas),
                        recipient(),
                        RlpWriter.number(0),
                        RlpWriter.bytes(input));
            case DynamicFee dynamic ->
                typed(list(
                        behind,
                        RlpWriter.number(chainId),
                        RlpWriter.number(nonce),
                        RlpWriter.number(dynamic.tip),
                        RlpWriter.number(dynamic.most),
                        RlpWriter.number(gas),
                        recipient(),
                        RlpWriter.number(0),
                        RlpWriter.bytes(input),
                        RlpWriter.list()));
        };
    }

    private static byte[] list(byte[][] behind, byte[]... fields) {
        var all = Arrays.copyOf(fields, fields.length + behind.length);
        System.arraycopy(behind, 0, all, fields.length, behind.length);
        return RlpWriter.list(all);
    }

    private byte[] recipient() {
        return RlpWriter.bytes(to == null ? new byte[0] : to.bytes());
    }

    private static byte[] typed(byte[] payload) {
        var out = new byte[payload.length + 1];
        out[0] = 2;
        System.arraycopy(payload, 0, out, 1, payload.length);
        return out;
    }
}
