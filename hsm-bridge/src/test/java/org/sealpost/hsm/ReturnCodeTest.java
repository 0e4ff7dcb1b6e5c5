package org.sealpost.hsm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ReturnCodeTest {

    @ParameterizedTest
    @CsvSource({
        "0x30, REINITIALISE",
        "0x32, REINITIALISE",
        "0xE0, REINITIALISE",
        "0xB0, REINITIALISE",
        "0xB3, REINITIALISE",
        "0x82, REINITIALISE",
        "0x60, REINITIALISE",
        "0x190, REINITIALISE",
        "0x101, LOGIN",
        "0xA0, PIN",
        "0xA3, PIN",
        "0xA4, PIN",
        "0x90, REOPEN",
        "0xB1, REOPEN",
        "0x5, REOPEN",
        "0x70, REFUSE",
        "0x140, REFUSE",
        "0x80000030, REOPEN",
        "0x100000030, REOPEN",
        "-2147483488, REOPEN",
        "-4294967136, REOPEN"
    })
    void eachCodeAsksForOneThing(String value, ReturnCode.Remedy remedy) {
        assertEquals(remedy, new ReturnCode(Long.decode(value)).remedy());
    }

    @Test
    void namesAndNumbersStandInMessages() {
        assertEquals("C_Sign returned 0x30 CKR_DEVICE_ERROR", new CryptokiError("C_Sign", 0x30).getMessage());
        assertEquals("0x1A1 CKR_MUTEX_NOT_LOCKED", new ReturnCode(0x1A1).toString());
        assertEquals("0x80000001 (vendor defined)", new ReturnCode(0x8000_0001L).toString());
        assertEquals("0x7FF (unknown)", new ReturnCode(0x7FF).toString());
        assertEquals("0x1B8 CKR_PIN_TOO_WEAK", new ReturnCode(0x1B8).toString());
    }

    /// Some libraries return -1, or a vendor's 32-bit number with its sign extended.
    @ParameterizedTest
    @ValueSource(longs = {-1, 0xFFFF_FFFF_8000_0030L, Long.MIN_VALUE})
    void aNegativeNumberIsACodeAsWell(long value) {
        var code = new ReturnCode(value);
        assertTrue(code.toString().endsWith(" (vendor defined)"), code::toString);
        var refused = KeyRefused.because("seal", "CKA_SIGN", "refused: ", new CryptokiError("C_Sign", value));
        assertEquals(Optional.of(code), refused.returnCode());
    }

    /// The table against headers that others wrote. Theirs differ in five numbers, of which we take both.
    @ParameterizedTest
    @CsvSource({
        "/usr/include/nss/pkcs11t.h, libnss3-dev, 0x1B5",
        "/usr/include/p11-kit-1/p11-kit/pkcs11.h, libp11-kit-dev, 0x1C0"
    })
    void numbersAreThoseOfForeignHeaders(Path header, String itsPackage, String firstOfFive) throws Exception {
        Installed.require(Files.exists(header), header + " is not there (package " + itsPackage + ")");
        Map<String, Long> theirs = new TreeMap<>();
        Matcher line = Pattern.compile("(?m)^#define\\s+CKR_(\\w+)\\s+\\(?(0x[0-9a-fA-F]+|[0-9]+)UL\\)?\\s*$")
                .matcher(Files.readString(header, StandardCharsets.ISO_8859_1));
        while (line.find()) {
            theirs.put(line.group(1), Long.decode(line.group(2)));
        }
        theirs.keySet().removeAll(Set.of("OK", "VENDOR_DEFINED"));
        assertTrue(theirs.size() > 85, () -> theirs.size() + " were read");
        theirs.forEach((name, value) ->
                assertTrue(new ReturnCode(value).toString().endsWith(" CKR_" + name), () -> name + " is " + value));
        long first = Long.decode(firstOfFive);
        assertEquals(first, theirs.get("EXCEEDED_MAX_ITERATIONS"));
        assertEquals(first + 1, theirs.get("FIPS_SELF_TEST_FAILED"));
        assertEquals(first + 2, theirs.get("LIBRARY_LOAD_FAILED"));
        assertEquals(first + 3, theirs.get("PIN_TOO_WEAK"));
        assertEquals(first + 4, theirs.get("PUBLIC_KEY_INVALID"));
    }
}
