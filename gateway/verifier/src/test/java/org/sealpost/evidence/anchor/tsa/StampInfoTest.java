package org.sealpost.evidence.anchor.tsa;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.sealpost.evidence.DerMalformed;

/// What authorities write into TSTInfo, byte by byte: the parts that Bouncy Castle would not write wrong.
class StampInfoTest {
    private static final String IMPRINT = "3031300d060960864801650304020105000420" + "ab".repeat(32);

    @ParameterizedTest
    @CsvSource({
        "20261127030000Z, 2026-11-27T03:00:00Z",
        "20261127030000.5Z, 2026-11-27T03:00:00.500Z",
        "20261127030000.123456789Z, 2026-11-27T03:00:00.123456789Z",
        "20261127030000.00Z, 2026-11-27T03:00:00Z",
        "20240229235959Z, 2024-02-29T23:59:59Z"
    })
    void readsTimesInUtc(String ascii, Instant time) throws Exception {
        assertEquals(time, parse(time(ascii)).time());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "20261127030000",
                "20261127030000+0100",
                "202611270300Z",
                "20261127030000.Z",
                "20261127030000.1234567890Z",
                "20261127030000,5Z",
                "20261331030000Z",
                "20260230030000Z",
                "20261127240000Z",
                "20261127036000Z",
                "2026112703000zZ",
                ""
            })
    void refusesAllOtherTimes(String ascii) {
        assertThrows(StampRefused.class, () -> parse(time(ascii)));
    }

    @ParameterizedTest
    @CsvSource({
        "3000, 0",
        "3003020101, 1000000",
        "3003800105, 5000",
        "3003810107, 7",
        "300b0201018002012c810203e7, 1300999"
    })
    void readsHowExactItIs(String accuracy, long micros) throws Exception {
        assertEquals(
                Optional.of(Duration.ofNanos(micros * 1000)),
                parse(time("20261127030000Z") + accuracy).accuracy());
    }

    @ParameterizedTest
    @ValueSource(strings = {"30030201ff", "3003800100", "300480020400", "3008020600ffffffffff"})
    void refusesWhatIsNoDuration(String accuracy) {
        assertThrows(StampRefused.class, () -> parse(time("20261127030000Z") + accuracy));
    }

    /// Accuracy, ordering, nonce, a name and extensions, each of which may be left out.
    @Test
    void readsOverWhatIsNotAsked() throws Exception {
        String name = "a0058203616263";
        String extension = "a108" + "3006" + "06022a03" + "0400";
        for (String ordering : new String[] {"", "0101ff", "010100"}) {
            var info = parse(time("20261127030000Z") + ordering + "020129" + name + extension);
            assertEquals(41, info.nonce().orElseThrow().intValueExact());
            assertEquals("1.2.3", info.policy());
        }
        assertEquals(Optional.empty(), parse(time("20261127030000Z") + name).nonce());
        var refused = assertThrows(
                StampRefused.class, () -> parse(time("20261127030000Z") + "a10b30090602" + "2a03" + "0101ff0400"));
        assertTrue(String.valueOf(refused.getMessage()).contains("1.2.3"));
    }

    @Test
    void theirOrderIsFixed() {
        assertThrows(DerMalformed.class, () -> parse(time("20261127030000Z") + "020129" + "0101ff"));
        assertThrows(DerMalformed.class, () -> parse(time("20261127030000Z") + "020129" + "3000"));
        assertThrows(DerMalformed.class, () -> parse(time("20261127030000Z") + "0500"));
    }

    @Test
    void isOfVersion1() {
        assertThrows(StampRefused.class, () -> parse("020102", time("20261127030000Z")));
        assertThrows(StampRefused.class, () -> parse("020100", time("20261127030000Z")));
    }

    private static String time(String ascii) {
        return String.format("18%02x", ascii.length()) + HexFormat.of().formatHex(ascii.getBytes(US_ASCII));
    }

    private static StampInfo parse(String fromTimeOn) throws DerMalformed, StampRefused {
        return parse("020101", fromTimeOn);
    }

    private static StampInfo parse(String version, String fromTimeOn) throws DerMalformed, StampRefused {
        String content = version + "06022a03" + IMPRINT + "020107" + fromTimeOn;
        int length = content.length() / 2;
        String head = length < 128 ? String.format("30%02x", length) : String.format("3081%02x", length);
        return StampInfo.parse(HexFormat.of().parseHex(head + content));
    }
}
