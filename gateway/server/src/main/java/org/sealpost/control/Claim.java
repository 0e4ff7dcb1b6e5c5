package org.sealpost.control;

import java.io.IOException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Optional;
import java.util.function.LongSupplier;

/// How a box comes to its owner: whoever can read its console enters the code, sees the owner's token, and
/// confirms that it is kept. Until then nothing has changed and the code stays valid.
///
/// Wrong codes are counted in the control journal, before they are answered. After every fifth nothing is tried
/// for a while, which is counted in running time: no clock can be set past it, and a restart begins it anew.
/// Any thread; waits for the disk. Keeps the code and one token, whatever is asked.
public final class Claim {
    /// The client that a claim makes.
    public static final String OWNER = "owner";

    static final int TRIES = 5;
    static final Duration LOCK = Duration.ofMinutes(15);
    static final Duration BETWEEN_TRIES = Duration.ofSeconds(2);

    private final ControlLog control;
    private final LongSupplier nanoTime;
    private final SecureRandom random;
    private final ClaimCode code;

    private Optional<SecretHash> offered = Optional.empty();
    private long notBefore;
    private boolean locked;

    /// @param nanoTime running time, for the lock
    public Claim(ControlLog control, LongSupplier nanoTime, SecureRandom random) {
        this.control = control;
        this.nanoTime = nanoTime;
        this.random = random;
        this.code = ClaimCode.random(random);
        long wrong = control.state().wrongCodes();
        if (wrong > 0 && wrong % TRIES == 0) lock();
        else notBefore = nanoTime.getAsLong();
    }

    /// As the console shows it. Whoever knows it can make the box theirs.
    public String code() {
        return code.shown();
    }

    public boolean isClaimed() {
        return control.state().isClaimed();
    }

    /// A try.
    ///
    /// @param by who tries, as [Act.Stamp] has it
    /// @throws org.sealpost.journal.JournalFull if a wrong code cannot be recorded; then a lock begins
    public synchronized ClaimOutcome enter(String entered, String by) throws IOException {
        if (isClaimed()) return new ClaimOutcome.AlreadyClaimed();
        var wait = Duration.ofNanos(notBefore - nanoTime.getAsLong());
        if (wait.isPositive()) return locked ? new ClaimOutcome.Locked(wait) : new ClaimOutcome.TooSoon(wait);
        locked = false;
        notBefore = nanoTime.getAsLong() + BETWEEN_TRIES.toNanos();
        if (!code.matches(entered)) return refuse(by);
        var token = Clients.newSecret(random);
        offered = Optional.of(SecretHash.of(token));
        return new ClaimOutcome.Offered(token);
    }

    private ClaimOutcome refuse(String by) throws IOException {
        // Locked before it is recorded: a full disk must not make guessing free.
        lock();
        control.append(by, Act.ClaimRefused::new);
        int left = (int) (TRIES - control.state().wrongCodes() % TRIES) % TRIES;
        if (left > 0) {
            locked = false;
            notBefore = nanoTime.getAsLong() + BETWEEN_TRIES.toNanos();
        }
        return new ClaimOutcome.Wrong(left, left == 0 ? LOCK : BETWEEN_TRIES);
    }

    private void lock() {
        locked = true;
        notBefore = nanoTime.getAsLong() + LOCK.toNanos();
    }

    /// Makes the box theirs who were offered this token. It is no try: who has the token had the code, so a
    /// code that does not go with it tells nothing. Repeating it is harmless.
    public synchronized ClaimOutcome confirm(String entered, String token, String by) throws IOException {
        var hash = SecretHash.of(token);
        var owner = control.state().owner();
        if (owner.isPresent()) {
            return owner.get().token().matches(hash)
                    ? new ClaimOutcome.Claimed(owner.get().client())
                    : new ClaimOutcome.AlreadyClaimed();
        }
        if (offered.isEmpty() || !offered.get().matches(hash) || !code.matches(entered))
            return new ClaimOutcome.Stale();
        control.append(by, stamp -> new Act.Claimed(stamp, OWNER, hash));
        offered = Optional.empty();
        return new ClaimOutcome.Claimed(OWNER);
    }
}
