package org.sealpost.admin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.sealpost.archive.RecordSearch;
import org.sealpost.archive.RecordState;
import org.sealpost.control.Claim;
import org.sealpost.record.SourceKind;

/// The page Records, as a browser asks for it.
@Timeout(120)
class FinderPageTest {
    private RunningPages pages;
    private String cookie;

    @BeforeEach
    void start() throws Exception {
        pages = RunningPages.start();
        cookie = pages.login();
    }

    @AfterEach
    void stop() throws Exception {
        pages.close();
    }

    @Test
    void withoutASessionItLeadsToTheLogin() throws Exception {
        var answer = pages.send(pages.request("/records?key=weigh"));
        assertEquals(303, answer.statusCode());
        assertEquals("/login", answer.headers().firstValue("location").orElseThrow());
        assertEquals(List.of(), pages.search.asked);
    }

    @Test
    void atFirstThereIsTheFormAlone() throws Exception {
        var page = pages.get("/records", cookie);
        assertEquals(200, page.statusCode());
        assertTrue(page.body().contains("<option>epcis</option>"), page::body);
        assertFalse(page.body().contains("class=\"tile"), page::body);
        assertEquals(List.of(), pages.search.asked, "nothing is searched for before anybody asks");
        // As a browser sends the form with nothing filled in: a profile is always chosen.
        page = pages.get("/records?profile=epcis&business-key=&key=&client=&from=&to=", cookie);
        assertEquals(200, page.statusCode());
        assertEquals(List.of(), pages.search.asked);
        assertTrue(pages.get("/", cookie).body().contains("href=\"/records\""), "it is reached from every page");
    }

    @Test
    void whatIsFilledInIsLookedForAndWhatMayBeSeenIsShown() throws Exception {
        var page = pages.get(
                "/records?profile=port.weigh&business-key=MSKU+1%263&client=crane-7&from=2026-05-04T12:00&to=2026-05-05T12:00:09",
                cookie);
        assertEquals(200, page.statusCode(), page::body);
        assertEquals(
                new RecordSearch.Query(
                        Optional.of("crane-7"),
                        Optional.empty(),
                        Optional.of(new RecordSearch.BusinessKey("port.weigh", "MSKU 1&3")),
                        Optional.of(Instant.parse("2026-05-04T12:00:00Z")),
                        Optional.of(Instant.parse("2026-05-05T12:00:09Z")),
                        RecordSearch.Order.NEWEST_FIRST,
                        OptionalLong.empty(),
                        24),
                pages.search.asked.getFirst());
        for (var said : List.of(
                "<option selected>port.weigh</option>",
                "value=\"MSKU 1&amp;3\"",
                "value=\"2026-05-04T12:00\"",
                "Record 400",
                "weigh &lt;b&gt; 7",
                "final",
                "href=\"/v1/records/400/evidence\"",
                "sensor:gate")) {
            assertTrue(page.body().contains(said), () -> said + " is not in " + page.body());
        }
        assertFalse(page.body().contains("/v1/records/77/evidence"), "there is none before it is sealed");
        assertFalse(page.body().contains("somebody else"), "what others handed over is not shown");
        assertFalse(page.body().contains("More"), page::body);
        assertFalse(page.body().contains("not all looked at"), page::body);
        assertTrue(page.headers()
                .firstValue("content-security-policy")
                .orElseThrow()
                .contains("form-action 'self'"));
    }

    @Test
    void whatIsMissingIsSaidAndTheNextPageIsALinkAway() throws Exception {
        pages.search.records = List.of();
        assertTrue(pages.get("/records?key=x", cookie).body().contains("No record fits."));

        pages.search.more = OptionalLong.of(512);
        pages.search.indexedBelow = 900;
        pages.search.unreadable = List.of(new RecordSearch.Stretch(14, 14), new RecordSearch.Stretch(20, 35));
        var page = pages.get("/records?key=a%26b&before=999", cookie).body();
        assertTrue(page.contains("href=\"/records?before&#x3D;512&amp;key&#x3D;a%26b\""), page);
        assertTrue(page.contains("Entries from 900 on are not all looked at yet"), page);
        assertTrue(page.contains("14, 20 to 35."), page);
        assertFalse(page.contains("No record fits."), "that is not known yet");
        assertTrue(page.contains("None found so far: not all entries were looked through yet."), page);
        assertTrue(page.contains(">Look through the rest</a>"), page);
        page = pages.get("/records?order=oldest&after=3", cookie).body();
        assertTrue(page.contains("href=\"/records?after&#x3D;512&amp;order&#x3D;oldest\""), page);

        pages.search.more = OptionalLong.empty();
        var notKnown = "None found among the entries that could be looked at.";
        assertTrue(pages.get("/records?key=x", cookie).body().contains(notKnown));
        pages.search.unreadable = List.of();
        page = pages.get("/records?key=x", cookie).body();
        assertTrue(page.contains(notKnown), page);
        assertFalse(page.contains("No record fits."), page);
        pages.search.indexedBelow = 1000;
        pages.search.unreadable = List.of(new RecordSearch.Stretch(14, 14));
        page = pages.get("/records?key=x", cookie).body();
        assertTrue(page.contains(notKnown), page);
        assertFalse(page.contains("No record fits."), page);
    }

    @Test
    void whileOthersSearchItSaysSoAndNothingTypedIsLost() throws Exception {
        pages.search.busy = true;
        var page = pages.get("/records?key=kept", cookie);
        assertEquals(503, page.statusCode());
        assertEquals("1", page.headers().firstValue("retry-after").orElseThrow());
        assertTrue(page.body().contains("Others are searching"), page::body);
        assertTrue(page.body().contains("value=\"kept\""), page::body);
    }

    @Test
    void whatCannotBeLookedForIsRefusedWithASentenceAndNothingTypedIsLost() throws Exception {
        for (var query : List.of(
                "from=yesterday&key=kept",
                "business-key=x&key=kept",
                "profile=other&business-key=x&key=kept",
                "colour=red&key=kept",
                "key=kept&order=random",
                "key=kept&after=3",
                "key=kept&max=0")) {
            var page = pages.get("/records?" + query, cookie);
            assertEquals(400, page.statusCode(), query);
            assertTrue(page.body().contains("role=\"alert\""), page::body);
            assertTrue(page.body().contains("value=\"kept\""), page::body);
        }
        assertEquals(400, pages.get("/records?key=a&key=b", cookie).statusCode());
        assertEquals("HTTP/1.1 400 Bad Request", firstLine("/records?key=%zz"));
        assertEquals(
                405,
                pages.send(pages.form("/records", "key=a").header("Cookie", cookie))
                        .statusCode());
        pages.search.broken = true;
        var broken = pages.get("/records?key=a", cookie);
        assertEquals(500, broken.statusCode());
        assertFalse(broken.body().contains("the disk is broken"), broken::body);
    }

    /// What is looked at is narrowed by whose it is; that must not hide anything that may be shown.
    @Test
    void whatMayBeShownIsWhatIsLookedAt() {
        for (var asker : List.of(Claim.OWNER, RunningPages.CLIENT)) {
            var sight = RecordPages.sight(asker);
            for (var kind : SourceKind.values()) {
                for (var client : List.of(asker, "another")) {
                    var record = FakeSearch.record(1, client, kind, Optional.empty(), RecordState.SEALED);
                    assertEquals(
                            RecordPages.isFor(record, asker),
                            client.equals(sight.client()) || sight.kinds().contains(kind),
                            asker + " and " + record);
                }
            }
        }
    }

    /// Of an address that no client library would send.
    private String firstLine(String address) throws Exception {
        try (var socket = new Socket(pages.url().getHost(), pages.url().getPort())) {
            socket.getOutputStream()
                    .write("GET %s HTTP/1.1\r\nHost: box\r\nCookie: %s\r\n\r\n"
                            .formatted(address, cookie)
                            .getBytes(StandardCharsets.US_ASCII));
            return new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII))
                    .readLine();
        }
    }
}
