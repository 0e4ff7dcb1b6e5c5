package org.sealpost.anchor.evm;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.time.Duration;
import java.util.function.LongSupplier;

/// What is asked of a node for one proof. A node is not trusted with this box's time and memory: both have a
/// bound for the whole proof, however many answers it takes.
final class ProofQuestions {
    /// The relay has other work; the last answer may take its own deadline beyond this.
    static final Duration PATIENCE = Duration.ofSeconds(60);

    static final int MAX_KEPT_BYTES = 16 << 20;

    /// The node makes more of a proof than this box spends on one.
    static final class Spent extends Exception {
        private static final long serialVersionUID = 1;

        Spent(String bound) {
            super(bound);
        }
    }

    private final JsonRpc rpc;
    private final LongSupplier nanoTime;
    private final long end;
    private long kept;

    /// @param nanoTime a clock that only runs forward; the time counts from now on
    ProofQuestions(JsonRpc rpc, LongSupplier nanoTime) {
        this.rpc = rpc;
        this.nanoTime = nanoTime;
        end = nanoTime.getAsLong() + PATIENCE.toNanos();
    }

    JsonNode ask(String method, Object... params) throws IOException, Spent {
        if (nanoTime.getAsLong() - end >= 0) throw new Spent("more than " + PATIENCE.toSeconds() + " s");
        return rpc.call(method, params);
    }

    /// Counts what is kept of an answer until the proof is made.
    byte[] keep(byte[] part) throws Spent {
        kept += part.length;
        if (kept > MAX_KEPT_BYTES) throw new Spent("more than " + MAX_KEPT_BYTES + " bytes");
        return part;
    }
}
