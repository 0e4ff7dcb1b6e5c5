package org.sealpost.capture.mqtt;

import java.util.ArrayDeque;
import java.util.Objects;
import org.sealpost.capture.Intake;

/// What a client has published and not been told of yet, in its order. Offers it to the intake, holds it while
/// the intake is busy, and acknowledges from the front what is decided (3.1.1 §4.6, 5 §4.6). Lives on its
/// connection's event loop.
final class InFlight {
    private final MqttConnection connection;
    private final Intake intake;
    private final int receiveMaximum;
    private final ArrayDeque<Publication> queue = new ArrayDeque<>();

    // Those at the end of the queue that the intake was too busy for.
    private final ArrayDeque<Publication> held = new ArrayDeque<>();

    private int unacknowledged;

    // Something in the queue will end the connection when it is its turn: nothing after it is looked at.
    private boolean doomed;

    InFlight(MqttConnection connection, Intake intake, int receiveMaximum) {
        this.connection = connection;
        this.intake = intake;
        this.receiveMaximum = receiveMaximum;
    }

    boolean isDoomed() {
        return doomed;
    }

    /// How many messages of QoS 1 wait for their acknowledgement.
    int unacknowledged() {
        return unacknowledged;
    }

    /// Whether reading should pause; once it does, it goes on only when half is done.
    boolean isFull(boolean paused) {
        return !held.isEmpty() || queue.size() >= (paused ? receiveMaximum / 2 + 1 : receiveMaximum);
    }

    void add(Publication publication) {
        queue.add(publication);
        if (isAnswered(publication)) unacknowledged++;
        if (publication.isDecided()) {
            doomed |= endsConnection(publication);
            acknowledgeDecided();
        } else if (!held.isEmpty() || !offer(publication)) {
            hold(publication);
        }
        connection.updateReading();
    }

    /// Whether the intake has taken it, for better or worse.
    private boolean offer(Publication publication) {
        intake.offer(Objects.requireNonNull(publication.record), publication);
        if (publication.wasBusy()) return false;
        doomed |= publication.isDecided() && endsConnection(publication);
        return true;
    }

    private void hold(Publication publication) {
        held.add(publication);
        if (held.size() == 1) intake.whenRoom(connection.executor(), this::offerHeld);
    }

    private void offerHeld() {
        // Not stopped by what came after them and ends the connection: its turn comes only when these are decided.
        while (connection.isOpen() && !held.isEmpty()) {
            Publication first = held.getFirst();
            if (!offer(first)) {
                intake.whenRoom(connection.executor(), this::offerHeld);
                break;
            }
            held.removeFirst();
            if (first.isDecided() && endsConnection(first)) break;
        }
        connection.updateReading();
        connection.flush();
    }

    /// Tells the client what is decided, as far as nothing undecided stands before it.
    void acknowledgeDecided() {
        while (connection.isOpen()) {
            Publication first = queue.peekFirst();
            if (first == null || !first.isDecided()) break;
            queue.removeFirst();
            tell(first);
        }
        connection.updateReading();
    }

    private void tell(Publication publication) {
        boolean answered = isAnswered(publication);
        if (answered) unacknowledged--;
        if (publication.reason() == Reason.SUCCESS) {
            if (answered) connection.acknowledge(publication.packetId);
        } else if (endsConnection(publication)) {
            connection.disconnect(publication.reason(), publication.text());
        } else if (answered) {
            connection.refuse(publication.packetId, publication.reason(), publication.text());
        }
    }

    /// 3.1.1 cannot say no: an acknowledgement would be a lie, and after silence nobody would know what to do.
    /// Version 5 ends with a packet that is too large (5 §4.13).
    private boolean endsConnection(Publication publication) {
        return publication.reason() != Reason.SUCCESS && !connection.isFive()
                || publication.reason() == Reason.PACKET_TOO_LARGE;
    }

    private static boolean isAnswered(Publication publication) {
        return publication.packetId != Publication.NO_PACKET_ID;
    }

    /// The connection has gone. What the intake has is decided all the same, with nobody to tell; what it does
    /// not have is not taken.
    void forget() {
        for (Publication publication : held) {
            if (!isAnswered(publication)) connection.metrics().droppedQos0.increment();
        }
        held.clear();
        queue.clear();
    }
}
