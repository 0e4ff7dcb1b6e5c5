package org.sealpost.hsm;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

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
        "0x80000030, REOPEN"
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
    }
}
