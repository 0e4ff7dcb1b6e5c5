package org.sealpost.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.sealpost.capture.IntakeConfig;

/// Home of a whole box, through its one door: what it says is what the box is.
@Timeout(180)
class HomeIT {
    @TempDir
    private Path folder;

    @Test
    void homeTellsWhatTheBoxIs() throws Exception {
        var far = FarToken.start(folder);
        try (var token = far.server();
                var box = RunningGateway.start(
                        RunningGateway.config(folder, far.settings(), IntakeConfig.defaults(), Optional.empty()))) {
            var cookie = login(box);
            // Genesis, start, and the making of the key.
            awaitHome(box, cookie, ">3 <span class=\"unit\">entries</span>");
            box.record("{}".getBytes(StandardCharsets.UTF_8), "first");
            awaitHome(
                    box,
                    cookie,
                    ">4 <span class=\"unit\">entries</span>",
                    "Every anchorage holds every record finally");
            awaitHome(
                    box,
                    cookie,
                    "All is well",
                    "Last final head: 4 entries",
                    "it proves nothing to others",
                    "Not an appliance image",
                    "No CA has certified the sealing key",
                    "test-port/");

            // A token that nobody asks for a signature is missed at the next record.
            token.kill();
            box.record("{}".getBytes(StandardCharsets.UTF_8), "second");
            awaitHome(
                    box,
                    cookie,
                    "Needs you",
                    "ABSENT",
                    "<dt>Since</dt>",
                    "What to do",
                    "does not sign",
                    "waiting for the HSM",
                    ">1 <span class=\"unit\">entry waits</span>",
                    "Record 4, captured");
            token.restart();
            awaitHome(box, cookie, "All is well", "Last final head: 5 entries");
        }
    }

    private static String login(RunningGateway box) throws Exception {
        var answer = box.send(HttpRequest.newBuilder(box.url("/login"))
                .header("Content-Type", "application/x-www-form-urlencoded")
                .header("Sec-Fetch-Site", "same-origin")
                .POST(BodyPublishers.ofString("token=" + RunningGateway.CRANE.secret())));
        assertEquals(303, answer.statusCode());
        return answer.headers().firstValue("set-cookie").orElseThrow().split(";", 2)[0];
    }

    private static String home(RunningGateway box, String cookie) throws Exception {
        var answer = box.send(HttpRequest.newBuilder(box.url("/")).header("Cookie", cookie));
        assertEquals(200, answer.statusCode());
        var text = RunningGateway.text(answer);
        assertFalse(text.contains(RunningGateway.CRANE.secret()));
        return text;
    }

    private static void awaitHome(RunningGateway box, String cookie, String... said) throws Exception {
        Await.until("Home says " + List.of(said), () -> {
            var text = home(box, cookie);
            return List.of(said).stream().allMatch(text::contains);
        });
    }
}
