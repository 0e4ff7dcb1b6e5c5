package org.sealpost.anchor;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;
import org.sealpost.merkle.Hash;

/// Stands between the relays of a box and their ledgers: counts what is sent, and has the power of the box go at
/// a call.
final class PowerSwitch {
    /// The process ends here: nobody catches it on the way out.
    static final class PowerGone extends Error {
        private static final long serialVersionUID = 1;

        PowerGone(String where) {
            super("the power is gone " + where, null, false, false);
        }
    }

    enum When {
        BEFORE,
        AFTER
    }

    private record Cut(When when, String method) {}

    private final Set<Hash> requests = new HashSet<>();
    private Optional<Cut> cut = Optional.empty();
    private int submissions;
    private final BooleanSupplier losesAnswers;

    /// @param losesAnswers whether the relay is not told what it sent came to
    PowerSwitch(BooleanSupplier losesAnswers) {
        this.losesAnswers = losesAnswers;
    }

    /// Whatever the seam has by way of calls.
    <T> T wrap(Class<T> seam, T ledger) {
        return seam.cast(Proxy.newProxyInstance(
                seam.getClassLoader(), new Class<?>[] {seam}, (_, method, arguments) -> {
                    powerAt(When.BEFORE, method.getName());
                    if (method.getName().equals("submit")) {
                        submissions++;
                        requests.add(((SignedRequest) arguments[0]).id());
                    }
                    try {
                        var answer = method.invoke(ledger, arguments);
                        powerAt(When.AFTER, method.getName());
                        return answer instanceof SubmitOutcome && losesAnswers.getAsBoolean()
                                ? new SubmitOutcome.Unknown("no answer")
                                : answer;
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                }));
    }

    /// Once, at the next call of this method.
    void cut(When when, String method) {
        cut = Optional.of(new Cut(when, method));
    }

    /// It stays.
    void disarm() {
        cut = Optional.empty();
    }

    private void powerAt(When when, String method) {
        if (!cut.equals(Optional.of(new Cut(when, method)))) return;
        cut = Optional.empty();
        throw new PowerGone(when + " " + method);
    }

    /// How often bytes were sent, the same ones each time they were.
    int submissions() {
        return submissions;
    }

    /// How many different requests were sent.
    int requests() {
        return requests.size();
    }
}
