package org.sealpost.app;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.OptionalLong;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.sealpost.record.ClockReading;

/// The system's clock and what the kernel knows of its quality.
///
/// It reads and never sets. A daemon that disciplines the clock does not tell the kernel by what, so the source
/// of a good clock is what the configuration says, or else "system". Once the kernel gives the clock up, it is
/// in holdover, by the same source, for as long as it runs on undisturbed: set by a hand, it is no better than
/// one that nobody has disciplined in this boot. Such a clock is "untrusted", and comes from the machine's RTC
/// if there is one. Thread-safe.
final class KernelClock implements Supplier<ClockReading> {
    private static final Path RTC = Path.of("/sys/class/rtc/rtc0");
    private static final long ASK_AGAIN_NANOS = 1_000_000_000;

    /// More than a leap second. A clock that is slewed stays with the running time, which is slewed with it.
    private static final long SET_BY_MILLIS = 2_000;

    private final byte[] bootId;
    private final ClockReading.Source discipline;
    private final Machine machine;
    private volatile Quality quality;

    // When the boot was, by the clock as it was good last; empty as long as it never was in this boot.
    private volatile OptionalLong goodBootMillis = OptionalLong.empty();

    /// What the kernel says of its clock.
    record Discipline(boolean synced, long maxErrorMillis) {}

    /// The machine under the clock: the seam through which tests let it err.
    ///
    /// @param kernel     asked at most once a second
    /// @param wallMillis since 1970
    /// @param nanoTime   since the boot
    /// @param hasRtc     whether a clock runs while the machine is off
    record Machine(Supplier<Discipline> kernel, LongSupplier wallMillis, LongSupplier nanoTime, boolean hasRtc) {}

    private record Quality(long askedNanos, long bootMillis, Discipline discipline) {}

    KernelClock(byte[] bootId, ClockReading.Source discipline, Machine machine) {
        this.bootId = bootId.clone();
        this.discipline = discipline;
        this.machine = machine;
        long nanos = machine.nanoTime().getAsLong();
        this.quality = ask(nanos, bootMillis(machine.wallMillis().getAsLong(), nanos));
    }

    /// @param discipline by what the clock is set right, as far as anybody has told us
    static KernelClock open(ClockReading.Source discipline) throws IOException {
        var text = Files.readString(Path.of("/proc/sys/kernel/random/boot_id"))
                .strip()
                .replace("-", "");
        // On Linux nanoTime is CLOCK_MONOTONIC, which counts from the start of the system.
        var machine = new Machine(Adjtimex.open(), System::currentTimeMillis, System::nanoTime, Files.exists(RTC));
        return new KernelClock(HexFormat.of().parseHex(text), discipline, machine);
    }

    /// Tells of a reading from before this process: if it is of this boot, the clock was good earlier in it.
    void remember(ClockReading earlier) {
        boolean good = earlier.state() == ClockReading.State.SYNCED && Arrays.equals(earlier.bootId(), bootId);
        if (good && goodBootMillis.isEmpty()) {
            goodBootMillis = OptionalLong.of(earlier.timeMillis() - earlier.sinceBootMicros() / 1000);
        }
    }

    @Override
    public ClockReading get() {
        long nanos = machine.nanoTime().getAsLong();
        long wall = machine.wallMillis().getAsLong();
        long boot = bootMillis(wall, nanos);
        var current = quality;
        if (nanos - current.askedNanos > ASK_AGAIN_NANOS || wasSet(current.bootMillis, boot)) {
            quality = current = ask(nanos, boot);
        }
        if (current.discipline.synced()) {
            var maxError = OptionalLong.of(current.discipline.maxErrorMillis());
            return reading(nanos, wall, ClockReading.State.SYNCED, discipline, maxError);
        }
        // What the kernel says of the error now is a guess of its own, not what a source of time states.
        var good = goodBootMillis;
        if (good.isPresent() && !wasSet(good.getAsLong(), boot)) {
            return reading(nanos, wall, ClockReading.State.HOLDOVER, discipline, OptionalLong.empty());
        }
        var source = machine.hasRtc() ? ClockReading.Source.RTC : ClockReading.Source.NONE;
        return reading(nanos, wall, ClockReading.State.UNTRUSTED, source, OptionalLong.empty());
    }

    /// When the boot was by this clock: it stays the same unless the clock is set.
    private static long bootMillis(long wallMillis, long nanos) {
        return wallMillis - nanos / 1_000_000;
    }

    private static boolean wasSet(long bootThen, long bootNow) {
        return Math.abs(bootNow - bootThen) > SET_BY_MILLIS;
    }

    private ClockReading reading(
            long nanos, long wall, ClockReading.State state, ClockReading.Source source, OptionalLong maxErrorMillis) {
        return new ClockReading(Math.max(0, wall), state, source, maxErrorMillis, bootId, Math.max(0, nanos / 1000));
    }

    private Quality ask(long nanos, long bootMillis) {
        var told = machine.kernel().get();
        if (told.synced()) goodBootMillis = OptionalLong.of(bootMillis);
        return new Quality(nanos, bootMillis, told);
    }
}
