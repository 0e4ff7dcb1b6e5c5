package org.sealpost.archive;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.sealpost.archive.erasure.ErasureForm;
import org.sealpost.archive.erasure.Erasures;
import org.sealpost.archive.erasure.ErasuresOnDisk;
import org.sealpost.archive.erasure.IndexRange;
import org.sealpost.evidence.Evidence;
import org.sealpost.journal.FaultyDisk;
import org.sealpost.record.Slot;
import org.sealpost.seal.SoftwareKey;

/// An order to erase that comes while evidence of the record is being assembled.
class EvidenceAndOrdersTest {
    private static final long INDEX = 7;

    @TempDir
    private Path folder;

    @ParameterizedTest
    @EnumSource(ErasureForm.class)
    void evidenceShowsNothingThatWasOrderedWhileItWasAssembled(ErasureForm form) throws Exception {
        try (var log = new RetainedLog(new FaultyDisk(), new FaultyDisk(), folder, SoftwareKey.p256())) {
            log.capture(10);
            try (var erasures = ErasuresOnDisk.open(new FaultyDisk(), log.entries, log::now)) {
                boolean[] ordered = {false};
                var archive = new Archive(
                        log.identity,
                        log.entries,
                        log.leaves,
                        log.tree,
                        log.seals,
                        List.of(log.evm),
                        _ -> {
                            // Asked for last.
                            if (!ordered[0]) order(erasures, form);
                            ordered[0] = true;
                            return List.of();
                        },
                        erasures);
                var evidence = archive.evidence(INDEX);
                assertTrue(ordered[0]);
                if (form == ErasureForm.BODY_AND_SALTS) {
                    assertEquals(Optional.empty(), evidence);
                } else {
                    var slots = Evidence.parse(evidence.orElseThrow())
                            .body()
                            .orElseThrow()
                            .slots();
                    assertTrue(slots.stream().allMatch(Slot.Withheld.class::isInstance), slots::toString);
                }
            }
        }
    }

    /// I17. Its bytes are there yet. Whoever keeps what it has found asks again, as Home does.
    @ParameterizedTest
    @EnumSource(ErasureForm.class)
    void whatWasOrderedIsHiddenAtOnce(ErasureForm form) throws Exception {
        try (var log = new RetainedLog(new FaultyDisk(), new FaultyDisk(), folder, SoftwareKey.p256())) {
            log.capture(10);
            try (var erasures = ErasuresOnDisk.open(new FaultyDisk(), log.entries, log::now)) {
                var archive = new Archive(
                        log.identity,
                        log.entries,
                        log.leaves,
                        log.tree,
                        log.seals,
                        List.of(log.evm),
                        _ -> List.of(),
                        erasures);
                assertFalse(archive.isHidden(INDEX));
                assertTrue(archive.find(INDEX).isPresent());
                assertEquals(Optional.empty(), archive.erased(INDEX));
                order(erasures, form);
                assertFalse(log.entries.read(INDEX).bodyErased());
                assertTrue(archive.isHidden(INDEX));
                assertEquals(Optional.empty(), archive.find(INDEX));
                assertEquals(
                        form == ErasureForm.BODY,
                        archive.erased(INDEX).orElseThrow().kept().isPresent());
                assertFalse(archive.isHidden(INDEX + 1));
                assertTrue(archive.find(INDEX + 1).isPresent());
            }
        }
    }

    private static void order(Erasures erasures, ErasureForm form) {
        try {
            erasures.order("owner", "request 17", form, List.of(new IndexRange(INDEX, INDEX + 1)));
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }
}
