package org.sealpost.seal;

import java.security.SecureRandom;
import java.util.Random;

/// The same bytes from the same seed, for who asks for a [SecureRandom].
final class SeededRandom extends SecureRandom {
    private static final long serialVersionUID = 1;

    private final Random random;

    SeededRandom(long seed) {
        super(null, null);
        random = new Random(seed);
    }

    @Override
    public void nextBytes(byte[] bytes) {
        random.nextBytes(bytes);
    }
}
