package org.sealpost.lodging;

import java.util.Arrays;
import org.sealpost.evidence.P256Key;
import org.sealpost.evidence.P256Signature;

/// A publication with what a ledger needs to take it: no secret in it, no trust needed in who brings it.
///
/// @param signature r ‖ s of the sealing key in force over the publication's text, low s, 64 bytes
public record SignedPublication(Publication publication, byte[] signature) {
    public SignedPublication {
        if (signature.length != P256Signature.SIZE) {
            throw new IllegalArgumentException("r and s have 64 bytes, not " + signature.length);
        }
        signature = signature.clone();
    }

    /// Whether it is this key's signature over the text, and s at most n/2.
    public boolean isSignedBy(P256Key key) {
        return key.verifies(publication.text(), P256Signature.ofRaw(signature));
    }

    @Override
    public byte[] signature() {
        return signature.clone();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof SignedPublication that
                && publication.equals(that.publication)
                && Arrays.equals(signature, that.signature);
    }

    @Override
    public int hashCode() {
        return publication.hashCode();
    }

    @Override
    public String toString() {
        return publication.toString();
    }
}
