package org.sealpost.admin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerOptions;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.sealpost.control.Claim;
import org.sealpost.control.ControlLog;
import org.sealpost.journal.FaultyDisk;
import org.sealpost.journal.Journal;
import org.sealpost.journal.JournalConfig;
import org.sealpost.record.ClockReading;
import org.sealpost.stage.BrokenPromises;

/// The owner orders over HTTP, and nobody else does.
@Timeout(60)
class AnchoragePagesTest {
    private static final JournalConfig JOURNAL = new JournalConfig(ControlLog.KIND, 1 << 16, 1024, 1 << 12);
    private static final ClockReading CLOCK = new ClockReading(
            1_790_000_000_123L,
            ClockReading.State.UNTRUSTED,
            ClockReading.Source.NONE,
            OptionalLong.empty(),
            new byte[16],
            0);

    private final Vertx vertx = Vertx.vertx();
    private final HttpClient http = HttpClient.newHttpClient();
    private final FaultyDisk disk = new FaultyDisk();
    private final AtomicReference<Optional<String>> trial = new AtomicReference<>(Optional.empty());
    private ControlLog control;
    private int port;

    @BeforeEach
    void open() throws Exception {
        control = ControlLog.open(Journal.open(disk, JOURNAL, 0), () -> CLOCK, new BrokenPromises() {
            @Override
            public boolean include(Throwable thrown) {
                return false;
            }

            @Override
            public void end(String stage, Throwable thrown) {
                throw new AssertionError(stage, thrown);
            }
        });
        var pages = new AnchoragePages(
                vertx,
                request -> Optional.ofNullable(request.getHeader("authorization"))
                        .map(text -> text.replace("Bearer ", "")),
                Set.of("evm", "local"),
                control,
                trial::get);
        port = vertx.createHttpServer(
                        new HttpServerOptions().setHost("127.0.0.1").setPort(0))
                .requestHandler(request -> {
                    request.pause();
                    assertTrue(pages.serves(request.path()));
                    pages.handle(request);
                })
                .listen()
                .toCompletionStage()
                .toCompletableFuture()
                .get(20, TimeUnit.SECONDS)
                .actualPort();
    }

    @AfterEach
    void close() throws Exception {
        vertx.close().toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
        control.close();
    }

    private HttpResponse<String> send(String method, String path, Optional<String> client) throws Exception {
        var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/v1/anchorages/" + path))
                .method(method, BodyPublishers.noBody());
        client.ifPresent(name -> request.header("authorization", "Bearer " + name));
        return http.send(request.build(), BodyHandlers.ofString());
    }

    private JsonNode ordered(String path) throws Exception {
        var answer = send("POST", path, Optional.of(Claim.OWNER));
        assertEquals(200, answer.statusCode(), answer.body());
        return new ObjectMapper().readTree(answer.body());
    }

    private String refused(int status, String path) throws Exception {
        var answer = send("POST", path, Optional.of(Claim.OWNER));
        assertEquals(status, answer.statusCode(), answer.body());
        return answer.body();
    }

    @Test
    void whatTheOwnerOrdersIsInForceAndToldOnce() throws Exception {
        var parked = ordered("evm/park");
        assertTrue(parked.required("new").asBoolean());
        assertEquals(Claim.OWNER, parked.required("parked").required("by").asText());
        assertTrue(control.state().of("evm").parked().isPresent());
        assertTrue(control.state().of("local").parked().isEmpty());

        assertFalse(ordered("evm/park").required("new").asBoolean(), "it is parked already");
        assertTrue(refused(409, "evm/resubmit").contains("unpark it"));
        assertTrue(ordered("evm/unpark").required("new").asBoolean());
        assertFalse(ordered("evm/unpark").has("parked"));
        assertTrue(control.state().of("evm").parked().isEmpty());

        ordered("local/resubmit");
        long first = control.state().of("local").resubmitted();
        ordered("local/resubmit");
        assertTrue(control.state().of("local").resubmitted() > first, "each time anew");
    }

    @Test
    void nobodyElseOrders() throws Exception {
        assertEquals(401, send("POST", "evm/park", Optional.empty()).statusCode());
        var client = send("POST", "evm/park", Optional.of("crane-7"));
        assertEquals(403, client.statusCode());
        assertTrue(client.body().contains("sealpost anchor"), client.body());
        assertEquals(405, send("GET", "evm/park", Optional.of(Claim.OWNER)).statusCode());
        refused(404, "fabric/park");
        refused(404, "evm/destroy");
        refused(404, "evm/park/now");
        assertEquals(-1, control.state().of("evm").resubmitted());
        assertTrue(control.state().of("evm").parked().isEmpty());
    }

    /// What an unconfirmed update leaves can be read by the release before.
    @Test
    void nothingIsTakenWhileTheReleaseIsOnTrial() throws Exception {
        trial.set(Optional.of("This release is on trial until it is confirmed."));
        assertTrue(refused(409, "evm/park").contains("on trial"));
        assertTrue(control.state().of("evm").parked().isEmpty());
        trial.set(Optional.empty());
        ordered("evm/park");
    }

    @Test
    void withoutRoomNothingIsOrdered() throws Exception {
        disk.capacity(1);
        int taken = 0;
        while (send("POST", "evm/resubmit", Optional.of(Claim.OWNER)).statusCode() == 200) assertTrue(taken++ < 10_000);
        assertTrue(refused(507, "evm/resubmit").contains("make room"));
        disk.capacity(1L << 30);
        ordered("evm/resubmit");
    }
}
