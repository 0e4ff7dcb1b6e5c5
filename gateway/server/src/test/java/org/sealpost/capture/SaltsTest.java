package org.sealpost.capture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Test;

class SaltsTest {
    /// Over several buffers and threads: a buffer handed out twice would show here.
    @Test
    void neverTheSameTwice() throws Exception {
        var salts = Salts.secure();
        Set<ByteBuffer> seen = ConcurrentHashMap.newKeySet();
        Runnable task = () -> {
            for (int i = 0; i < 3000; i++) {
                byte[] salt = new byte[32];
                salts.fill(salt);
                assertTrue(seen.add(ByteBuffer.wrap(salt)));
            }
        };
        Thread[] threads = {new Thread(task), new Thread(task), new Thread(task)};
        for (Thread thread : threads) thread.start();
        for (Thread thread : threads) thread.join();
        assertEquals(9000, seen.size());
    }

    @Test
    void fillsWhatIsNotAMultipleOfAnythingToTheLastByte() {
        var salts = Salts.secure();
        var lastBytes = new HashSet<Byte>();
        for (int i = 0; i < 200; i++) {
            byte[] odd = new byte[1003];
            salts.fill(odd);
            lastBytes.add(odd[1002]);
        }
        assertFalse(lastBytes.size() < 20);
    }
}
