package org.sealpost.admin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.sealpost.archive.RecordSearch;
import org.sealpost.capture.Problem;
import org.sealpost.control.Claim;

/// What programs are told that cannot be answered as they asked.
class SearchPagesTest {
    private final FakeSearch search = new FakeSearch();

    @Test
    void whoMustWaitIsToldHowLong() throws Exception {
        search.busy = true;
        var problem = refused(Map.of("key", "a"), FakeSearch.PROFILES);
        assertEquals(503, problem.status());
        assertEquals("busy", problem.type());
        assertEquals(RecordSearch.Busy.RETRY_AFTER, problem.retryAfter().orElseThrow());
    }

    @Test
    void aProfileThatDeclaresNoBusinessKeyIsRefusedWithThoseThatDo() throws Exception {
        var asked = Map.of("profile", "default", "business-key", "x");
        var problem = refused(asked, FakeSearch.PROFILES);
        assertEquals(400, problem.status());
        assertTrue(problem.field().contains("epcis, port.weigh"), problem::field);
        problem = refused(asked, List.of());
        assertTrue(problem.field().contains("no profile of this box declares"), problem::field);
        assertEquals(List.of(), search.asked);
    }

    @Test
    void anEmptyValueIsNoQuestionForEverything() throws Exception {
        for (var name : List.of("key", "client", "from", "before", "max", "order", "business-key")) {
            var problem = refused(Map.of(name, ""), FakeSearch.PROFILES);
            assertTrue(problem.field().startsWith("'" + name + "' is empty"), problem::field);
        }
        assertEquals(List.of(), search.asked);
    }

    /// Who went on with the end of a page on the wrong side would come to the same page for ever.
    @Test
    void whoGoesOnTheWrongWayIsToldSo() throws Exception {
        for (var asked : List.of(Map.of("after", "7"), Map.of("after", "7", "order", "newest"))) {
            var problem = refused(asked, FakeSearch.PROFILES);
            assertEquals("'after' goes with 'order=oldest'", problem.field());
        }
        var problem = refused(Map.of("before", "7", "order", "oldest"), FakeSearch.PROFILES);
        assertEquals("'before' goes with 'order=newest'", problem.field());
        problem = refused(Map.of("order", "random"), FakeSearch.PROFILES);
        assertEquals("'order' is 'newest' or 'oldest'", problem.field());
        assertEquals(List.of(), search.asked);
    }

    @Test
    void aNumberThatIsTooHighIsNamedAsItWasGiven() throws Exception {
        for (var max : List.of("0", "101", "5000", "999999999999999999")) {
            var problem = refused(Map.of("max", max), FakeSearch.PROFILES);
            assertTrue(problem.field().contains("'max' is " + max + ","), problem::field);
        }
    }

    /// By its name alone: what is told of another client must not depend on what is there.
    @Test
    void whoseRecordsMayBeSeenIsKnownByName() {
        var client = RecordPages.sight(RunningPages.CLIENT);
        var owner = RecordPages.sight(Claim.OWNER);
        for (var sight : List.of(client, owner)) {
            assertTrue(sight.shows("sensor:gate"));
            assertTrue(sight.shows(sight.client()));
            assertEquals(sight == owner, sight.shows("sealpost"));
            assertEquals(false, sight.shows("another"));
        }
    }

    private Problem refused(Map<String, String> asked, List<String> profiles) throws Exception {
        var outcome = new SearchPages(search, () -> 1000, profiles).page(asked, RunningPages.CLIENT);
        return assertInstanceOf(RecordPages.Outcome.Refused.class, outcome).problem();
    }
}
