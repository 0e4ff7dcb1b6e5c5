package org.sealpost.ota.tuf;

/// How much metadata is read at all.
///
/// @param small     bytes of root, timestamp and snapshot
/// @param targets   bytes of targets
/// @param rootSteps so many newer roots are taken in one run
public record MetadataLimits(int small, int targets, int rootSteps) {
    public static final MetadataLimits STANDARD = new MetadataLimits(64 << 10, 512 << 10, 256);

    public MetadataLimits {
        if (small > StrictJson.MAX_BYTES || targets > StrictJson.MAX_BYTES) {
            throw new IllegalArgumentException(
                    "metadata of more than " + StrictJson.MAX_BYTES + " bytes is never read");
        }
    }

    int of(Role role) {
        return role == Role.TARGETS ? targets : small;
    }
}
