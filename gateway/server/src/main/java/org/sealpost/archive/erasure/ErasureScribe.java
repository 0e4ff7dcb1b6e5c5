package org.sealpost.archive.erasure;

import java.io.IOException;
import org.sealpost.stage.Stage;

/// Copies each order into the log, in their order: when, by whom and under which rule can then be proved. What
/// is copied is told by the journal of erasures, so that a crash at any moment leads at most to a second offer,
/// which the key makes harmless (I7).
public final class ErasureScribe implements Stage {
    private final Erasures erasures;
    private final Trail trail;
    private long next;

    /// The log, as the scribe needs it.
    @FunctionalInterface
    public interface Trail {
        /// Makes an entry of the box's own with this content, durable when it returns; may wait for the disk.
        /// Repeating it with the same key and content makes no second entry.
        ///
        /// @return the entry's index
        /// @throws IOException a setback: it cannot be taken now, and is offered again later
        long add(String key, byte[] content) throws IOException;
    }

    public ErasureScribe(Erasures erasures, Trail trail) {
        this.erasures = erasures;
        this.trail = trail;
    }

    @Override
    public String name() {
        return "erasure-scribe";
    }

    @Override
    public int step() throws IOException {
        for (long size = erasures.size(); next < size; next++) {
            var standing = erasures.at(next);
            if (standing.isEmpty() || standing.get().copiedAs().isPresent()) continue;
            long index =
                    trail.add("erasure-" + next, ErasureCopy.of(standing.get().order()));
            erasures.copied(next, index);
            next++;
            return 1;
        }
        return 0;
    }
}
