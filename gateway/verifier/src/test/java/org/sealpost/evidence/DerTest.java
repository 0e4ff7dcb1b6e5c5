package org.sealpost.evidence;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigInteger;
import java.util.HexFormat;
import java.util.Random;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.DERSequence;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// One form for each value, as another implementation writes it, and nothing beyond the end.
class DerTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "0.0",
                "0.39",
                "1.0",
                "1.39.1",
                "2.5.29.37",
                "2.999.3",
                "1.2.840.113549.1.9.16.2.47",
                "2.25.329800735698586629295641978511506172918"
            })
    void readsObjectIdentifiers(String dotted) throws Exception {
        var in = Der.of(new ASN1ObjectIdentifier(dotted).getEncoded());
        assertEquals(dotted, in.identifier());
        assertTrue(in.atEnd());
    }

    @Test
    void readsIntegersOfBothSigns() throws Exception {
        for (long value : new long[] {0, 1, 127, 128, 255, 256, -1, -128, -129, Long.MAX_VALUE, Long.MIN_VALUE}) {
            assertEquals(
                    BigInteger.valueOf(value),
                    Der.of(new ASN1Integer(value).getEncoded()).integer());
        }
    }

    @Test
    void readsLengthsOfEachForm() throws Exception {
        for (int size : new int[] {0, 1, 127, 128, 255, 256, 65_535, 65_536}) {
            var content = new byte[size];
            new Random(size).nextBytes(content);
            var der = new DERSequence(new DEROctetString(content)).getEncoded();
            var in = Der.of(der);
            var within = in.enter(Der.SEQUENCE);
            assertArrayEquals(content, within.content(Der.OCTET_STRING));
            within.end();
            in.end();
            assertArrayEquals(der, Der.of(der).element());
        }
    }

    @ParameterizedTest
    @CsvSource({
        "'', integer, ends where",
        "02, integer, ends where a length",
        "0201, integer, longer than what is left",
        "0200, integer, an integer of 0 bytes",
        "02020001, integer, shortest form",
        "0202ff80, integer, shortest form",
        "02810101, integer, shortest form",
        "0282000101, integer, shortest form",
        "0280010000, integer, indefinite",
        "028400000001ff, integer, indefinite",
        "0282, integer, indefinite",
        "0400, integer, 'tag 04, expected 02'",
        "0600, identifier, not an object identifier",
        "060180, identifier, not an object identifier",
        "06028001, identifier, shortest form",
        "06032a8001, identifier, shortest form",
        "01010101, bool, neither",
        "0100, bool, neither",
        "1f810100, element, more than one byte",
        "bf810100, element, more than one byte",
        "'', element, ends where",
        "0500, end, 2 bytes that do not belong"
    })
    void refusesAllElse(String hex, String what, String why) {
        var refused = assertThrows(
                DerMalformed.class, () -> read(Der.of(HexFormat.of().parseHex(hex)), what));
        assertTrue(String.valueOf(refused.getMessage()).contains(why), refused.getMessage());
    }

    @Test
    void hasABoundForNumbers() throws Exception {
        var largest = BigInteger.ONE.shiftLeft(511).subtract(BigInteger.ONE);
        assertEquals(largest, Der.of(new ASN1Integer(largest).getEncoded()).integer());
        var tooLarge = new ASN1Integer(BigInteger.ONE.shiftLeft(511)).getEncoded();
        assertThrows(DerMalformed.class, () -> Der.of(tooLarge).integer());
        var longName = new byte[67];
        longName[0] = Der.OBJECT_IDENTIFIER;
        longName[1] = 65;
        assertThrows(DerMalformed.class, () -> Der.of(longName).identifier());
    }

    @Test
    void whatIsWithinAnElementDoesNotReachBeyondIt() throws Exception {
        var in = Der.of(HexFormat.of().parseHex("30030202ff7f0500"));
        var within = in.enter(Der.SEQUENCE);
        assertThrows(DerMalformed.class, within::integer);
        assertTrue(in.isNext(0x7f));
    }

    private static Object read(Der in, String what) throws DerMalformed {
        return switch (what) {
            case "integer" -> in.integer();
            case "identifier" -> in.identifier();
            case "bool" -> in.bool();
            case "element" -> in.element();
            case "end" -> {
                in.end();
                yield in;
            }
            default -> throw new AssertionError(what);
        };
    }
}
