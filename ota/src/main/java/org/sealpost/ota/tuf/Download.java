package org.sealpost.ota.tuf;

/// What became of fetching a target.
public sealed interface Download permits Download.Content, Refused {
    /// The file, of the length and the hashes that the metadata states. Owned by the caller.
    record Content(byte[] bytes) implements Download {}
}
