package org.sealpost.hsm.bench;

/// A way to get signatures of the benchmark's key, in a [SigningProcess].
interface Way extends AutoCloseable {
    /// The digest that everybody signs.
    static byte[] digest() {
        byte[] digest = new byte[32];
        for (int i = 0; i < digest.length; i++) {
            digest[i] = (byte) i;
        }
        return digest;
    }

    /// One signature, r ‖ s; called by one thread.
    byte[] one() throws Exception;

    /// As many, by all sessions at once, in the manner that suits this way best. Returns the last.
    byte[] many(int count) throws Exception;

    @Override
    void close();
}
