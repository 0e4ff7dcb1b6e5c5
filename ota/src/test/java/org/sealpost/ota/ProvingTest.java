package org.sealpost.ota;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class ProvingTest {
    private static final long END = Pace.DEFAULT.trialDeadline().toNanos();
    private static final ReleaseDescriptor RELEASE = new ReleaseDescriptor(
            "sealpost-amd64", Version.parse("2.0.0"), 0, 1, 1, new ReleaseDescriptor.Bundle(1_000, "0".repeat(64)), "");

    private final List<String> failures = new ArrayList<>();
    private final Proving proving = new Proving(
            Pace.DEFAULT,
            Optional.of(new Proving.Trial(
                    new Offer(RELEASE, Offer.From.URL), Collections.unmodifiableSortedSet(new TreeSet<>()), END)),
            false,
            0);

    /// A slow source has the last word: the gateway is then asked once more, not given up unseen.
    @Test
    void whatIsVerifiedAtTheLastMomentPassesIfTheGatewayIsWell() {
        seen(Outcome.Gateway.Answer.PARTS, 0);
        proving.checked(new Outcome.Verified(List.of()), END);
        assertInstanceOf(Next.Look.class, next(END));
        seen(Outcome.Gateway.Answer.PARTS, END);
        assertInstanceOf(Next.Pass.class, next(END));
        assertEquals(List.of(), failures);
    }

    @Test
    void thatLastLookIsOne() {
        seen(Outcome.Gateway.Answer.PARTS, 0);
        proving.checked(new Outcome.Verified(List.of()), END);
        assertInstanceOf(Next.Look.class, next(END));
        seen(Outcome.Gateway.Answer.NONE, END);
        proving.next(END, failures::add);
        assertEquals(List.of("not within 900 s: the gateway does not answer"), failures);
    }

    @Test
    void whatWasNeverVerifiedIsGivenUpWithWhatTheSourceSaid() {
        seen(Outcome.Gateway.Answer.PARTS, 0);
        proving.checked(new Outcome.Setback("the server is away"), 0);
        proving.next(END, failures::add);
        assertEquals(List.of("not within 900 s: the server is away"), failures);
    }

    private Next next(long now) {
        return proving.next(now, failures::add).orElseThrow();
    }

    private void seen(Outcome.Gateway.Answer answer, long now) {
        var detail = answer == Outcome.Gateway.Answer.NONE ? "the gateway does not answer" : "";
        proving.seen(new Outcome.Gateway(answer, new TreeSet<>(), detail, ""), now, failures::add);
    }
}
