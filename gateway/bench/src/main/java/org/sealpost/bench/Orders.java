package org.sealpost.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// What a campaign had erased, and what it was told of that. By the number of the record; for any thread.
final class Orders {
    private static final long UNKNOWN = -1;

    /// How far an order has come, as far as the campaign knows.
    enum State {
        /// Sent, and no answer came: it may be in force or not.
        SENT,
        /// Answered: it is in force.
        ORDERED,
        /// The gateway said that the bytes are in no file any more.
        REMOVED
    }

    /// @param position by which the gateway names the order
    record Order(State state, long position) {}

    // Guarded by this.
    private final Map<Long, Order> orders = new TreeMap<>();

    /// @return false if there is an order about it
    synchronized boolean sent(long number) {
        return orders.putIfAbsent(number, new Order(State.SENT, UNKNOWN)) == null;
    }

    synchronized void ordered(long number, long position) {
        orders.put(number, new Order(State.ORDERED, position));
    }

    synchronized void removed(long number) {
        orders.computeIfPresent(number, (_, order) -> new Order(State.REMOVED, order.position));
    }

    /// The gateway said that it did not take the order.
    synchronized void refused(long number) {
        orders.remove(number);
    }

    /// Whether the record may have been erased.
    synchronized boolean mayBeAbout(long number) {
        return orders.containsKey(number);
    }

    /// Whether the record must have been erased.
    synchronized boolean areAbout(long number) {
        var order = orders.get(number);
        return order != null && order.state != State.SENT;
    }

    synchronized boolean isRemoved(long number) {
        var order = orders.get(number);
        return order != null && order.state == State.REMOVED;
    }

    /// Those that are in force, of which nobody has said yet that the bytes are gone.
    synchronized Map<Long, Long> underWay() {
        var positions = new TreeMap<Long, Long>();
        orders.forEach((number, order) -> {
            if (order.state == State.ORDERED) positions.put(number, order.position);
        });
        return positions;
    }

    synchronized long count() {
        return orders.values().stream()
                .filter(order -> order.state != State.SENT)
                .count();
    }

    synchronized long removedCount() {
        return orders.values().stream()
                .filter(order -> order.state == State.REMOVED)
                .count();
    }

    /// Which of the records whose bytes are gone still lie in a file, and where.
    ///
    /// @param data     of a gateway that may run meanwhile
    /// @param promises by whose payloads records are recognised
    List<String> found(Path data, Promises promises) throws IOException {
        var mark = promises.mark().getBytes(StandardCharsets.US_ASCII);
        var found = new ArrayList<String>();
        for (var file : LiveFolder.filesIn(data).stream().sorted().toList()) {
            try {
                look(Files.readAllBytes(file), mark, data.relativize(file), found);
            } catch (NoSuchFileException renamed) {
                // The gateway goes on meanwhile.
            }
        }
        return found;
    }

    private void look(byte[] bytes, byte[] mark, Path file, List<String> found) {
        for (int at = 0; at <= bytes.length - mark.length; at++) {
            if (!startsAt(bytes, at, mark)) continue;
            long number = 0;
            int digit = at + mark.length;
            int first = digit;
            while (digit < bytes.length && digit < first + 9 && bytes[digit] >= '0' && bytes[digit] <= '9') {
                number = number * 10 + bytes[digit++] - '0';
            }
            if (digit > first && digit < bytes.length && bytes[digit] == ' ' && isRemoved(number)) {
                found.add("record " + number + " was erased and its bytes removed, and it lies in " + file);
            }
        }
    }

    private static boolean startsAt(byte[] bytes, int at, byte[] mark) {
        for (int i = 0; i < mark.length; i++) {
            if (bytes[at + i] != mark[i]) return false;
        }
        return true;
    }
}
