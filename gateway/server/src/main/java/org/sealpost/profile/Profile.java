package org.sealpost.profile;

import java.util.Optional;
import java.util.regex.Pattern;
import org.sealpost.record.HeaderLeaf;

/// A kind of record, in the version that is in force.
///
/// @param name        as in docs/formats.md §2.1
/// @param version     from 1; goes into the leaf of each record, so that a later reader knows what it was held
///     to
/// @param businessKey where in a JSON payload the value stands by which people look for the record: a JSON
///     pointer (RFC 6901)
public record Profile(String name, int version, Optional<String> businessKey) {
    private static final Pattern POINTER = Pattern.compile("(/([^~/]|~[01])*)+");
    private static final int MOST_CHARACTERS = 255;

    public Profile {
        if (!HeaderLeaf.isProfile(name)) throw new IllegalArgumentException("not the name of a profile: " + name);
        if (version < 1) throw new IllegalArgumentException("version " + version + " of profile " + name + ": from 1");
        if (businessKey.isPresent() && !isPointer(businessKey.get())) {
            throw new IllegalArgumentException(
                    "business key of profile " + name + ": a JSON pointer such as \"/container/number\"");
        }
    }

    /// One without a business key.
    public Profile(String name, int version) {
        this(name, version, Optional.empty());
    }

    private static boolean isPointer(String text) {
        return text.length() <= MOST_CHARACTERS && POINTER.matcher(text).matches();
    }
}
