package org.sealpost.ota;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Set;
import org.junit.jupiter.api.Test;

class GatewayDoorTest {
    @Test
    void redPartsCountButForThoseOfThePlace() {
        var seen = GatewayDoor.judge(503, """
                {"parts":[{"name":"token","well":false,"cause":"gone"},{"name":"sealer","well":true},
                {"name":"certificates","well":false,"cause":"expired"},{"name":"clients","well":false,"cause":"a line"},
                {"name":"sensor door","well":false,"cause":"silent"}],"ready":false}""", "");
        assertEquals(Outcome.Gateway.Answer.PARTS, seen.answer());
        assertEquals(Set.of("token"), seen.red());
        assertTrue(seen.detail().contains("token (gone)"), seen.detail());
    }

    @Test
    void aBoxWithoutAnOwnerSaysNothingElse() {
        var seen = GatewayDoor.judge(403, "{\"type\":\"urn:sealpost:problem:not-claimed\",\"status\":403}", "");
        assertEquals(Outcome.Gateway.Answer.UNCLAIMED, seen.answer());
    }

    @Test
    void whateverElseIsNoHealth() {
        for (var body : new String[] {"", "<html>", "{}", "[]", "null", "{\"parts\":3}"}) {
            for (int status : new int[] {200, 403, 404, 500, 503}) {
                assertEquals(
                        Outcome.Gateway.Answer.REFUSES,
                        GatewayDoor.judge(status, body, "").answer(),
                        body);
            }
        }
    }
}
