package org.sealpost.admin;

/// Who is logged in.
///
/// @param client whose token it was
record Session(String client) {
    /// The client that the claim of the box makes.
    static final String OWNER = "owner";

    /// Whether this is who may change the box.
    boolean isOwner() {
        return client.equals(OWNER);
    }
}
