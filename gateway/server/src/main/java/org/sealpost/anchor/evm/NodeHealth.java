package org.sealpost.anchor.evm;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.sealpost.anchor.AnchorageHealth;
import org.sealpost.anchor.AnchorageSetback;
import org.sealpost.anchor.evm.Node.Look;
import org.sealpost.evidence.AnchorIdentity;

/// How the nodes are, for people. Any thread.
final class NodeHealth {
    /// Of several nodes, before what one of them says is believed.
    private static final int ENOUGH_FOR_FINALITY = 2;

    private final Endpoints endpoints;
    private final Finality finality;
    private final Address account;
    private final Duration stalledAfter;

    /// @param stalledAfter a newest block that is as old makes a chain stand still
    NodeHealth(Endpoints endpoints, Finality finality, Address account, Duration stalledAfter) {
        this.endpoints = endpoints;
        this.finality = finality;
        this.account = account;
        this.stalledAfter = stalledAfter;
    }

    /// Of the node that would be used; what is wrong with the others, [#nodes] tells.
    AnchorageHealth health() {
        var looks = endpoints.look(endpoints.all());
        var best = looks.stream()
                .filter(look -> look instanceof Look.Seen seen && seen.syncing().isEmpty())
                .map(Look.Seen.class::cast)
                .max(Comparator.comparingLong(look -> look.newest().place().height()));
        if (best.isEmpty()) {
            var first = looks.getFirst();
            return first instanceof Look.Failed(var node, var why, var isAway)
                    ? new AnchorageHealth.Bad(String.valueOf(why.getMessage()), why.remedy())
                    : new AnchorageHealth.Bad("node " + first.node().name() + " is still catching up", "none needed");
        }
        long well = atOne(looks, best.get().identity());
        if (looks.size() > 1 && well < ENOUGH_FOR_FINALITY) {
            return new AnchorageHealth.Bad(
                    "heads are not final until two of urls are well and of one chain: of " + looks.size() + ", " + well
                            + (well == 1 ? " is" : " are"),
                    Node.ASK_NODE);
        }
        var node = best.get().node();
        var newest = best.get().newest();
        try {
            finality.height(node, newest.place().height());
            var time = Standstill.time(newest);
            return new AnchorageHealth.Good("block " + newest.place().height() + " of " + time + ", "
                    + Duration.between(time, Instant.now()).toSeconds() + " s ago; account " + account
                    + " holds " + node.chain().balance(account) + " wei");
        } catch (AnchorageSetback e) {
            return new AnchorageHealth.Bad(e.getMessage(), e.remedy());
        } catch (IOException e) {
            return new AnchorageHealth.Bad("node " + node.name() + ": " + Node.describe(e), Node.ASK_NODE);
        }
    }

    /// How many of those that are well are of one chain.
    private static long atOne(List<Look> looks, AnchorIdentity.Evm chain) {
        return looks.stream()
                .filter(look -> look instanceof Look.Seen seen
                        && seen.syncing().isEmpty()
                        && seen.identity().equals(chain))
                .count();
    }

    List<NodeReport> nodes(Optional<AnchorIdentity> known) {
        return NodeReport.of(endpoints.look(endpoints.all()), known, stalledAfter);
    }
}
