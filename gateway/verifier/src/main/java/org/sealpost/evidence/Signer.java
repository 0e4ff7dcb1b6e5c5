package org.sealpost.evidence;

import org.sealpost.merkle.Hash;

/// Whose seal it is, as far as the trust store knows.
public sealed interface Signer {
    /// @param by who vouches for the key, fit to print
    record Trusted(String by) implements Signer {}

    /// @param thumbprint of the key
    /// @param trustFile  the text of a trust file that would make it trusted
    record Unknown(Hash thumbprint, String trustFile) implements Signer {}
}
