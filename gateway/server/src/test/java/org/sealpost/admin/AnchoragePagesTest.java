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
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.sealpost.control.Act;
import org.sealpost.control.Claim;
import org.sealpost.control.ControlLog;
import org.sealpost.control.ControlState;

/// The owner orders over HTTP, and nobody else does.
@Timeout(60)
class AnchoragePagesTest {
    private final Vertx vertx = Vertx.vertx();
    private final HttpClient http = HttpClient.newHttpClient();
    private FakeLedgers ledgers;
    private ControlLog control;
    private int port;

    @BeforeEach
    void open() throws Exception {
        ledgers = new FakeLedgers();
        control = ledgers.control;
        var pages = new AnchoragePages(
                vertx,
                request -> Optional.ofNullable(request.getHeader("authorization"))
                        .map(text -> text.replace("Bearer ", "")),
                ledgers.orders);
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
                .get(1, TimeUnit.MINUTES)
                .actualPort();
    }

    @AfterEach
    void close() throws Exception {
        vertx.close().toCompletionStage().toCompletableFuture().get(1, TimeUnit.MINUTES);
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

    /// Of publication 17 on evm it is known that it is not final.
    @Test
    void aPublicationIsTakenUpAndGivenUp() throws Exception {
        assertTrue(ordered("evm/publications/17/take-up").required("new").asBoolean());
        assertTrue(ordered("evm/publications/17/take-up").required("new").asBoolean(), "each time anew");
        assertTrue(ordered("evm/publications/17/give-up").required("new").asBoolean());
        assertFalse(ordered("evm/publications/17/give-up").required("new").asBoolean());
        var last = control.state().of("evm").publications().get(17L);
        assertEquals(new ControlState.Ordered.OfPublication(Act.Order.GIVE_UP, 2), last);
        assertTrue(refused(404, "evm/publications/16/give-up").contains("No publication of this number"));
        refused(404, "local/publications/17/give-up");
        refused(404, "fabric/publications/17/give-up");
        refused(404, "evm/publications/17/park");
        refused(404, "evm/give-up");
        assertEquals(1, control.state().of("evm").publications().size());
    }

    @Test
    void nobodyElseOrders() throws Exception {
        assertEquals(401, send("POST", "evm/park", Optional.empty()).statusCode());
        var client = send("POST", "evm/park", Optional.of("crane-7"));
        assertEquals(403, client.statusCode());
        assertTrue(client.body().contains("stop it, use sealpost anchor park, and start it"), client.body());
        assertTrue(forbidden("evm/unpark").contains("stop it, use sealpost anchor unpark, and start it"));
        assertTrue(forbidden("evm/publications/17/take-up")
                .contains("stop it, use sealpost anchor take-up, and start it"));
        assertTrue(forbidden("evm/publications/17/give-up")
                .contains("stop it, use sealpost anchor give-up, and start it"));
        var resubmit = forbidden("evm/resubmit");
        assertTrue(resubmit.contains("a peer is behind, leave it running"), resubmit);
        assertTrue(resubmit.contains("restart it, which asks at once"), resubmit);
        assertTrue(resubmit.contains("where its relay stopped"), resubmit);
        assertTrue(resubmit.contains("stop it, use sealpost anchor resubmit, and start it"), resubmit);
        assertTrue(forbidden("evm/destroy").contains("sealpost anchor ORDER"));
        assertEquals(405, send("GET", "evm/park", Optional.of(Claim.OWNER)).statusCode());
        refused(404, "fabric/park");
        refused(404, "evm/destroy");
        refused(404, "evm/park/now");
        assertEquals(-1, control.state().of("evm").resubmitted());
        assertTrue(control.state().of("evm").parked().isEmpty());
    }

    private String forbidden(String path) throws Exception {
        var answer = send("POST", path, Optional.of("crane-7"));
        assertEquals(403, answer.statusCode());
        return answer.body();
    }

    /// What an unconfirmed update leaves can be read by the release before.
    @Test
    void nothingIsTakenWhileTheReleaseIsOnTrial() throws Exception {
        ledgers.trial.set(Optional.of("This release is on trial until it is confirmed."));
        assertTrue(refused(409, "evm/park").contains("on trial"));
        assertTrue(control.state().of("evm").parked().isEmpty());
        ledgers.trial.set(Optional.empty());
        ordered("evm/park");
    }

    @Test
    void withoutRoomNothingIsOrdered() throws Exception {
        ledgers.disk.capacity(1);
        int taken = 0;
        while (send("POST", "evm/resubmit", Optional.of(Claim.OWNER)).statusCode() == 200) assertTrue(taken++ < 10_000);
        assertTrue(refused(507, "evm/resubmit").contains("make room"));
        ledgers.disk.capacity(1L << 30);
        ordered("evm/resubmit");
    }
}
