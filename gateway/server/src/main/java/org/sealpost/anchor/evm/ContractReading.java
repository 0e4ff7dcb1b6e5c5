package org.sealpost.anchor.evm;

import java.io.IOException;
import java.util.Optional;
import java.util.function.Function;
import org.sealpost.anchor.AnchorageSetback;
import org.sealpost.anchor.AnchorageStanding;
import org.sealpost.lodging.Place;

/// Questions as of one block, of one history of the chain.
///
/// Belongs to one thread, but for [#standing].
final class ContractReading {
    private final Endpoints endpoints;
    private final Finality finality;

    // Written by the thread that asks, read by any.
    private volatile Optional<AnchorageStanding> standing = Optional.empty();

    ContractReading(Endpoints endpoints, Finality finality) {
        this.endpoints = endpoints;
        this.finality = finality;
    }

    /// What is asked as of one block.
    interface Question<A> {
        /// @param newest      the block as of which it is asked
        /// @param finalHeight of the highest block that cannot be taken back; below 0 for none
        A ask(Chain chain, Place newest, long finalHeight) throws IOException, AnchorageSetback;
    }

    /// Asks as of the newest block, and looks afterwards whether it still is the chain's: all answers must be
    /// about one history; a node that switched meanwhile is asked again later.
    <A> A asOfNewest(Question<A> question) throws AnchorageSetback {
        return asOfNewest(_ -> Optional.empty(), question);
    }

    /// The same, where something of what was answered as of a block may be known already: that never changes.
    ///
    /// @param known what was answered as of this block; empty to ask
    <A> A asOfNewest(Function<Place, Optional<A>> known, Question<A> question) throws AnchorageSetback {
        var node = endpoints.used();
        try {
            var newest = node.chain().mustHave("latest").place();
            var before = known.apply(newest);
            if (before.isPresent()) {
                endpoints.reached(node, newest.height());
                return before.get();
            }
            long finalHeight = finality.height(node, newest.height());
            standing = Optional.of(new AnchorageStanding("node " + node.name(), finalHeight));
            var answer = question.ask(node.chain(), newest, finalHeight);
            if (!node.chain().hashAt(newest.height()).equals(Optional.of(newest.block()))) {
                throw new AnchorageSetback(
                        "chain at " + node.name() + " was reorganised while it was asked", "none needed");
            }
            endpoints.reached(node, newest.height());
            return answer;
        } catch (IOException e) {
            throw endpoints.failed(node, e);
        }
    }

    /// By the last answer of the node that is used. Any thread.
    Optional<AnchorageStanding> standing() {
        return standing;
    }
}
