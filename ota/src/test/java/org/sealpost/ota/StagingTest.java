package org.sealpost.ota;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StagingTest {
    @TempDir
    Path folder;

    private final byte[] bytes = new byte[700_000];
    private Offer offer;

    @BeforeEach
    void describe() throws Exception {
        new Random(1).nextBytes(bytes);
        var sha256 =
                HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        var release = new ReleaseDescriptor(
                "sealpost-amd64",
                Version.parse("1.1.0"),
                1,
                1,
                1,
                new ReleaseDescriptor.Bundle(bytes.length, sha256),
                "");
        offer = new Offer(release, Offer.From.URL);
    }

    private Staging staging(int maxUsedPercent) {
        return new Staging(folder, new DataSpace(folder, maxUsedPercent));
    }

    /// Sends these bytes on from where the part ends, up to a limit, and then breaks off.
    private static Staging.Transfer sending(byte[] from, int limit) {
        return (part, length, progress) -> {
            int begin = Files.exists(part) ? (int) Files.size(part) : 0;
            progress.at(begin);
            int end = Math.min(limit, from.length);
            if (begin < end) {
                Files.write(
                        part,
                        Arrays.copyOfRange(from, begin, end),
                        StandardOpenOption.CREATE,
                        StandardOpenOption.APPEND);
            }
            progress.at(Files.size(part));
            if (limit < from.length) throw new IOException("the server closed the connection");
        };
    }

    @Test
    void aWholeBundleIsStagedAndFoundAgain() throws IOException {
        var staging = staging(100);
        assertEquals(new Outcome.Done(), staging.fetch(offer, sending(bytes, bytes.length), _ -> {}));
        assertEquals(new Outcome.Done(), staging(100).examine(offer, _ -> {}));
        assertFalse(Files.exists(folder.resolve("bundle.part")));
    }

    @Test
    void aPartStaysAndGoesOn() throws IOException {
        var staging = staging(100);
        assertThrows(IOException.class, () -> staging.fetch(offer, sending(bytes, 300_000), _ -> {}));
        assertEquals(300_000, staging.size());
        // The process may be another one.
        assertEquals(new Outcome.Done(), staging(100).fetch(offer, sending(bytes, bytes.length), _ -> {}));
    }

    @Test
    void anotherContentIsRefusedAndDeleted() throws IOException {
        var other = bytes.clone();
        other[600_000] ^= 1;
        var staging = staging(100);
        var outcome = staging.fetch(offer, sending(other, other.length), _ -> {});
        var refused = assertInstanceOf(Outcome.Refused.class, outcome).why();
        assertEquals(Rule.BUNDLE, refused.rule());
        assertTrue(refused.sentence().startsWith(offer.release().bundle().path()));
        assertEquals(0, staging.size());
    }

    /// What a power cut left may end in bytes that nobody sent: that is no fault of the server.
    @Test
    void aPartThatAPowerCutDamagedBeginsAnew() throws IOException {
        var torn = Arrays.copyOf(bytes, 300_000);
        Arrays.fill(torn, 290_000, 300_000, (byte) 0);
        Files.write(folder.resolve("bundle.part"), torn);
        var staging = staging(100);
        assertInstanceOf(Outcome.Setback.class, staging.fetch(offer, sending(bytes, bytes.length), _ -> {}));
        assertEquals(0, staging.size());
        assertEquals(new Outcome.Done(), staging.fetch(offer, sending(bytes, bytes.length), _ -> {}));
    }

    @Test
    void whatWasDamagedAfterItWasStagedIsNotInstalled() throws IOException {
        var staging = staging(100);
        staging.fetch(offer, sending(bytes, bytes.length), _ -> {});
        var damaged = bytes.clone();
        damaged[10] ^= 1;
        Files.write(staging.bundle(), damaged);
        assertInstanceOf(Outcome.Refused.class, staging.examine(offer, _ -> {}));
        assertFalse(Files.exists(staging.bundle()));
        assertInstanceOf(Outcome.Refused.class, staging.examine(offer, _ -> {}));
    }

    /// A folder can be opened, and gives an error once it is read, as a bad sector does.
    @Test
    void whatCannotBeReadIsDeletedAndRefused() throws IOException {
        var whole = Files.createDirectory(folder.resolve("bundle.raucb"));
        var bundle = new ReleaseDescriptor.Bundle(Files.size(whole), "0".repeat(64));
        var release = new ReleaseDescriptor("sealpost-amd64", Version.parse("1.1.0"), 1, 1, 1, bundle, "");
        var outcome = staging(100).examine(new Offer(release, Offer.From.URL), _ -> {});
        assertEquals(
                Rule.BUNDLE,
                assertInstanceOf(Outcome.Refused.class, outcome).why().rule());
        assertFalse(Files.exists(whole));
    }

    @Test
    void aFullDiskEndsItAndNothingStays() throws IOException {
        // More than one percent of any disk on which tests run is used.
        var staging = staging(1);
        Files.write(folder.resolve("bundle.part"), new byte[1_000]);
        var outcome = staging.fetch(offer, sending(bytes, bytes.length), _ -> {});
        assertEquals(
                Rule.ROOM,
                assertInstanceOf(Outcome.Refused.class, outcome).why().rule());
        assertEquals(0, staging.size());
    }
}
