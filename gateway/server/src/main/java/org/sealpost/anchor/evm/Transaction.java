package org.sealpost.anchor.evm;

import java.math.BigInteger;
import java.util.Arrays;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;
import org.sealpost.evidence.anchor.evm.ProofBroken;
import org.sealpost.evidence.anchor.evm.Rlp;
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

    /// A transaction with whose signature it is.
    record Signed(Transaction transaction, Account.Signature signature) {}

    /// A raw transaction as [#signed] makes it, with a recipient.
    ///
    /// @throws ProofBroken, IllegalArgumentException if it is another
    static Signed parse(byte[] raw) throws ProofBroken {
        boolean isTyped = raw.length > 0 && raw[0] == 2;
        var in = Rlp.ofList(isTyped ? Arrays.copyOfRange(raw, 1, raw.length) : raw);
        long chainId = isTyped ? in.number() : 0;
        long nonce = in.number();
        Fee fee = isTyped ? new DynamicFee(amount(in), amount(in)) : new LegacyFee(amount(in));
        long gas = in.number();
        var to = new Address(HexFormat.of().formatHex(in.fixed(20)));
        in.fixed(0); // no value
        byte[] input = in.bytes(raw.length);
        if (isTyped) in.list().end(); // no access list
        long parity = in.number();
        if (!isTyped) {
            if (parity < 37) throw new IllegalArgumentException("a transaction without EIP-155");
            chainId = (parity - 35) / 2;
            parity = (parity - 35) % 2;
        }
        if (parity > 1) throw new IllegalArgumentException("a signature of parity " + parity);
        var signature = new Account.Signature(amount(in), amount(in), (int) parity);
        in.end();
        return new Signed(new Transaction(chainId, nonce, fee, gas, to, input), signature);
    }

    /// What a raw transaction carries that creates a contract, and has no value. Its signature is not looked at.
    ///
    /// @throws ProofBroken, IllegalArgumentException if it is another
    static byte[] creationInput(byte[] raw) throws ProofBroken {
        boolean isTyped = raw.length > 0 && raw[0] == 2;
        var in = Rlp.ofList(isTyped ? Arrays.copyOfRange(raw, 1, raw.length) : raw);
        // Before the recipient stand chain id, nonce, both prices and the gas, or nonce, price and gas.
        for (int i = 0; i < (isTyped ? 5 : 3); i++) in.scalar(32);
        in.fixed(0); // no recipient
        in.fixed(0); // no value
        return in.bytes(raw.length);
    }

    private static BigInteger amount(Rlp in) throws ProofBroken {
        return new BigInteger(1, in.scalar(32));
    }

    Transaction withFee(Fee other) {
        return new Transaction(chainId, nonce, other, gas, to, input);
    }

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
