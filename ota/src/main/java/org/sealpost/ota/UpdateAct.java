package org.sealpost.ota;

import java.util.Collections;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;

/// Something that happened to the box's software (docs/updates.md, "Acts"). It is durable before what follows
/// from it is done.
sealed interface UpdateAct {
    /// No text in an act is longer, in characters.
    int MAX_TEXT = 1_000;

    /// No act names more parts.
    int MAX_PARTS = 64;

    /// @param ca SHA-256 of the certificates that the server's is trusted by, in hex
    record SourceSet(Optional<String> url, Optional<String> ca, boolean automatic) implements UpdateAct {
        static final SourceSet NONE = new SourceSet(Optional.empty(), Optional.empty(), false);
    }

    record Offered(Offer offer) implements UpdateAct {}

    /// @param file    what was refused, if it was one
    /// @param version of the release, if it was one's
    record Refused(String rule, String sentence, Offer.From from, Optional<String> file, Optional<Version> version)
            implements UpdateAct {
        public Refused {
            sentence = line(sentence);
            file = file.map(UpdateAct::line);
        }

        /// @param file which begins the sentence
        Refused(String rule, String file, String why, Offer offer) {
            this(rule, file + ": " + why, offer.from(), Optional.of(file), Optional.of(offer.version()));
        }

        /// Whether it says the same again.
        boolean repeats(Refused other) {
            return rule.equals(other.rule)
                    && from == other.from
                    && file.equals(other.file)
                    && version.equals(other.version);
        }
    }

    record Ordered(Version version) implements UpdateAct {}

    record Verified(Version version, String sha256) implements UpdateAct {}

    /// @param red parts of the gateway that are red before it
    record Installing(Version version, Slot slot, SortedSet<String> red) implements UpdateAct {
        public Installing {
            red = parts(red);
        }
    }

    record Installed(Version version, Slot slot) implements UpdateAct {}

    record Rebooting(Version version, Slot slot, Slot from, SortedSet<String> red) implements UpdateAct {
        public Rebooting {
            red = parts(red);
        }
    }

    record Confirmed(Version version, Slot slot, int epoch, int dataFormat) implements UpdateAct {}

    record Failed(Version version, String why) implements UpdateAct {
        public Failed {
            why = line(why);
        }
    }

    record RolledBack(Version version, String why) implements UpdateAct {
        public RolledBack {
            why = line(why);
        }
    }

    record Allowed(Version version) implements UpdateAct {}

    /// A slot runs whose security epoch is below what was confirmed here, and is left; or again one that is not.
    record Booted(Version version, Slot slot, int epoch) implements UpdateAct {}

    private static String line(String text) {
        var plain = text.replaceAll("\\p{Cntrl}+", " ").strip();
        return plain.length() <= MAX_TEXT ? plain : plain.substring(0, MAX_TEXT - 1) + "…";
    }

    private static SortedSet<String> parts(SortedSet<String> names) {
        var few = new TreeSet<String>();
        for (var name : names) {
            if (few.size() < MAX_PARTS) few.add(name.length() <= MAX_PARTS ? name : name.substring(0, MAX_PARTS));
        }
        return Collections.unmodifiableSortedSet(few);
    }
}
