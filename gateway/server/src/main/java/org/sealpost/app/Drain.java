package org.sealpost.app;

import java.time.Duration;
import java.util.function.BooleanSupplier;
import org.sealpost.capture.Intake;
import org.sealpost.hsm.Token;
import org.sealpost.seal.Sealer;
import org.sealpost.stage.Doorbell;
import org.sealpost.stage.StageRunner;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The end of a clean stop, when the doors are closed and the sealer still runs: nothing more is taken, and what was
/// captured gets its seal. What no token signs now is sealed after the next start, so nobody waits for that.
final class Drain implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Drain.class);

    /// With a token that answers, one seal or two are left to make. TimeoutStopSec of the service leaves room for
    /// this, and for what each part behind it may take.
    static final Duration PATIENCE = Duration.ofSeconds(30);

    private static final Duration LOOK = Duration.ofMillis(100);

    private final Intake intake;
    private final Doorbell toSeal;
    private final Doorbell sealed;
    private final BooleanSupplier done;
    private final BooleanSupplier going;

    /// @param toSeal wakes the sealer
    /// @param sealed rung after each seal; nobody else waits for it
    Drain(Intake intake, Doorbell toSeal, Doorbell sealed, Sealer sealer, StageRunner sealing, Token token) {
        this.intake = intake;
        this.toSeal = toSeal;
        this.sealed = sealed;
        this.done = () -> !sealer.isBehind();
        this.going = () -> token.health().isReady() && !sealing.health().failing();
    }

    @Override
    public void close() {
        intake.close();
        toSeal.ring();
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (!done.getAsBoolean() && going.getAsBoolean() && System.nanoTime() - end < 0) sealed.await(LOOK);
        if (!done.getAsBoolean()) LOG.warn("not all that was captured is sealed; the next start seals the rest");
    }
}
