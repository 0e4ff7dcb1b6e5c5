package org.sealpost.hsm.est;

import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.List;
import org.sealpost.hsm.SigningKey;

/// Who we are to the server.
public sealed interface EstIdentity {
    /// Nobody yet: the server approves by other means.
    record Unknown() implements EstIdentity {}

    /// A name and a one-time password (HTTP Basic, RFC 7617). The characters belong to the caller, who wipes them.
    record Password(String name, char[] password) implements EstIdentity {
        public Password {
            if (name.contains(":")) {
                throw new IllegalArgumentException("a user's name has no colon");
            }
        }

        @Override
        public String toString() {
            return "password of " + name;
        }
    }

    /// The certificate that we have, and its key, which signs in the token: TLS client authentication. For P-256 and
    /// P-384.
    record Certificate(SigningKey key, List<X509Certificate> chain) implements EstIdentity {
        public Certificate {
            chain = List.copyOf(chain);
            switch (key.spec().kind()) {
                case P256, P384 -> {}
                default ->
                    throw new IllegalArgumentException("TLS with a key in a token is for P-256 and P-384, not for a "
                            + key.spec() + ": enrol with a password");
            }
            if (chain.isEmpty()) {
                throw new IllegalArgumentException("there is no certificate to show");
            }
            if (!Arrays.equals(chain.getFirst().getPublicKey().getEncoded(), key.spki())) {
                throw new IllegalArgumentException("the certificate to show is of another key than " + key.spec()
                        + ": give the one that was issued for it");
            }
        }
    }
}
