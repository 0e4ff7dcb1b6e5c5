package org.sealpost.control;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;
import org.sealpost.journal.Journal;
import org.sealpost.record.CborMalformed;
import org.sealpost.record.ClockReading;
import org.sealpost.stage.BrokenPromises;

/// The `control` journal and the state that it leads to. Any thread; [#append] waits for the disk.
public final class ControlLog implements AutoCloseable {
    /// The journal's kind and the name of its directory.
    public static final String KIND = "control";

    private final Journal journal;
    private final Supplier<ClockReading> clock;
    private final BrokenPromises brokenPromises;
    private final List<Runnable> listeners = new CopyOnWriteArrayList<>();

    // Written under the lock, read by all.
    private volatile ControlState state = ControlState.UNCLAIMED;

    /// Makes an act of when and by whom it is done.
    @FunctionalInterface
    interface ActOf {
        Act act(Act.Stamp stamp);
    }

    private ControlLog(Journal journal, Supplier<ClockReading> clock, BrokenPromises brokenPromises) {
        this.journal = journal;
        this.clock = clock;
        this.brokenPromises = brokenPromises;
    }

    /// Takes the journal over.
    ///
    /// @param brokenPromises ends the process when an act may or may not have become durable
    /// @throws ControlDamaged if the journal holds what no box writes
    /// @throws ControlOfLaterRelease if it holds what this release cannot read, and so cannot follow
    public static ControlLog open(Journal journal, Supplier<ClockReading> clock, BrokenPromises brokenPromises)
            throws IOException {
        var log = new ControlLog(journal, clock, brokenPromises);
        for (long position = 0; position < journal.size(); position++) {
            log.state = log.state.after(log.read(position), position);
        }
        return log;
    }

    /// What is in force.
    public ControlState state() {
        return state;
    }

    /// All certificates that were ever accepted, in their order. Reads the whole journal.
    public List<List<byte[]>> certificatesAccepted() throws IOException {
        var all = new ArrayList<List<byte[]>>();
        for (long position = 0; position < journal.size(); position++) {
            if (read(position) instanceof Act.CertificateAccepted accepted) all.add(accepted.certificates());
        }
        return all;
    }

    /// The acts by which the owner's will is in force: the claim, the last settings of the sensors, and of each
    /// anchorage that is parked the act by which it is. Certificates name the origin, and orders about
    /// publications its numbers, so they are of no other origin. Reads the whole journal.
    public List<Act> inForce() throws IOException {
        var acts = new TreeMap<Long, Act>();
        long sensors = -1;
        var parked = new HashMap<String, Long>();
        for (long position = 0; position < journal.size(); position++) {
            var act = read(position);
            if (act instanceof Act.Claimed) acts.put(position, act);
            if (act instanceof Act.SensorsSet) {
                acts.remove(sensors);
                sensors = position;
                acts.put(position, act);
            }
            if (!(act instanceof Act.AnchorageOrdered ordered)) continue;
            if (ordered.order() == Act.Order.PARK && !parked.containsKey(ordered.anchorage())) {
                parked.put(ordered.anchorage(), position);
                acts.put(position, act);
            }
            if (ordered.order() == Act.Order.UNPARK) {
                var since = parked.remove(ordered.anchorage());
                if (since != null) acts.remove(since);
            }
        }
        return List.copyOf(acts.values());
    }

    /// Takes over, as they were made, the acts that are in force for the origin that this one goes on from.
    /// Durable and in force when it returns; what an earlier call came to is passed over.
    ///
    /// @return whether this journal holds these acts and no others; if not, nothing has changed
    /// @throws org.sealpost.journal.JournalFull if there is no room: those before it are taken over
    public boolean takeOver(List<Act> acts) throws IOException {
        if (journal.size() > acts.size()) return false;
        for (int position = 0; position < journal.size(); position++) {
            if (!Arrays.equals(journal.read(position).leaf(), acts.get(position).toBytes())) return false;
        }
        for (var act : acts.subList((int) journal.size(), acts.size())) append(() -> act);
        return true;
    }

    /// Has this called after each act, on the thread that appended it and before the append returns.
    public void listen(Runnable listener) {
        listeners.add(listener);
    }

    /// Durable and in force when it returns.
    ///
    /// @throws org.sealpost.journal.JournalFull if there is no room: nothing has changed
    public void certificateAccepted(List<byte[]> certificates, String by) throws IOException {
        append(by, stamp -> new Act.CertificateAccepted(stamp, certificates));
    }

    /// Durable and in force when it returns. Whether the document can be used is for the caller to know before.
    ///
    /// @param document the settings of all sensors
    /// @throws org.sealpost.journal.JournalFull if there is no room: nothing has changed
    public void sensorsSet(String document, String by) throws IOException {
        append(by, stamp -> new Act.SensorsSet(stamp, document));
    }

    /// Durable and in force when it returns.
    ///
    /// @param anchorage one of those that are configured: that is for the caller to know
    /// @throws org.sealpost.journal.JournalFull if there is no room: nothing has changed
    public void anchorageOrdered(String anchorage, Act.Order order, String by) throws IOException {
        append(by, stamp -> new Act.AnchorageOrdered(stamp, anchorage, order, OptionalLong.empty()));
    }

    /// Durable and in force when it returns.
    ///
    /// @param anchorage one of those that are configured: that is for the caller to know
    /// @param number    of the publication
    /// @throws org.sealpost.journal.JournalFull if there is no room: nothing has changed
    public void publicationOrdered(String anchorage, Act.Order order, long number, String by) throws IOException {
        append(by, stamp -> new Act.AnchorageOrdered(stamp, anchorage, order, OptionalLong.of(number)));
    }

    /// Notes that the log has all acts of the update agent below a number; durable when it returns.
    ///
    /// @param index where the log has the last of them
    /// @throws org.sealpost.journal.JournalFull if there is no room: nothing has changed
    public void updateCopied(long below, long index) throws IOException {
        append(Act.BOX, stamp -> new Act.UpdateCopied(stamp, below, index));
    }

    void append(String by, ActOf of) throws IOException {
        append(() -> of.act(new Act.Stamp(clock.get(), by)));
    }

    private void append(Supplier<Act> made) throws IOException {
        synchronized (this) {
            long position = journal.size();
            var act = made.get();
            var next = state.after(act, position);
            try {
                journal.append(act.toBytes(), new byte[0]);
                journal.force();
            } catch (RuntimeException | Error e) {
                if (e instanceof Error || brokenPromises.include(e)) brokenPromises.end(KIND, e);
                throw e;
            }
            state = next;
        }
        listeners.forEach(Runnable::run);
    }

    /// Whether nothing was ever done.
    public boolean isEmpty() {
        return journal.size() == 0;
    }

    /// Positions below this hold acts.
    long size() {
        return journal.size();
    }

    Act read(long position) throws IOException {
        byte[] bytes = journal.read(position).leaf();
        try {
            return Act.read(bytes);
        } catch (CborMalformed e) {
            if (Act.isOfLaterRelease(bytes)) throw new ControlOfLaterRelease(position);
            throw new ControlDamaged(position, String.valueOf(e.getMessage()));
        }
    }

    @Override
    public void close() throws IOException {
        journal.close();
    }
}
