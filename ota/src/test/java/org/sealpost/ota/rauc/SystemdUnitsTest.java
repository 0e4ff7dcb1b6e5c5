package org.sealpost.ota.rauc;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class SystemdUnitsTest {
    @Test
    void aUnitLiesWhereSystemdWritesIt() {
        assertEquals("/org/freedesktop/systemd1/unit/sealpost_2eservice", SystemdUnits.path("sealpost.service"));
        assertEquals(
                "/org/freedesktop/systemd1/unit/sealpost_2dconfirm_2eservice",
                SystemdUnits.path("sealpost-confirm.service"));
    }
}
