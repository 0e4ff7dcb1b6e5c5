package org.sealpost.archive;

import java.time.Duration;
import java.util.Set;
import org.sealpost.archive.erasure.ErasureForm;

/// When the bodies of records are erased, by the owner's will.
///
/// @param key   as the configuration calls it
/// @param after at which age; an age counts from a time that is proven
/// @param whose the records of which profiles
public record ErasingPolicy(String key, Duration after, ErasureForm form, Whose whose) {

    /// Records of some profiles.
    public sealed interface Whose {
        boolean holds(String profile);
    }

    /// Records of one profile.
    public record Only(String profile) implements Whose {
        @Override
        public boolean holds(String other) {
            return profile.equals(other);
        }
    }

    /// All records but those of some profiles, also of profiles that nobody may name any more.
    public record AllBut(Set<String> profiles) implements Whose {
        public AllBut {
            profiles = Set.copyOf(profiles);
        }

        @Override
        public boolean holds(String profile) {
            return !profiles.contains(profile);
        }
    }

    /// As orders name it, and the log with them.
    public String rule() {
        return key + " (" + after.toSeconds() + "s)";
    }
}
