package org.sealpost.app.inspect;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// What a file is, whether it is whole, and what is in it.
///
/// @param kind  in words, with its version where it has one
/// @param facts by name, in the order in which a person wants them
/// @param items what it holds, one after the other; perhaps only the first of them
public record Explanation(String kind, Standing standing, Map<String, String> facts, List<String> items) {
    /// What was found of a file.
    public enum Standing {
        /// All that can be checked in it holds.
        WHOLE,
        /// Something in it is not as it was written.
        DAMAGED,
        /// None that this program writes.
        UNKNOWN,
        /// The system does not let it be read.
        UNREADABLE
    }

    public Explanation {
        facts = new LinkedHashMap<>(facts);
        items = List.copyOf(items);
    }

    static Explanation unknown(String why) {
        return new Explanation("none of ours", Standing.UNKNOWN, Map.of("why", why), List.of());
    }

    static Explanation unreadable(String why) {
        return new Explanation("a file that cannot be read", Standing.UNREADABLE, Map.of("why", why), List.of());
    }

    static Draft of(String kind) {
        return new Draft(kind);
    }

    /// One that is being written. What damages it does not keep the rest from being told.
    static final class Draft {
        private final String kind;
        private final Map<String, String> facts = new LinkedHashMap<>();
        private final List<String> items = new ArrayList<>();
        private Standing standing = Standing.WHOLE;

        private Draft(String kind) {
            this.kind = kind;
        }

        Draft fact(String name, Object value) {
            facts.put(name, String.valueOf(value));
            return this;
        }

        Draft item(String words) {
            items.add(words);
            return this;
        }

        Draft damaged(String problem) {
            standing = Standing.DAMAGED;
            // The first one tells where to look; a file may have thousands.
            facts.putIfAbsent("damaged", problem);
            return this;
        }

        Explanation done() {
            return new Explanation(kind, standing, facts, items);
        }
    }
}
