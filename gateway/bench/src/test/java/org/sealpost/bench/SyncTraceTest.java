package org.sealpost.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

/// Traces as strace writes them, shortened.
class SyncTraceTest {
    @Test
    void seesASyncBetweenWriteAndAnswer() {
        assertEquals(new SyncTrace.Finding(2, 2, 2), read("""
                7 write(9<socket:[1]>, " \\2\\0\\0", 4) = 4
                8 pwrite64(4</data/0001>, "\\0\\1 sync-probe-000000 \\377", 4096, 0) = 4096
                8 fdatasync(4</data/0001>) = 0
                7 write(9<socket:[1]>, "@\\2\\0\\1", 4) = 4
                8 writev(4</data/0001>, [{iov_base="sync-probe-000001", iov_len=17}], 1) = 17
                8 fsync(4</data/0001>) = 0
                7 writev(9<socket:[1]>, [{iov_base="@\\2\\0\\1", iov_len=4}], 1) = 4
                """));
    }

    @Test
    void aSyncThatEndsAfterTheAnswerDoesNotCount() {
        assertEquals(new SyncTrace.Finding(2, 1, 2), read("""
                8 write(4</data/0001>, "sync-probe-000000", 17) = 17
                8 fdatasync(4</data/0001> <unfinished ...>
                7 write(9<socket:[1]>, "@\\2\\0\\1", 4) = 4
                8 <... fdatasync resumed>)      = 0
                8 write(4</data/0001>, "sync-probe-000001", 17) = 17
                8 fdatasync(4</data/0001> <unfinished ...>
                8 <... fdatasync resumed>)      = 0
                7 write(9<socket:[1]>, "@\\2\\0\\2", 4) = 4
                """));
    }

    @Test
    void aSyncThatBeganBeforeTheWriteDoesNotCount() {
        assertEquals(new SyncTrace.Finding(1, 0, 1), read("""
                8 fdatasync(4</data/0001> <unfinished ...>
                6 write(4</data/0001>, "sync-probe-000000", 17) = 17
                8 <... fdatasync resumed>)      = 0
                7 write(9<socket:[1]>, "@\\2\\0\\1", 4) = 4
                """));
    }

    @Test
    void aSyncOfAnotherFileOrAFailedOneDoesNotCount() {
        assertEquals(new SyncTrace.Finding(2, 0, 2), read("""
                8 write(4</data/0001>, "sync-probe-000000", 17) = 17
                8 fdatasync(5</data/other>) = 0
                7 write(9<socket:[1]>, "@\\2\\0\\1", 4) = 4
                8 write(4</data/0001>, "sync-probe-000001", 17) = 17
                8 fdatasync(4</data/0001>) = -1 EIO (Input/output error)
                7 write(9<socket:[1]>, "@\\2\\0\\1", 4) = 4
                """));
    }

    @Test
    void aBrokerThatKeepsNothingIsSeenToKeepNothing() {
        assertEquals(new SyncTrace.Finding(1, 0, 0), read("""
                7 write(9<socket:[1]>, "@\\2\\0\\1", 4) = 4
                7 write(3</data/log>, "client connected", 16) = 16
                7 fsync(3</data/log>) = 0
                """));
    }

    private static SyncTrace.Finding read(String trace) {
        return SyncTrace.read(trace.lines());
    }
}
