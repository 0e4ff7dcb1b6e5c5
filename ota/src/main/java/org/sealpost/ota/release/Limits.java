package org.sealpost.ota.release;

import org.sealpost.ota.tuf.Metadata;
import org.sealpost.ota.tuf.MetadataLimits;
import org.sealpost.ota.tuf.Role;
import org.sealpost.ota.tuf.Signed;
import org.sealpost.ota.tuf.Targets;

/// How large metadata may be before a box refuses it.
final class Limits {
    private Limits() {}

    static int of(Class<? extends Metadata> kind) {
        return kind == Targets.class ? MetadataLimits.STANDARD.targets() : MetadataLimits.STANDARD.small();
    }

    /// The file's bytes, unless boxes would refuse them.
    static byte[] bytes(Signed<?> signed) {
        byte[] bytes = signed.toBytes();
        Role role = signed.metadata().role();
        int limit = of(signed.metadata().getClass());
        if (bytes.length > limit) {
            throw new Refusal("the " + role.word() + " metadata would have " + bytes.length
                    + " bytes, and boxes refuse more" + " than " + limit + "; "
                    + (role == Role.TARGETS ? "withdraw old releases" : "take fewer keys"));
        }
        return bytes;
    }
}
