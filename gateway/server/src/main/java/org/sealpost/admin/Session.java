package org.sealpost.admin;

import org.sealpost.control.Claim;

/// Who is logged in.
///
/// @param client whose token it was
record Session(String client) {
    /// Whether this is who may change the box.
    boolean isOwner() {
        return client.equals(Claim.OWNER);
    }
}
