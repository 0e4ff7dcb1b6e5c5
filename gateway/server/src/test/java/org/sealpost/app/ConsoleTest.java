package org.sealpost.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConsoleTest {
    @TempDir
    Path folder;

    @Test
    void addressesAndLinesAreKeptUpToDate() throws Exception {
        var addresses = new AtomicReference<List<InetAddress>>(List.of());
        var lines = new AtomicReference<>(List.of("claim code  AAAAA-BBBBB"));
        var file = folder.resolve("console");
        try (var console = new Console(file, addresses::get)) {
            console.show(443, lines::get);
            assertEquals("address  none yet: connect the network\nclaim code  AAAAA-BBBBB\n", Files.readString(file));
            addresses.set(List.of(InetAddress.getByName("192.0.2.7"), InetAddress.getByName("fe80::1")));
            lines.set(List.of("claimed"));
            var expected = "address  https://192.0.2.7/\naddress  https://[fe80:0:0:0:0:0:0:1]/\nclaimed\n";
            Await.until("the new address is shown", () -> Files.readString(file).equals(expected));
            console.show(8443, lines::get);
            assertEquals(
                    "address  https://192.0.2.7:8443/", Files.readAllLines(file).getFirst());
        }
    }

    /// The names that this machine has for its links are nobody else's, and no browser takes them.
    @Test
    void anAddressIsShownWithoutItsZone() throws Exception {
        var bytes = InetAddress.getByName("fe80::1").getAddress();
        var address = Inet6Address.getByAddress(null, bytes, 1);
        assertTrue(address.getHostAddress().contains("%"), address::getHostAddress);
        assertEquals("https://[fe80:0:0:0:0:0:0:1]/", Addresses.url("https", address, 443));
    }

    /// Nor is one that cannot be written at first.
    @Test
    void aFolderThatIsNotThereYetStopsNothing() throws Exception {
        var late = folder.resolve("late");
        try (var console = new Console(late.resolve("console"), List::of)) {
            console.show(443, () -> List.of("one"));
            Files.createDirectory(late);
            console.look();
            assertEquals("one", Files.readAllLines(late.resolve("console")).getLast());
        }
    }

    /// The folder may vanish under a box that runs: that is no reason to stop.
    @Test
    void aFileThatCannotBeWrittenLaterStopsNothing() throws Exception {
        var gone = Files.createDirectory(folder.resolve("gone"));
        var lines = new AtomicReference<>(List.of("one"));
        try (var console = new Console(gone.resolve("console"), List::of)) {
            console.show(443, lines::get);
            Files.delete(gone.resolve("console"));
            Files.delete(gone);
            lines.set(List.of("two"));
            console.look();
            Files.createDirectory(gone);
            console.look();
            assertEquals("two", Files.readAllLines(gone.resolve("console")).getLast());
        }
    }
}
