package org.sealpost.anchor.evm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigInteger;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.sealpost.anchor.AnchorageSetback;
import org.sealpost.anchor.SoftwareKey;
import org.sealpost.anchor.evm.Transaction.DynamicFee;
import org.sealpost.anchor.evm.Transaction.LegacyFee;
import org.sealpost.lodging.Place;
import org.sealpost.merkle.Hash;

class FeesTest {
    private BentWire wire;
    private Node node;

    @BeforeEach
    void start() throws Exception {
        wire = new BentWire(URI.create("http://127.0.0.1:1"));
        node = Node.of(wire.url(), Duration.ofSeconds(5));
        wire.results.put("eth_gasPrice", "\"0x64\"");
        wire.results.put("eth_maxPriorityFeePerGas", "\"0x5\"");
    }

    @AfterEach
    void stop() {
        node.rpc().close();
        wire.close();
    }

    @Test
    void aPriceOfTheOldKindWhereThereIsNoBaseFee() throws Exception {
        assertEquals(legacy(100), now(max(100), block(-1)));
        wire.results.put("eth_gasPrice", "\"0x0\"");
        assertEquals(legacy(0), now(max(1), block(-1)));
    }

    @Test
    void twiceTheBaseFeeAndTheTip() throws Exception {
        assertEquals(dynamic(5, 2 * 90 + 5), now(NO_MAX, block(90)));
        wire.errors.put("eth_maxPriorityFeePerGas", "{\"code\":-32601,\"message\":\"no such method\"}");
        assertEquals(dynamic(10, 2 * 90 + 10), now(NO_MAX, block(90)), "what the price has beyond the base fee");
    }

    @Test
    void nothingWhereGasHasNoPrice() throws Exception {
        wire.results.put("eth_gasPrice", "\"0x0\"");
        assertEquals(dynamic(0, 0), now(max(1), block(0)));
        assertEquals(Optional.empty(), new Fees(NO_MAX).dearer(dynamic(0, 0), node.chain(), block(0)));
        assertEquals(Optional.empty(), new Fees(NO_MAX).dearer(legacy(0), node.chain(), block(-1)));
    }

    /// As long as the price of now fits, the room above it is what is cut.
    @Test
    void noMoreThanTheOwnerGives() throws Exception {
        assertEquals(dynamic(5, 95), now(max(95), block(90)));
        for (long base : new long[] {90, -1}) {
            var refused = assertThrows(AnchorageSetback.class, () -> now(max(94), block(base)));
            assertTrue(refused.getMessage().startsWith("dearer than max-fee: "), refused.getMessage());
        }
    }

    @Test
    void whatTakesAnothersPlaceOffersAnEighthMoreOfBothAtLeast() throws Exception {
        assertEquals(Optional.of(dynamic(12, 1125)), dearer(NO_MAX, dynamic(10, 1000), block(90)));
        assertEquals(Optional.of(dynamic(5, 185)), dearer(NO_MAX, dynamic(1, 3), block(90)), "as the chain asks now");
        assertEquals(Optional.of(legacy(113)), dearer(NO_MAX, legacy(100), block(-1)));
        assertEquals(Optional.of(legacy(185)), dearer(NO_MAX, legacy(100), block(90)), "a fork came meanwhile");
        assertEquals(Optional.of(legacy(100)), dearer(NO_MAX, legacy(0), block(-1)), "gas has a price now");
        assertEquals(Optional.of(dynamic(12, 1125)), dearer(max(1125), dynamic(10, 1000), block(90)));
        assertThrows(AnchorageSetback.class, () -> dearer(max(94), dynamic(10, 94), block(90)), "the chain asks more");
    }

    /// What is dearer by itself is no word about what a unit of gas costs.
    @Test
    void anEighthMoreMayBeMoreThanTheOwnerGives() throws Exception {
        var dearer = dearer(max(1124), dynamic(10, 1000), block(90)).orElseThrow();
        assertEquals(dynamic(12, 1125), dearer);
        assertFalse(new Fees(max(1124)).allows(dearer));
        assertTrue(new Fees(max(1125)).allows(dearer));
        assertTrue(new Fees(NO_MAX).allows(dearer));
    }

    @Test
    void aTransactionIsReadAsItWasSigned() throws Exception {
        var key = SoftwareKey.secp256k1ForTests(81);
        var account = new Account(key);
        var to = new Address("0123456789abcdef0123456789abcdef01234567");
        for (var fee : new Transaction.Fee[] {dynamic(5, 95), legacy(100), legacy(0), dynamic(0, 0)}) {
            for (long chainId : new long[] {1, 31337, 1L << 40}) {
                var made = new Transaction(chainId, 0, fee, 6_000_000, to, new byte[] {1, 2, 3});
                byte[] raw = made.signed(account.sign(made.digest()));
                var read = Transaction.parse(raw);
                assertEquals(made.withFee(fee).fee(), read.transaction().fee());
                assertEquals(chainId, read.transaction().chainId());
                assertEquals(
                        Hash.of(Keccak.hash(raw)),
                        Hash.of(Keccak.hash(read.transaction().signed(read.signature()))));
                assertTrue(account.hasSigned(read));
                assertEquals(false, new Account(SoftwareKey.secp256k1ForTests(82)).hasSigned(read));
            }
        }
        assertThrows(Exception.class, () -> Transaction.parse(new byte[] {2, 1, 2, 3}));
    }

    private static final Optional<BigInteger> NO_MAX = Optional.empty();

    private static Optional<BigInteger> max(long wei) {
        return Optional.of(BigInteger.valueOf(wei));
    }

    private Transaction.Fee now(Optional<BigInteger> max, Chain.Block newest) throws Exception {
        return new Fees(max).now(node.chain(), newest);
    }

    private Optional<Transaction.Fee> dearer(Optional<BigInteger> max, Transaction.Fee before, Chain.Block newest)
            throws Exception {
        return new Fees(max).dearer(before, node.chain(), newest);
    }

    /// @param baseFee below 0 for none
    private static Chain.Block block(long baseFee) {
        Optional<BigInteger> base = baseFee < 0 ? Optional.empty() : Optional.of(BigInteger.valueOf(baseFee));
        return new Chain.Block(new Place(1, Hash.of(new byte[Hash.SIZE])), 0, 30_000_000, base);
    }

    private static LegacyFee legacy(long price) {
        return new LegacyFee(BigInteger.valueOf(price));
    }

    private static DynamicFee dynamic(long tip, long most) {
        return new DynamicFee(BigInteger.valueOf(tip), BigInteger.valueOf(most));
    }
}
