package org.sealpost.capture;

import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import javax.crypto.Cipher;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/// Where the salts of a body come from; the seam for simulations, which want the same ones again.
@FunctionalInterface
public interface Salts {
    /// Fills the array with bytes that nobody can guess and that are used nowhere else. Any thread.
    void fill(byte[] target);

    /// From the system's generator, stretched: each thread encrypts zeros with AES-256 in counter mode, under a
    /// new key from the system for every 16 KiB. Asking the system for each salt would cost more than all
    /// hashing of a record.
    static Salts secure() {
        ThreadLocal<Stretched> ofThread = ThreadLocal.withInitial(Stretched::new);
        return target -> ofThread.get().fill(target);
    }

    /// The generator of one thread.
    final class Stretched {
        private static final int BUFFER_SIZE = 16 << 10;
        private static final byte[] ZEROS = new byte[BUFFER_SIZE];

        private final SecureRandom system = new SecureRandom();
        private final byte[] key = new byte[32];
        private final byte[] buffer = new byte[BUFFER_SIZE];
        private int used = BUFFER_SIZE;

        private Stretched() {}

        private void fill(byte[] target) {
            int done = 0;
            while (done < target.length) {
                if (used == BUFFER_SIZE) refill();
                int count = Math.min(target.length - done, BUFFER_SIZE - used);
                System.arraycopy(buffer, used, target, done, count);
                // A salt is a secret until it is shown; what was handed out is not kept here.
                Arrays.fill(buffer, used, used + count, (byte) 0);
                used += count;
                done += count;
            }
        }

        private void refill() {
            system.nextBytes(key);
            try {
                Cipher cipher = Cipher.getInstance("AES/CTR/NoPadding");
                cipher.init(Cipher.ENCRYPT_MODE, new SecretKeySpec(key, "AES"), new IvParameterSpec(new byte[16]));
                cipher.doFinal(ZEROS, 0, BUFFER_SIZE, buffer, 0);
            } catch (GeneralSecurityException e) {
                throw new AssertionError("every JDK has AES in counter mode", e);
            }
            Arrays.fill(key, (byte) 0);
            used = 0;
        }
    }
}
