package org.sealpost.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.sealpost.capture.IntakeConfig;
import org.sealpost.hsm.P11KitServer;

/// The token goes away while records come in: they are taken all the same, and sealed when it is back.
@Timeout(300)
class TokenOutageIT {
    private static final Duration OUTAGE = Duration.ofSeconds(30);

    @TempDir
    private Path folder;

    private P11KitServer token;
    private RunningGateway box;
    private Load load;

    @BeforeEach
    void start() throws Exception {
        var far = FarToken.start(folder);
        token = far.server();
        box = RunningGateway.start(
                RunningGateway.config(folder, far.settings(), IntakeConfig.defaults(), Optional.empty()));
        load = Load.start(box);
    }

    @AfterEach
    void stop() throws Exception {
        if (token != null) token.proceed();
        if (load != null) load.close();
        if (box != null) box.close();
        if (token != null) token.close();
    }

    @Test
    void nothingIsLostWhileTheTokenHangsAndWhileItIsDead() throws Exception {
        load.awaitProgress();
        awaitCaughtUp();

        token.stop();
        awaitTrouble("UNRESPONSIVE");
        load.awaitProgress();
        token.proceed();
        awaitCaughtUp();

        token.stop();
        load.awaitProgress();
        token.kill();
        awaitTrouble("ABSENT");
        long sealed = box.sealedSize();
        long end = System.nanoTime() + OUTAGE.toNanos();
        while (System.nanoTime() - end < 0) load.awaitProgress();
        assertEquals(sealed, box.sealedSize(), "nobody can have sealed this");
        token.restart();
        awaitCaughtUp();

        load.stopAndFindAll();
    }

    /// All that is durable now gets its seal, and every part says that it is well.
    private void awaitCaughtUp() throws Exception {
        long size = box.size();
        Await.until(size + " entries are sealed", () -> box.sealedSize() >= size);
        Await.until("/readyz is green", () -> box.get("/readyz").statusCode() == 200);
    }

    private void awaitTrouble(String state) throws Exception {
        Await.until(
                "the token is " + state,
                () -> box.trouble("token")
                        .map(part -> part.required("cause").asText().startsWith(state + ": "))
                        .orElse(false));
        var part = box.trouble("token").orElseThrow();
        assertFalse(part.required("remedy").asText().isBlank());
        assertTrue(part.has("since"));
        assertEquals(503, box.get("/readyz").statusCode());
    }
}
