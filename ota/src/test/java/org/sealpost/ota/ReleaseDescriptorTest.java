package org.sealpost.ota;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ReleaseDescriptorTest {
    private static final String SHA_256 = "0123456789abcdef".repeat(4);
    private static final ReleaseDescriptor RELEASE = new ReleaseDescriptor(
            "sealpost-amd64",
            Version.parse("1.4.0"),
            2,
            3,
            1,
            new ReleaseDescriptor.Bundle(163_000_000, SHA_256),
            "Reads scales of the kind \"Ü\".");
    private static final String JSON = new String(RELEASE.toJson(), StandardCharsets.UTF_8);

    @Test
    void isReadAsItIsWritten() throws DescriptorRefused {
        assertEquals(RELEASE, ReleaseDescriptor.parse(RELEASE.toJson()));
        assertArrayEquals(
                RELEASE.toJson(), ReleaseDescriptor.parse(RELEASE.toJson()).toJson());
    }

    @Test
    void namesItsTargetAndItsBundle() {
        assertEquals("sealpost-amd64-1.4.0.release.json", RELEASE.targetName());
        assertEquals("bundles/" + SHA_256 + ".raucb", RELEASE.bundle().path());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            sealpost-release-1 | sealpost-release-2 | its format is not
            sealpost-amd64     | Sealpost           | board must be
            sealpost-amd64     | a--b               | board must be
            sealpost-amd64     | ../etc             | board must be
            1.4.0              | 1.4                | MAJOR.MINOR.PATCH
            "1.4.0"            | 1.4                | version must be a string
            : 2,               | : -1,              | securityEpoch must be a whole number from 0
            : 2,               | : 2.0,             | securityEpoch must be a whole number
            : 2,               | : 2e0,             | securityEpoch must be a whole number
            : 2,               | : 2147483648,      | securityEpoch must be a whole number
            : 2,               | : null,            | securityEpoch must be a whole number
            : 2,               | : "2",             | securityEpoch must be a whole number
            : 3,               | : 0,               | readsFrom is 1, above dataFormat 0
            163000000          | 0                  | bundle.length is 0
            163000000          | 17179869185        | length must be a whole number from 0 to 17179869184
            163000000          | 99999999999999999999 | length must be a whole number
            0123               | 012G               | 64 lower-case hex digits
            0123               | 012F               | 64 lower-case hex digits
            0123               | 123                | 64 lower-case hex digits
            Reads              | Re\\nads           | notes must be one line
            Reads              | Re\\u202eads       | notes must be one line
            Reads              | Re\\ud800ads       | notes must be one line
            "notes"            | "note"             | it lacks the member notes
            "length"           | "size"             | it lacks the member bundle.length
            "board"            | "board": "a", "board" | Duplicate field 'board'
            "format"           | "extra": 1, "format" | not known, "extra"
            "length"           | "extra": 1, "length" | not known, "bundle.extra"
            """)
    void whatBreaksARuleIsRefusedWithIt(String from, String to, String sentence) {
        assertTrue(JSON.contains(from), from);
        refuses(JSON.replace(from, to).getBytes(StandardCharsets.UTF_8), sentence);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "[]", "null", "1", "{}", "{\"format\"", "[[[[[[[[[[1]]]]]]]]]]", "NaN"})
    void whatIsNoDescriptorIsRefused(String json) {
        refuses(json.getBytes(StandardCharsets.UTF_8), "the release descriptor is refused: it ");
    }

    @Test
    void nothingMayStandBehindIt() {
        refuses((JSON + "{}").getBytes(StandardCharsets.UTF_8), "no JSON object");
        refuses((JSON + "x").getBytes(StandardCharsets.UTF_8), "no JSON object");
    }

    @Test
    void onlyUtf8IsRead() {
        refuses(JSON.getBytes(StandardCharsets.ISO_8859_1), "not UTF-8");
        refuses(JSON.getBytes(Charset.forName("UTF-16BE")), "it ");
        refuses(("\ufeff" + JSON).getBytes(StandardCharsets.UTF_8), "no JSON object");
    }

    @Test
    void longNotesAndLongFilesAreRefused() throws DescriptorRefused {
        String limit = "ü".repeat(ReleaseDescriptor.MAX_NOTES);
        String fits = JSON.replace("Reads scales of the kind \\\"Ü\\\".", limit);
        assertEquals(
                limit,
                ReleaseDescriptor.parse(fits.getBytes(StandardCharsets.UTF_8)).notes());
        refuses(fits.replace("üü", "üüü").getBytes(StandardCharsets.UTF_8), "longer than 200 characters");
        refuses(
                (JSON + " ".repeat(ReleaseDescriptor.MAX_BYTES)).getBytes(StandardCharsets.UTF_8),
                "more than the 16384");
    }

    /// Whatever a byte is changed into, the outcome is a descriptor or one sentence, never another failure.
    @Test
    void anyDamageEndsInADescriptorOrASentence() {
        long seed = System.nanoTime();
        System.out.println("ReleaseDescriptorTest seed " + seed);
        var random = new Random(seed);
        for (int round = 0; round < 5_000; round++) {
            byte[] damaged = RELEASE.toJson();
            for (int changes = 1 + random.nextInt(4); changes > 0; changes--) {
                damaged[random.nextInt(damaged.length)] = (byte) random.nextInt(256);
            }
            damaged = random.nextInt(4) == 0 ? Arrays.copyOf(damaged, random.nextInt(damaged.length)) : damaged;
            try {
                ReleaseDescriptor.parse(damaged);
            } catch (DescriptorRefused refused) {
                assertTrue(refused.getMessage().lines().count() == 1, refused::getMessage);
            }
        }
    }

    private static void refuses(byte[] json, String sentence) {
        var refused = assertThrows(DescriptorRefused.class, () -> ReleaseDescriptor.parse(json));
        assertTrue(refused.getMessage().contains(sentence), refused::getMessage);
    }
}
