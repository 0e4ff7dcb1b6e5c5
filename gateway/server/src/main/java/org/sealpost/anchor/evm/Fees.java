package org.sealpost.anchor.evm;

import java.io.IOException;
import java.math.BigInteger;
import java.util.Optional;
import org.sealpost.anchor.AnchorageSetback;
import org.sealpost.anchor.evm.Transaction.DynamicFee;
import org.sealpost.anchor.evm.Transaction.Fee;
import org.sealpost.anchor.evm.Transaction.LegacyFee;

/// What a transaction offers for a unit of gas, and what a dearer one in its place does.
final class Fees {
    private static final BigInteger EIGHT = BigInteger.valueOf(8);
    private static final BigInteger NINE = BigInteger.valueOf(9);

    private final Optional<BigInteger> max;

    /// What a node says that gas costs; asked for as far as it counts.
    interface Prices {
        /// What it takes a unit to cost, in wei.
        BigInteger gasPrice() throws IOException;

        /// What whoever makes the block is offered beyond the base fee, in wei; empty where it has no opinion.
        Optional<BigInteger> tip() throws IOException;
    }

    /// @param max in wei for a unit of gas; dearer transactions are not made
    Fees(Optional<BigInteger> max) {
        this.max = max;
    }

    /// EIP-1559 where the newest block has a base fee, else a price of the old kind. Zero where gas has no price.
    ///
    /// @throws AnchorageSetback while the chain asks more than the owner gives
    Fee now(Prices prices, Chain.Block newest) throws IOException, AnchorageSetback {
        if (newest.baseFee().isEmpty()) {
            var price = prices.gasPrice();
            requireNotAbove(price);
            return new LegacyFee(price);
        }
        var base = newest.baseFee().get();
        if (base.signum() == 0 && prices.gasPrice().signum() == 0) {
            return new DynamicFee(BigInteger.ZERO, BigInteger.ZERO);
        }
        var named = prices.tip();
        var tip = named.isPresent()
                ? named.get()
                : prices.gasPrice().subtract(base).max(BigInteger.ZERO);
        requireNotAbove(base.add(tip));
        // The base fee rises by an eighth a block at most: twice of it holds for five full blocks.
        var most = base.shiftLeft(1).add(tip);
        return new DynamicFee(tip, max.map(most::min).orElse(most));
    }

    /// An eighth more of both than before, which is more than any pool asks of a transaction that is to take
    /// another's place, and no less than the chain asks now. Empty where gas has no price. It may be more than
    /// the owner gives.
    ///
    /// @throws AnchorageSetback while the chain asks more than that
    Optional<Fee> dearer(Fee before, Prices prices, Chain.Block newest) throws IOException, AnchorageSetback {
        var now = now(prices, newest);
        if (before.most().signum() == 0 && now.most().signum() == 0) return Optional.empty();
        var most = raised(before.most()).max(now.most());
        Fee dearer = switch (before) {
            case LegacyFee _ -> new LegacyFee(most);
            case DynamicFee(var tip, var _) -> {
                var offered = now instanceof DynamicFee dynamic ? dynamic.tip() : BigInteger.ZERO;
                yield new DynamicFee(raised(tip).max(offered).min(most), most);
            }
        };
        return Optional.of(dearer);
    }

    private static BigInteger raised(BigInteger fee) {
        return fee.multiply(NINE).add(EIGHT).subtract(BigInteger.ONE).divide(EIGHT);
    }

    /// Whether it is no more than the owner gives.
    boolean allows(Fee fee) {
        return !isAbove(fee.most());
    }

    private boolean isAbove(BigInteger fee) {
        return max.isPresent() && fee.compareTo(max.get()) > 0;
    }

    private void requireNotAbove(BigInteger fee) throws AnchorageSetback {
        if (isAbove(fee)) {
            throw new AnchorageSetback(
                    "dearer than max-fee: a unit of gas costs " + fee + " wei now, allowed are " + max.orElseThrow(),
                    "none needed if the price falls again; else raise max-fee");
        }
    }
}
