package org.sealpost.app;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.sealpost.evidence.Evidence;
import org.sealpost.record.Content;
import org.sealpost.record.Slot;

/// A box whose owner is the test, asked over TLS.
///
/// @param token of the owner
record OwnedBox(Visitor visitor, String token) {
    /// Claims the box by what its console shows.
    static OwnedBox claim(Visitor visitor, BoxFolder place) throws Exception {
        var code = place.shown("claim code").orElseThrow();
        var token = Visitor.element(visitor.post("/claim", Map.of("code", code)), "token");
        var done = visitor.post("/claim/confirm", Map.of("code", code, "token", token));
        assertEquals(303, done.statusCode(), done::body);
        return new OwnedBox(visitor, token);
    }

    /// The same owner after a restart of the box.
    OwnedBox at(Visitor other) {
        return new OwnedBox(other, token);
    }

    HttpResponse<String> get(String path) throws Exception {
        return visitor.send(visitor.request(path).header("Authorization", "Bearer " + token));
    }

    /// As a program does that is no browser.
    HttpResponse<String> post(String path, Map<String, String> fields) throws Exception {
        return visitor.send(visitor.form(path, fields).header("Authorization", "Bearer " + token));
    }

    /// The cookie of a browser's new session.
    String login() throws Exception {
        var login =
                visitor.send(visitor.form("/login", Map.of("token", token)).header("Sec-Fetch-Site", "same-origin"));
        assertEquals(303, login.statusCode(), login::body);
        return login.headers().firstValue("set-cookie").orElseThrow().split(";")[0];
    }

    /// What the log has of a profile, in its order, out of the evidence.
    List<String> contents(String profile) throws Exception {
        var found = new ArrayList<String>();
        for (int index = 1; ; index++) {
            var record = get("/v1/records/" + index);
            if (record.statusCode() == 404) return found;
            if (record.body().contains("\"" + profile + "\"")) found.add(content(index));
        }
    }

    private String content(int index) throws Exception {
        var path = "/v1/records/" + index + "/evidence";
        Await.until(path, () -> get(path).statusCode() == 200);
        var evidence = Evidence.parse(visitor.bytes(path, token));
        var content = (Slot.Shown) evidence.body().orElseThrow().slots().get(Slot.CONTENT);
        return new String(Content.parse(content.bytes()).payload(), StandardCharsets.UTF_8);
    }

    /// Entries that are durable.
    long size() throws Exception {
        var name = "sealpost_log_entries ";
        return get("/metrics")
                .body()
                .lines()
                .filter(line -> line.startsWith(name))
                .mapToLong(line -> Long.parseLong(line.substring(name.length())))
                .findFirst()
                .orElseThrow();
    }
}
