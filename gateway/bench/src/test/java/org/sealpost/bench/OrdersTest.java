package org.sealpost.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What a campaign that has records erased must see.
class OrdersTest {
    private final Promises promises = new Promises(7);
    private final Orders orders = new Orders();

    @Test
    void bytesThatAreThereAlthoughTheyAreRemovedAreFound(@TempDir Path data) throws Exception {
        for (int i = 0; i < 200; i++) promises.next(Promises.Door.HTTP);
        var bytes = new ByteArrayOutputStream();
        bytes.write(new byte[5000]);
        bytes.write(promises.payload(12));
        bytes.write(promises.payload(123));
        bytes.write("crash 7 1".getBytes(StandardCharsets.US_ASCII));
        Files.createDirectories(data.resolve("entries"));
        Files.write(data.resolve("entries/recycled.segment"), bytes.toByteArray());

        for (long number : new long[] {1, 12, 123}) {
            assertTrue(orders.sent(number));
            orders.ordered(number, number);
        }
        assertEquals(List.of(), orders.found(data, promises), "nobody has said that they are gone");
        orders.removed(1);
        assertEquals(List.of(), orders.found(data, promises), "neither 12 nor 123, nor what is cut off, is 1");
        orders.removed(123);
        assertEquals(
                List.of("record 123 was erased and its bytes removed, and it lies in entries/recycled.segment"),
                orders.found(data, promises));
    }

    @Test
    void anOrderCountsOnceItIsAnswered() {
        assertTrue(orders.sent(3));
        assertFalse(orders.sent(3), "one order for each record");
        assertTrue(orders.mayBeAbout(3));
        assertFalse(orders.areAbout(3));
        assertEquals(Map.of(), orders.underWay());
        orders.ordered(3, 9);
        assertTrue(orders.areAbout(3));
        assertEquals(Map.of(3L, 9L), orders.underWay());
        orders.removed(3);
        assertEquals(Map.of(), orders.underWay());
        assertTrue(orders.areAbout(3));
        assertEquals(1, orders.count());
        assertEquals(1, orders.removedCount());
        orders.sent(4);
        orders.refused(4);
        assertFalse(orders.mayBeAbout(4));
    }
}
