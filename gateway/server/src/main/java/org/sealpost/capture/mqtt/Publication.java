package org.sealpost.capture.mqtt;

import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import org.sealpost.capture.CapturedRecord;
import org.sealpost.capture.IntakeOutcome;
import org.sealpost.capture.Problem;
import org.sealpost.capture.Reply;

/// One PUBLISH between its arrival and its acknowledgement. Lives on its connection's event loop.
final class Publication implements Reply {
    /// Of QoS 0: nobody waits for an answer.
    static final int NO_PACKET_ID = 0;

    private static final int UNDECIDED = -1;

    private final MqttConnection connection;
    final int packetId;

    /// Null once the intake has decided.
    @Nullable
    CapturedRecord record;

    /// A reason code, or undecided.
    private int reason = UNDECIDED;

    private String text = "";
    private boolean busy;

    Publication(MqttConnection connection, int packetId, @Nullable CapturedRecord record) {
        this.connection = connection;
        this.packetId = packetId;
        this.record = record;
    }

    /// One that is refused before the intake sees it.
    static Publication refused(MqttConnection connection, int packetId, int reason, String text) {
        var publication = new Publication(connection, packetId, null);
        publication.decide(reason, text);
        return publication;
    }

    boolean isDecided() {
        return reason != UNDECIDED;
    }

    int reason() {
        return reason;
    }

    String text() {
        return text;
    }

    /// Whether the intake was busy when it was last offered; asking forgets it.
    boolean wasBusy() {
        boolean was = busy;
        busy = false;
        return was;
    }

    @Override
    public Executor executor() {
        return connection.executor();
    }

    @Override
    public void answer(IntakeOutcome outcome) {
        switch (outcome) {
            case IntakeOutcome.Accepted accepted -> decide(Reason.SUCCESS, "");
            case IntakeOutcome.Repeated repeated -> decide(Reason.SUCCESS, "");
            case IntakeOutcome.Conflict conflict ->
                decide(
                        Reason.IMPLEMENTATION_SPECIFIC,
                        "conflict: this idempotency key came before with other content, as record "
                                + conflict.first().index() + "; use a new key for new content");
            case IntakeOutcome.Refused refused -> decide(reason(refused.problem()), text(refused.problem()));
            case IntakeOutcome.Busy again -> {
                busy = true;
                return;
            }
        }
        connection.decided();
    }

    @Override
    public void flush() {
        connection.flush();
    }

    private void decide(int code, String why) {
        reason = code;
        text = why;
        record = null;
        if (code != Reason.SUCCESS && packetId == NO_PACKET_ID)
            connection.metrics().droppedQos0.increment();
    }

    private static int reason(Problem problem) {
        return switch (problem.status()) {
            case 413 -> Reason.PACKET_TOO_LARGE;
            case 422 -> Reason.TOPIC_NAME_INVALID;
            case 429, 507 -> Reason.QUOTA_EXCEEDED;
            default -> Reason.UNSPECIFIED;
        };
    }

    private static String text(Problem problem) {
        return problem.title() + ": " + problem.field() + ", " + problem.limit() + "; " + problem.remedy();
    }
}
