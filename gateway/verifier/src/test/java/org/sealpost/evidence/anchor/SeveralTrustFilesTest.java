package org.sealpost.evidence.anchor;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.sealpost.evidence.AnchorProofFinding;

/// What several trust files make of one proof, whatever they are called.
class SeveralTrustFilesTest {
    private static final AnchorProofFinding PROVED = new AnchorProofFinding.Proved(List.of("all"), Optional.empty());
    private static final AnchorProofFinding INCOMPLETE = new AnchorProofFinding.Incomplete(List.of(), "a key");
    private static final AnchorProofFinding BROKEN = new AnchorProofFinding.Broken("forged");

    private final List<AnchorProofFinding> asked = new ArrayList<>();

    private AnchorProofFinding best(AnchorProofFinding... eachFile) {
        asked.clear();
        return AnchorProofs.best(List.of(eachFile), finding -> {
            asked.add(finding.orElse(INCOMPLETE));
            return asked.getLast();
        });
    }

    @Test
    void theOrderOfTheirNamesChangesNothing() {
        assertEquals(PROVED, best(PROVED, INCOMPLETE, BROKEN));
        assertEquals(PROVED, best(INCOMPLETE, BROKEN, PROVED));
        assertEquals(PROVED, best(BROKEN, PROVED, INCOMPLETE));
        assertEquals(BROKEN, best(BROKEN, INCOMPLETE));
        assertEquals(BROKEN, best(INCOMPLETE, BROKEN));
        assertEquals(INCOMPLETE, best(INCOMPLETE, INCOMPLETE));
    }

    @Test
    void afterTheFirstThatProvesItNoneIsAsked() {
        best(INCOMPLETE, PROVED, BROKEN);
        assertEquals(List.of(INCOMPLETE, PROVED), asked);
    }

    @Test
    void withoutAnyItIsCheckedOnce() {
        assertEquals(INCOMPLETE, best());
        assertEquals(List.of(INCOMPLETE), asked);
    }
}
