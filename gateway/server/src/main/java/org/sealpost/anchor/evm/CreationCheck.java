package org.sealpost.anchor.evm;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.sealpost.anchor.AnchorageSetback;
import org.sealpost.lodging.Place;

/// Asks the nodes how the contract was made: our code at its address does not tell what put it there.
///
/// Belongs to one thread.
final class CreationCheck {
    private final Endpoints endpoints;
    private final Finality finality;

    CreationCheck(Endpoints endpoints, Finality finality) {
        this.endpoints = endpoints;
        this.finality = finality;
    }

    /// How the contract was made, by all nodes that are right: one that has the transaction suffices, since others may
    /// have forgotten it, and one that contradicts stops.
    ///
    /// @param kind which of our contracts it is to have made
    /// @throws AnchorageSetback if it was made otherwise
    Creation.Told made(Creation creation, SealpostContract kind) throws AnchorageSetback {
        creation.requireOf(kind);
        var asked = new ArrayList<>(List.of(endpoints.used()));
        asked.addAll(endpoints.others());
        boolean isMade = false;
        Optional<AnchorageSetback> notYet = Optional.empty();
        var said = new ArrayList<String>();
        for (var node : asked) {
            try {
                var place = creation.by(node);
                if (place.isEmpty()) {
                    said.add("node " + node.name() + " does not have it");
                    continue;
                }
                var waits = notFinal(creation, node, place.get());
                if (waits.isEmpty()) isMade = true;
                else notYet = waits;
            } catch (RpcError e) {
                said.add("node " + node.name() + " does not tell: " + Node.describe(e)); // it is there
            } catch (IOException e) {
                notYet = Optional.of(endpoints.failed(node, e));
            }
        }
        if (isMade) return new Creation.Told.Made();
        if (notYet.isPresent()) return new Creation.Told.NotYet(notYet.get());
        for (var node : endpoints.all()) {
            if (asked.contains(node)) continue;
            said.add("node " + node.name() + " does not answer, is behind or of another chain");
        }
        return new Creation.Told.Forgotten(String.join("; ", said));
    }

    /// Why it may still be taken back; empty if it cannot.
    private Optional<AnchorageSetback> notFinal(Creation creation, Node node, Place place) throws IOException {
        try {
            long newest = node.chain().mustHave("latest").place().height();
            if (place.height() <= finality.height(node, newest)) return Optional.empty();
        } catch (AnchorageSetback e) {
            return Optional.of(e);
        }
        return Optional.of(new AnchorageSetback(
                "by node " + node.name() + " transaction " + creation.id() + ", which made the contract, is in block "
                        + place.height() + ", which is not final yet",
                "none needed while blocks come: what waits for it is sent then"));
    }
}
