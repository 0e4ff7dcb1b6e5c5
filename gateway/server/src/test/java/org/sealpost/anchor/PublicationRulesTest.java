package org.sealpost.anchor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.sealpost.lodging.Publication;
import org.sealpost.lodging.PublicationRules.Refusal;
import org.sealpost.lodging.PublishingCase;
import org.sealpost.lodging.PublishingCase.Step;
import org.sealpost.record.Origin;

/// The rules give the answers of `publishing.json`, which the contract gives, too.
class PublicationRulesTest {
    @Test
    void theFileHasTheseCases() throws Exception {
        String expected = PublishingCase.write(PublishingCases.all());
        var file = PublishingCase.file();
        if (Files.exists(file) && Files.readString(file).equals(expected)) return;
        var fresh = Files.writeString(Path.of("target", "publishing.json"), expected);
        throw new AssertionError("the cases are others than those in " + file + ": if that is meant, copy "
                + fresh.toAbsolutePath() + " there");
    }

    @Test
    void eachCaseIsAnsweredAsItSays() throws Exception {
        var answers = new HashSet<String>();
        for (var each : PublishingCase.read()) {
            var ledger = new ModelLedger();
            for (int i = 0; i < each.steps().size(); i++) {
                String where = each.name() + ", step " + i;
                switch (each.steps().get(i)) {
                    case Step.Lodge(var head) -> assertEquals(head.answer(), ledger.answer(head), where);
                    case Step.Publish(var offered) -> {
                        assertEquals(offered.answer(), ledger.answer(offered), where);
                        answers.add(offered.answer());
                    }
                }
            }
            assertEquals(each.last(), ledger.lastPublication(each.origin()), each.name());
            assertEquals(each.digests(), ledger.publications(each.origin()), each.name());
            assertEquals(each.commitments(), ledger.commitments(each.origin()), each.name());
        }
        assertTrue(answers.containsAll(Set.of("published", "repeated")), answers.toString());
        for (var refusal : Refusal.values()) {
            assertTrue(answers.contains(refusal.word()), refusal + " is not among " + answers);
        }
    }

    /// docs/formats.md §26, line by line.
    @Test
    void theTextNamesWhatIsPublishedAndNotTheKey() {
        var publication = new Publication(
                new Origin("harbour/crane-7"),
                SoftwareKey.p256ForTests(3).spki(),
                42,
                Publication.Kind.PAYLOADS,
                1000,
                17,
                "abc".getBytes(StandardCharsets.US_ASCII));
        assertEquals("""
                sealpost publication 1
                harbour/crane-7
                42
                2
                1000
                17
                ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=
                """, new String(publication.text(), StandardCharsets.US_ASCII));
    }
}
