package org.sealpost.anchor;

import java.io.IOException;
import java.util.Optional;
import java.util.Set;
import org.sealpost.anchor.PublicationProgress.Item;
import org.sealpost.anchor.PublishableRecords.Stretch;
import org.sealpost.lodging.Publication;

/// Makes the next publication, and loads those that have a number, to be signed. Whoever orders records erased
/// sees of which ones content is being made.
///
/// Belongs to the stepping thread, but for what is marked.
final class PublicationMaking {
    private final PublicationConfig config;
    private final PublicationSigner signer;
    private final PublishableRecords records;
    private final PublicationRuns runs;
    private final PublicationContents contents;
    private final PublicationFaults faults;

    // The records of which content is being made, before anybody looks whether they may be; written by the stepping
    // thread, read by any.
    private volatile Stretch making = Stretch.NONE;

    PublicationMaking(
            PublicationConfig config,
            PublicationSigner signer,
            PublishableRecords records,
            PublicationRuns runs,
            PublicationContents contents,
            PublicationFaults faults) {
        this.config = config;
        this.signer = signer;
        this.records = records;
        this.runs = runs;
        this.contents = contents;
        this.faults = faults;
    }

    /// Another step begins: nothing is being made.
    void begin() {
        making = Stretch.NONE;
    }

    /// As [PublicationWant.Surroundings#make].
    Optional<PublicationEntry.Made> make(long number, Set<Long> unasked) throws IOException {
        for (var next = runs.next(unasked); next.isPresent(); next = runs.next(unasked)) {
            var run = next.get();
            making = new Stretch(run.first(), run.count());
            // Whoever orders a record erased from now on sees that it is being read.
            if (records.shown(run.kind(), run.first(), run.end()).count() < run.count()) continue;
            var publication = contents.made(number, run);
            if (publication.isEmpty()) continue;
            var found = publication.get();
            return Optional.of(new PublicationEntry.Made(
                    config.clock().instant(),
                    number,
                    found.kind(),
                    found.first(),
                    found.count(),
                    found.contentHash(),
                    found.digest()));
        }
        return Optional.empty();
    }

    /// As [PublicationWant.Surroundings#load].
    PublicationWant.Load load(Item item) throws AnchorageSetback {
        if (item.givenUp().isPresent()) return ready(contents.givenUp(item.number()));
        var made = item.made();
        making = new Stretch(made.first(), made.count());
        Optional<byte[]> content;
        try {
            content = contents.again(made);
        } catch (IOException e) {
            faults.noteUnread(made.number(), e);
            return new PublicationWant.Load.Unreadable();
        }
        faults.forgetUnread(made.number());
        if (content.isEmpty()) {
            return new PublicationWant.Load.Gone("what was to be published is not there any more");
        }
        return ready(contents.of(made, content.get()));
    }

    private PublicationWant.Load ready(Publication publication) throws AnchorageSetback {
        return new PublicationWant.Load.Ready(signer.sign(publication));
    }

    /// Whether content of none of these records is being made. Any thread.
    boolean isClear(long first, long end) {
        return !making.overlaps(first, end);
    }
}
