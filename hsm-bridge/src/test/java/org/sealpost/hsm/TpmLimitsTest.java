package org.sealpost.hsm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TpmLimitsTest {
    @TempDir
    Path folder;

    @Test
    void aChipAsDeliveredForgivesManyTriesAfterwardsAndIsLeftAloneThen() throws IOException {
        try (var token = TpmToken.create(folder)) {
            token.becomeAChipAsDelivered();
            var first = TpmLimits.raise(token.chip());
            assertTrue(first.endsWith("and forgives 1000 from now on"), first);
            assertEquals("the chip forgives 1000 tries", TpmLimits.raise(token.chip()));
        }
    }

    @Test
    void aChipWithALockoutPasswordIsLeftToItsOwner() throws IOException {
        var result = TpmLimits.raise(chipThatSays(3, 1 << 2));
        assertEquals("the chip forgives 3 tries; its lockout password is set, so that is left as it is", result);
    }

    @Test
    void aRefusalAndSilenceAreToldApart() {
        var refused = assertThrows(IOException.class, () -> TpmLimits.raise(command -> refusal()));
        assertEquals("the TPM refuses with 0x921", refused.getMessage());
        var silent = assertThrows(IOException.class, () -> TpmLimits.raise(command -> new byte[0]));
        assertEquals("the TPM gave no answer", silent.getMessage());
        var other = assertThrows(IOException.class, () -> TpmLimits.raise(chipThatSays(0x7F, 3, 0)));
        assertEquals("the TPM does not tell its property 0x20f", other.getMessage());
        var nowhere = folder.resolve("no-such-device");
        assertThrows(IOException.class, () -> TpmLimits.raise(nowhere));
        assertFalse(Files.exists(nowhere), "nothing is made in its place");
    }

    private static byte[] refusal() {
        return HexFormat.of().parseHex("80010000000a00000921");
    }

    private static TpmLimits.Exchange chipThatSays(int maxAuthFail, int permanent) {
        return command -> {
            int which = ByteBuffer.wrap(command).getInt(14);
            return property(which, which == 0x20F ? maxAuthFail : permanent);
        };
    }

    /// Answers each question with this property.
    private static TpmLimits.Exchange chipThatSays(int property, int value, int any) {
        return command -> property(property, value);
    }

    private static byte[] property(int which, int value) {
        return ByteBuffer.allocate(27)
                .putShort((short) 0x8001)
                .putInt(27)
                .putInt(0)
                .put((byte) 1)
                .putInt(6)
                .putInt(1)
                .putInt(which)
                .putInt(value)
                .array();
    }
}
