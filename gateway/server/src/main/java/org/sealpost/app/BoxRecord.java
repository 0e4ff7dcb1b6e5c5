package org.sealpost.app;

import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.sealpost.capture.CapturedRecord;
import org.sealpost.capture.Intake;
import org.sealpost.capture.IntakeOutcome;
import org.sealpost.capture.Reply;
import org.sealpost.control.Act;
import org.sealpost.record.SourceKind;

/// A record of the box's own, handed to the same intake as all others.
final class BoxRecord {
    private BoxRecord() {}

    /// Waits until it is durable, or is not taken.
    static IntakeOutcome offer(
            Intake intake, String profile, Optional<String> key, String where, String mediaType, byte[] content) {
        var record = new CapturedRecord(SourceKind.BOX, Act.BOX, key, where, profile, mediaType, content);
        var outcome = new CompletableFuture<IntakeOutcome>();
        intake.offer(record, new Reply() {
            @Override
            public Executor executor() {
                return Runnable::run;
            }

            @Override
            public void answer(IntakeOutcome answer) {
                outcome.complete(answer);
            }
        });
        return outcome.join();
    }
}
