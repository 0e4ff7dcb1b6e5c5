package org.sealpost.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.sealpost.merkle.Hash;
import org.sealpost.record.Origin;

class SuccessorTest {
    private static final Successor SUCCESSOR =
            new Successor(new Origin("harbour/5e0c1b2a"), Hash.ofHex("ab".repeat(Hash.SIZE)));
    private static final String TEXT =
            "sealpost-succeeded 1\norigin harbour/5e0c1b2a\ngenesis " + "ab".repeat(Hash.SIZE) + "\n";

    @TempDir
    Path data;

    @Test
    void isReadAsItWasWritten() throws IOException {
        assertEquals(Optional.empty(), Successor.of(data));
        assertEquals(Optional.empty(), Successor.of(data.resolve("nowhere")));
        Successor.refuseEnded(data);

        SUCCESSOR.write(data);

        assertEquals(TEXT, Files.readString(data.resolve("succeeded")));
        assertEquals(
                PosixFilePermissions.fromString("rw-r--r--"), Files.getPosixFilePermissions(data.resolve("succeeded")));
        assertEquals(Optional.of(SUCCESSOR), Successor.of(data));
    }

    @Test
    void whatEndedIsRefusedByTheNameOfWhatGoesOn() throws IOException {
        SUCCESSOR.write(data);

        var refused = assertThrows(StartRefused.class, () -> Successor.refuseEnded(data));

        assertEquals(
                "the origin in " + data + " ended, and harbour/5e0c1b2a goes on from it; name the directory of that one"
                        + " in data; if it is lost, and no gateway ever ran there: the same sealpost origin succeed as"
                        + " then, with --lost harbour/5e0c1b2a and another directory; where the reason was key-lost or"
                        + " hand-overs, with --reason damaged --lost harbour/5e0c1b2a and another directory",
                refused.getMessage());
    }

    /// Whatever lies there, an origin that may have ended is never taken for one that goes on.
    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "sealpost-succeeded 1\n",
                "sealpost-succeeded 2\norigin harbour/5e0c1b2a\ngenesis %s\n",
                "sealpost-succeeded 1\norigin Harbour/5e0c1b2a\ngenesis %s\n",
                "sealpost-succeeded 1\norigin harbour//5e0c1b2a\ngenesis %s\n",
                "sealpost-succeeded 1\norigin harbour/5e0c1b2a\ngenesis %s",
                "sealpost-succeeded 1\norigin harbour/5e0c1b2a\ngenesis %s\n\n",
                "sealpost-succeeded 1\ngenesis %s\norigin harbour/5e0c1b2a\n",
                "sealpost-succeeded 1\norigin harbour/5e0c1b2a\ngenesis abab\n"
            })
    void anythingElseInItsPlaceIsRefused(String text) throws IOException {
        var content = text.replace("%s", "ab".repeat(Hash.SIZE));
        Files.write(data.resolve("succeeded"), content.getBytes(StandardCharsets.UTF_8));

        var refused = assertThrows(IOException.class, () -> Successor.refuseEnded(data));

        assertTrue(refused.getMessage().contains("is not what sealpost origin succeed writes"), refused::getMessage);
    }

    @Test
    void aLinkToNothingIsNoSignThatAnOriginGoesOn() throws IOException {
        Files.createSymbolicLink(data.resolve("succeeded"), data.resolve("nowhere"));

        assertThrows(IOException.class, () -> Successor.of(data));
    }

    /// A disk that fails does not say that there is none; a loop of links is what a test can have of that.
    @Test
    void whatTheDiskDoesNotTellIsNoSignThatAnOriginGoesOn() throws IOException {
        var loop = Files.createSymbolicLink(data.resolve("loop"), data.resolve("loop"));

        assertThrows(IOException.class, () -> Successor.of(loop));
    }
}
