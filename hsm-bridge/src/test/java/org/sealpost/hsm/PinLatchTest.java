package org.sealpost.hsm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sealpost.hsm.PinLatch.Verdict;

class PinLatchTest {
    @TempDir
    Path folder;

    private Path pinFile;
    private PinLatch latch;

    @BeforeEach
    void open() throws Exception {
        pinFile = folder.resolve("pin");
        SoftHsm.write(pinFile, "a-pin\n");
        latch = PinLatch.beside(pinFile);
    }

    @Test
    void eachPinIsRememberedWithItsVerdictUntilOneIsAccepted() throws Exception {
        latch.close(pin("one"), Verdict.WRONG);
        latch.close(pin("two"), Verdict.NOT_CHANGED);
        latch.close(pin("three"), Verdict.UNUSABLE);
        for (PinLatch each : List.of(latch, PinLatch.beside(pinFile))) {
            assertEquals(Optional.of(Verdict.WRONG), each.verdict(pin("one")));
            assertEquals(Optional.of(Verdict.NOT_CHANGED), each.verdict(pin("two")));
            assertEquals(Optional.of(Verdict.UNUSABLE), each.verdict(pin("three")));
            assertEquals(Optional.empty(), each.verdict(pin("four")));
        }
        latch.lift();
        assertFalse(latch.isClosed());
        assertEquals(Optional.empty(), PinLatch.beside(pinFile).verdict(pin("one")));
    }

    /// Between the token's refusal and the disk lies a write, and no slow hash.
    @Test
    void whatIsSlowIsDoneBeforeThePinIsTried() throws Exception {
        byte[] pin = pin("one");
        PinLatch.Ready ready = latch.ready(pin);
        assertFalse(latch.isClosed());
        Arrays.fill(pin, (byte) 0);
        latch.close(pin, ready, Verdict.WRONG);
        assertTrue(PinLatch.beside(pinFile).isClosedTo(pin("one")));
    }

    @Test
    void whatAnotherProcessWroteSinceCounts() throws Exception {
        PinLatch other = PinLatch.beside(pinFile);
        latch.close(pin("one"), Verdict.WRONG);
        other.close(pin("two"), Verdict.WRONG);
        assertTrue(latch.isClosedTo(pin("one")) && latch.isClosedTo(pin("two")));
        assertTrue(other.isClosedTo(pin("one")) && other.isClosedTo(pin("two")));
    }

    /// `sealpost pin-blocked 1`, a salt, a hash and no more: which of two PINs the token has, it does not say.
    @Test
    void aFileWithoutVerdictsBlocksItsPin() throws Exception {
        latch.close(pin("one"), Verdict.WRONG);
        List<String> lines = Files.readAllLines(latch.file(), StandardCharsets.US_ASCII);
        Files.write(latch.file(), lines.subList(0, 3));
        assertEquals(Optional.of(Verdict.UNUSABLE), latch.verdict(pin("one")));
        latch.close(pin("two"), Verdict.WRONG);
        assertEquals(Optional.of(Verdict.UNUSABLE), latch.verdict(pin("one")));
        assertEquals(Optional.of(Verdict.WRONG), latch.verdict(pin("two")));
    }

    @Test
    void aWordThatNobodyKnowsIsDamage() throws Exception {
        latch.close(pin("one"), Verdict.WRONG);
        String text = Files.readString(latch.file());
        for (String damaged : List.of(text.replace("wrong", "right"), text + "00\n\n", text + "x".repeat(5000))) {
            Files.writeString(latch.file(), damaged);
            assertThrows(IOException.class, () -> latch.verdict(pin("one")), damaged);
            assertThrows(IOException.class, latch::requireWritable, damaged);
        }
    }

    @Test
    void afterEightRefusalsAPersonIsAsked() throws Exception {
        for (int i = 0; i < PinLatch.MAX_PINS; i++) {
            latch.requireWritable();
            latch.close(pin("wrong-" + i), Verdict.WRONG);
        }
        var full = assertThrows(IOException.class, latch::requireWritable);
        assertTrue(String.valueOf(full.getMessage()).contains("delete " + latch.file()), full.getMessage());
        Files.delete(latch.file());
        latch.requireWritable();
    }

    @Test
    void whatCouldNotBeWrittenCountsInThisProcess() throws Exception {
        Files.createDirectory(latch.file());
        Files.createFile(latch.file().resolve("in-the-way"));
        assertThrows(IOException.class, () -> latch.close(pin("one"), Verdict.WRONG));
        Files.delete(latch.file().resolve("in-the-way"));
        Files.delete(latch.file());
        assertTrue(latch.isClosedTo(pin("one")));
    }

    private static byte[] pin(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
