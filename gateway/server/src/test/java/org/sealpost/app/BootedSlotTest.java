package org.sealpost.app;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.sealpost.admin.BoxState;

class BootedSlotTest {
    @Test
    void theSlotIsWhatTheBootLoaderToldTheKernel() {
        assertEquals(slot("A"), BootedSlot.of("root=PARTLABEL=root-A ro rauc.slot=A quiet console=ttyS0"));
        assertEquals(slot("B"), BootedSlot.of("rauc.slot=B\n"));
    }

    @Test
    void whatLooksLikeOneIsNone() {
        for (var line : new String[] {"", "root=PARTLABEL=root-A", "rauc.slot=C", "rauc.slot=AB", "xrauc.slot=A"}) {
            assertEquals(Optional.empty(), BootedSlot.of(line), line);
        }
    }

    private static Optional<BoxState.Slot> slot(String name) {
        return Optional.of(new BoxState.Slot(name));
    }
}
