package org.sealpost.anchor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.sealpost.lodging.LodgingCase;
import org.sealpost.lodging.LodgingRules;

/// The rules give the answers of `lodging.json`, which the contract gives, too.
class LodgingRulesTest {
    @Test
    void theFileHasTheseCases() throws Exception {
        String expected = LodgingCase.write(LodgingCases.all());
        var file = LodgingCase.file();
        if (Files.exists(file) && Files.readString(file).equals(expected)) return;
        var fresh = Files.writeString(Path.of("target", "lodging.json"), expected);
        throw new AssertionError("the cases are others than those in " + file + ": if that is meant, copy "
                + fresh.toAbsolutePath() + " there");
    }

    @Test
    void eachCaseIsAnsweredAsItSays() throws Exception {
        for (var each : LodgingCase.read()) {
            var ledger = new ModelLedger();
            for (int i = 0; i < each.brought().size(); i++) {
                var brought = each.brought().get(i);
                assertEquals(brought.answer(), ledger.answer(brought), each.name() + ", lodging " + i);
            }
            var origin = each.brought().getFirst().originId();
            assertEquals(each.newest(), ledger.newest(origin), each.name());
            assertEquals(each.hops(), ledger.hops(origin), each.name());
            each.keys().forEach((size, key) -> assertEquals(key, ledger.keyAt(origin, size), each.name()));
        }
    }

    @Test
    void eachAnswerIsAmongThem() throws Exception {
        Set<String> answers = LodgingCase.read().stream()
                .flatMap(each -> each.brought().stream())
                .map(LodgingCase.Brought::answer)
                .collect(Collectors.toSet());
        assertTrue(answers.containsAll(Set.of("lodged", "repeated", "covered")), answers.toString());
        for (var refusal : LodgingRules.Refusal.values()) {
            assertTrue(answers.contains(refusal.word()), refusal + " is not among " + answers);
        }
    }
}
