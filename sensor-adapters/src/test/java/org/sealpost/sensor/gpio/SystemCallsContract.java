package org.sealpost.sensor.gpio;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/// What the kernel and the one that tests put in its place have in common, where there is no chip to ask.
abstract class SystemCallsContract {
    abstract SystemCalls calls();

    @Test
    void aDeviceThatIsNotThereIsRefusedWithTheKernelsReason() {
        var refused = assertThrows(SystemCallFailed.class, () -> calls().open("/dev/gpiochip99999"));
        assertEquals(SystemCallFailed.ENOENT, refused.number());
        assertTrue(refused.getMessage().contains("/dev/gpiochip99999"), refused.getMessage());
    }

    @Test
    void aDeviceOfAnotherKindIsNoChip() throws Exception {
        int file = calls().open("/dev/null");
        try (Arena arena = Arena.ofConfined()) {
            var info = arena.allocate(Layouts.CHIP_INFO);
            var refused = assertThrows(SystemCallFailed.class, () -> calls().ioctl(file, Layouts.GET_CHIP_INFO, info));
            assertEquals(SystemCallFailed.ENOTTY, refused.number());
        } finally {
            calls().close(file);
        }
    }

    @Test
    void waitingEndsWhenTheTimeIsOver() throws Exception {
        int quiet = calls().alarm();
        int alarm = calls().alarm();
        assertFalse(calls().awaitReadable(quiet, alarm, Duration.ofMillis(20)));
        calls().close(quiet);
        calls().close(alarm);
    }

    @Test
    void anAlarmEndsTheWaitOfAnotherThread() throws Exception {
        int quiet = calls().alarm();
        int alarm = calls().alarm();
        var answer = new CompletableFuture<Boolean>();
        Thread.ofPlatform().start(() -> {
            try {
                answer.complete(calls().awaitReadable(quiet, alarm, Duration.ofMinutes(10)));
            } catch (SystemCallFailed e) {
                answer.completeExceptionally(e);
            }
        });
        calls().sound(alarm);
        assertFalse(answer.get(60, TimeUnit.SECONDS));
        calls().close(quiet);
        calls().close(alarm);
    }
}
