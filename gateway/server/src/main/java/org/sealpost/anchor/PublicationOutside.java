package org.sealpost.anchor;

import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.sealpost.anchor.PublicationProgress.Item;

/// What the core wants done is done here, each by the part whose work it is.
record PublicationOutside(
        PublicationKeeping keeping, PublicationRuns runs, PublicationMaking making, PublicationLedger ledger)
        implements PublicationWant.Surroundings {

    /// Another step begins. What is deleted first counts as being made until it is gone.
    void begin() throws IOException {
        keeping.deleteUnnamed();
        making.begin();
        runs.begin();
    }

    @Override
    public long write(PublicationEntry entry) throws IOException {
        return keeping.write(entry);
    }

    @Override
    public void makeDurable() throws IOException {
        keeping.makeDurable();
    }

    @Override
    public boolean runIsDue() {
        return runs.isDue();
    }

    @Override
    public Optional<PublicationEntry.Made> make(long number, Set<Long> unasked) throws IOException {
        return making.make(number, unasked);
    }

    @Override
    public PublicationWant.Load load(Item item) throws AnchorageSetback {
        return making.load(item);
    }

    @Override
    public void keep(long number, SignedRequest request) throws IOException {
        keeping.keepRequest(number, request);
    }

    @Override
    public Optional<SignedRequest> kept(long number, PublicationEntry.Request known) throws IOException {
        return keeping.request(number, known);
    }

    @Override
    public <A> Map<Long, A> each(Set<Long> numbers, PublicationWant.OfEach<A> question) throws AnchorageSetback {
        return AtOnce.ask(numbers, question);
    }
}
