package org.sealpost.archive.erasure;

import java.io.IOException;
import java.util.List;
import java.util.stream.Collectors;
import org.sealpost.journal.JournalFull;

/// There was room for some of the orders that were made of one: those are in force, the rest is not ordered.
public final class OrderCutShort extends IOException {
    private static final long serialVersionUID = 1;

    OrderCutShort(List<Erasure> made, JournalFull cause) {
        super(
                "there is no room for all of it: in force "
                        + (made.size() == 1 ? "is order " : "are orders ")
                        + made.stream()
                                .map(order -> String.valueOf(order.position()))
                                .collect(Collectors.joining(", "))
                        + ", which hide the entries below "
                        + made.getLast().ranges().getLast().next()
                        + " that were named; make room, then order the others",
                cause);
    }
}
