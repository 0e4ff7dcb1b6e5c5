package org.sealpost.admin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.sealpost.anchor.Anchored;
import org.sealpost.anchor.CarriedHeads;
import org.sealpost.anchor.HeadFile;

@Timeout(120)
class LedgerPagesTest {
    private RunningPages pages;

    @BeforeEach
    void start() throws Exception {
        pages = RunningPages.start();
    }

    @AfterEach
    void stop() throws Exception {
        pages.close();
    }

    private boolean isParked(String name) {
        return pages.ledgers.control.state().of(name).parked().isPresent();
    }

    private HttpResponse<String> order(String word, String name, String cookie) throws Exception {
        return pages.send(pages.form("/ledgers/" + word, "name=" + name).header("Cookie", cookie));
    }

    @Test
    void everyClientMayLook() throws Exception {
        var page = pages.get("/ledgers", pages.login());
        assertEquals(200, page.statusCode());
        for (var said : List.of(
                "anchoring",
                "233",
                "One head covers all that waits: 12 s from when it is sent",
                "Required: nothing is given up",
                "1,204,100 entries",
                "took 12 s",
                "brought by somebody else",
                "Last final head: 1,204,100 entries,",
                "evm chain 1337 (block 0 ",
                "<p class=\"mono identity\">chain evm 1337 genesis &lt;00&gt; and so on</p>",
                "once somebody else than this box has confirmed",
                "not anchoring",
                "Node http://127.0.0.1:8545: eth_chainId: it refuses connections",
                "What to do: Look whether the node runs",
                "It was not reached yet.",
                "Best effort: nothing is kept or held up for its sake",
                "Anchorage.consortium.peers has &lt;peer&gt; more than once.",
                "No head is final there yet.",
                "for itself only",
                "it proves nothing to others")) {
            assertTrue(page.body().contains(said), () -> said + " is not in " + page.body());
        }
        assertFalse(page.body().contains("/ledgers/park"), "only the owner orders");
        var trouble = pages.ledgers.states.get(1).trouble().orElseThrow();
        var away = new Anchored.Trouble(trouble.cause(), trouble.remedy(), trouble.since(), false);
        pages.ledgers.states = List.of(FakeLedgers.unreached(away, Optional.empty()));
        var yellow = pages.get("/ledgers", pages.login()).body();
        assertTrue(yellow.contains("tile note") && yellow.contains(">away<") && yellow.contains("What to do"), yellow);
        var state = pages.get("/ledgers/state", pages.login());
        assertTrue(state.body().startsWith("<div id=\"ledgers\""), state.body());
        assertEquals(List.of(true, true, false), pages.ledgers.asked, "what is asked for every 5 s reads no proof");
        pages.ledgers.states = List.of();
        assertTrue(pages.get("/ledgers", pages.login()).body().contains("No head is lodged anywhere"));
    }

    /// What is there of an origin that ended is asked for with the whole page alone: it does not change.
    @Test
    void theLastHeadsOfAnOriginThatEndedAreThere() throws Exception {
        var last = new EarlierHeads.Head(
                "consortium", Optional.empty(), FakeLedgers.head(0).head());
        pages.ledgers.earlier = List.of(
                new EarlierHeads("port-7/00000000", List.of(last)), new EarlierHeads("port-7/11111111", List.of()));
        var page = pages.get("/ledgers", pages.login()).body();
        for (var said : List.of(
                "<h3>port-7/00000000, which ended</h3>",
                "<span>1,204,100 entries</span><span>height 70,000</span><span>its last head</span>",
                "No ledger holds any of its heads.")) {
            assertTrue(page.contains(said), () -> said + " is not in " + page);
        }
        assertFalse(pages.get("/ledgers/state", pages.login()).body().contains("which ended"));
    }

    @Test
    void nobodyElseMayLookOrOrder() throws Exception {
        assertEquals(303, pages.send(pages.request("/ledgers")).statusCode());
        assertEquals(403, pages.send(pages.request("/ledgers/state")).statusCode());
        assertEquals(303, pages.send(pages.form("/ledgers/park", "name=evm")).statusCode());
        var client = order("park", "evm", pages.login());
        assertEquals(403, client.statusCode());
        assertTrue(client.body().contains("Only the owner"), client.body());
        var owner = pages.login(RunningPages.OWNERS_TOKEN);
        var foreign = pages.send(pages.foreignForm("/ledgers/park", "name=evm")
                .header("Sec-Fetch-Site", "cross-site")
                .header("Cookie", owner));
        assertEquals(403, foreign.statusCode());
        assertEquals(405, pages.get("/ledgers/park", owner).statusCode());
        assertFalse(isParked("evm"));
    }

    @Test
    void theOwnerParksUnparksAndHasItSentAgain() throws Exception {
        var owner = pages.login(RunningPages.OWNERS_TOKEN);
        assertEquals(303, order("park", "consortium", owner).statusCode());
        assertTrue(isParked("consortium"));
        var page = pages.get("/ledgers", owner).body();
        assertTrue(page.contains("Parked by owner: nothing more is sent there"), page);
        assertTrue(page.contains("/ledgers/unpark"), page);
        assertEquals(409, order("resubmit", "consortium", owner).statusCode());
        assertEquals(303, order("unpark", "consortium", owner).statusCode());
        assertFalse(isParked("consortium"));
        assertEquals(303, order("resubmit", "consortium", owner).statusCode());
        assertTrue(pages.ledgers.control.state().of("consortium").resubmitted() >= 0);
        assertEquals(404, order("park", "fabric", owner).statusCode());
        assertEquals(
                404,
                pages.send(pages.form("/ledgers/park", "").header("Cookie", owner))
                        .statusCode());
        pages.ledgers.trial.set(Optional.of("This release is on trial until it is confirmed; order it then."));
        var refused = order("park", "evm", owner);
        assertEquals(409, refused.statusCode());
        assertTrue(refused.body().contains("on trial"), refused.body());
        assertFalse(isParked("evm"));
    }

    @Test
    void publicationsThatWereSetAsideHaveTheirCauseARemedyAndTwoButtons() throws Exception {
        var client = pages.get("/ledgers", pages.login()).body();
        var final16 = " The last one that is final is number 16.";
        var oldest = ", the oldest since " + Phrases.timeAndAge(FakeBox.NOW.minusSeconds(300), FakeBox.NOW);
        assertTrue(client.contains("3 publications are on the way" + oldest + "." + final16), client);
        assertTrue(
                client.contains("Publication 17 (entries 400 to 499) was set aside: Refused &lt;for&gt; good"), client);
        assertTrue(
                client.contains("What to do: Others do not wait for it; sealpost anchor take-up evm 17 tries it again"),
                client);
        assertFalse(client.contains("/ledgers/give-up"), "only the owner orders");
        var owner = pages.login(RunningPages.OWNERS_TOKEN);
        var page = pages.get("/ledgers", owner).body();
        assertTrue(page.contains("/ledgers/take-up") && page.contains("/ledgers/give-up"), page);
        var order = pages.form("/ledgers/give-up", "name=evm&number=17").header("Cookie", owner);
        assertEquals(303, pages.send(order).statusCode());
        assertTrue(pages.ledgers.control.state().of("evm").publications().containsKey(17L));
        var none = pages.form("/ledgers/take-up", "name=evm&number=x").header("Cookie", owner);
        assertEquals(404, pages.send(none).statusCode());
    }

    /// While a ledger is away, what waits takes as long as that, whatever it took before.
    @Test
    void anEstimateIsThereWhereThereIsNoTrouble() throws Exception {
        var trouble = new Anchored.Trouble(
                "block 615 (" + "ab".repeat(32) + ") of 2026-11-28T10:11:45.123Z is final by one node",
                "look at it",
                FakeBox.NOW.minusSeconds(90),
                false);
        var publishing = pages.ledgers.states.get(1).publishing();
        pages.ledgers.states = List.of(lodging(Optional.empty(), publishing));
        var well = pages.get("/ledgers", pages.login()).body();
        var estimate = ": 1 h 1 min, as it went within the last hour.";
        assertTrue(well.contains(estimate), well);
        assertTrue(well.contains("One head covers all that waits: 12 s"), well);
        pages.ledgers.states = List.of(lodging(Optional.of(trouble), publishing));
        var away = pages.get("/ledgers", pages.login()).body();
        assertTrue(away.contains("3 publications are on the way, the oldest since "), away);
        assertFalse(away.contains(estimate), away);
        assertFalse(away.contains("One head covers all that waits"), away);
        assertTrue(away.contains("Block 615 (abababab…) of 2026-11-28 10:11:45 UTC is final by one node"), away);
    }

    private static LedgerState lodging(Optional<Anchored.Trouble> trouble, Optional<PublishingState> publishing) {
        return new LedgerState(
                "evm",
                Optional.empty(),
                true,
                false,
                Optional.empty(),
                List.of(FakeLedgers.head(0)),
                5,
                trouble,
                publishing,
                Optional.empty());
    }

    /// What the picture holds is [HeadQrTest]'s.
    @Test
    void theNewestHeadIsShownForAPhone(@TempDir Path folder) throws Exception {
        var cookie = pages.login();
        assertTrue(pages.get("/ledgers", cookie).body().contains("href=\"/ledgers/head\""));
        var none = pages.get("/ledgers/head", cookie).body();
        assertTrue(none.contains("No head is sealed yet"), none);
        var log = new CarriedHeads(folder, "carried/heads", 51, 1200);
        pages.ledgers.head = Optional.of(log.file(1200, 100L, 700L));

        var page = pages.get("/ledgers/head", cookie).body();
        assertTrue(page.contains(svg(log.file(1200, 700L))), "with the largest that is known");
        assertTrue(page.contains("nothing of this log is yet, and where the head of 700 entries is the newest"), page);
        assertTrue(page.contains("href=\"/log/head\""), page);
        var asked = pages.get("/ledgers/head?from=100", cookie).body();
        assertTrue(asked.contains(svg(log.file(1200, 100L))) && asked.contains("href=\"/log/head/100\""), asked);

        var beyond = pages.get("/ledgers/head?from=1200", cookie);
        assertTrue(beyond.body().contains("no more than 1,200 entries"), beyond.body());
        assertFalse(beyond.body().contains("<svg"));
        for (var wrong : List.of("0", "-1", "1e3", "%22%3E%3Cscript%3E", "9".repeat(19))) {
            var refused = pages.get("/ledgers/head?from=" + wrong, cookie);
            assertEquals(400, refused.statusCode());
            assertTrue(refused.body().contains("a number of entries, from 1"), refused.body());
            assertFalse(refused.body().contains("<script>"));
        }
        assertEquals(303, pages.send(pages.request("/ledgers/head")).statusCode());
        assertEquals(
                405,
                pages.send(pages.form("/ledgers/head", "").header("Cookie", cookie))
                        .statusCode());
    }

    private static String svg(HeadFile file) {
        return HeadQr.of(file).orElseThrow().svg();
    }
}
