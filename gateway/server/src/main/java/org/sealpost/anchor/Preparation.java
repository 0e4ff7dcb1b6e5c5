package org.sealpost.anchor;

/// What came of preparing a request; in both cases nothing was sent.
public sealed interface Preparation {
    record Ready(SignedRequest request) implements Preparation {}

    /// This head will not be taken, however often it is tried.
    record Refused(String reason) implements Preparation {}
}
