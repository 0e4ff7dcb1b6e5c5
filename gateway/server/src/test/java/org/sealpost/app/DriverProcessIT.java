package org.sealpost.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.sealpost.hsm.FaultShim;
import org.sealpost.hsm.ListedKey;
import org.sealpost.hsm.SoftHsm;
import org.sealpost.hsm.Tokens;

/// A whole box whose token has a driver process, as a real one has it: what ends that process costs a pause in seals.
@Timeout(600)
class DriverProcessIT {
    private static final int ROUNDS = 5;

    @TempDir
    private Path folder;

    // As the kernel names it: the usual place is a link.
    private final String module = SoftHsm.module().orElseThrow().toRealPath().toString();

    DriverProcessIT() throws IOException {}

    @Test
    void aDriverThatIsKilledCostsAPauseInSeals() throws Exception {
        var place = BoxFolder.create(folder.resolve("box")).withDriverProcess();
        ProcessHandle last;
        try (var box = BoxProcess.start(place);
                var visitor = new Visitor(
                        box.awaitReady(), place.shown("certificate  SHA-256").orElseThrow())) {
            var owned = OwnedBox.claim(visitor, place);
            var before = box.driver();
            assertTrue(maps(before).contains(module), "the driver process has the library");
            assertFalse(
                    maps(box.gateway()).contains(module), "not even for the first boot had the gateway the library");
            for (int round = 0; round < ROUNDS; round++) {
                before.destroyForcibly();
                sealed(owned, captured(owned, "record " + round));
                assertNotEquals(before.pid(), box.driver().pid());
                before = box.driver();
            }
            last = before;
            assertEquals(143, box.stop());
        }
        assertFalse(last.isAlive(), "the gateway ends its driver process");
    }

    /// What ends the process, or stops it, is the library itself, in the midst of a seal.
    @Test
    void aLibraryThatCrashesOrHangsInASignatureCostsAPauseInSeals() throws Exception {
        var shim = FaultShim.beforeSoftHsm();
        var sign = shim.on(FaultShim.Function.SIGN);
        var place = BoxFolder.create(folder.resolve("box")).withDriverProcess().withModule(shim.library());
        try (var box = BoxProcess.start(place, shim.environment());
                var visitor = new Visitor(
                        box.awaitReady(), place.shown("certificate  SHA-256").orElseThrow())) {
            var owned = OwnedBox.claim(visitor, place);
            sealed(owned, captured(owned, "before"));

            var first = box.driver();
            sign.crashesAtOnce();
            var crashed = captured(owned, "the library crashes over this one's seal");
            Await.until("the crash", () -> !first.isAlive());
            sealed(owned, captured(owned, "after the crash"));
            sealed(owned, crashed);

            var second = box.driver();
            assertNotEquals(first.pid(), second.pid());
            sign.hangs(FaultShim.Fault.ALWAYS);
            var waiting = new ArrayList<String>();
            waiting.add(captured(owned, "the library hangs over this one's seal"));
            Await.until("a signature hangs", () -> sign.inside() > 0);
            for (int i = 0; i < ROUNDS; i++) waiting.add(captured(owned, "meanwhile " + i));
            for (var one : waiting) assertNotEquals(200, owned.get(one).statusCode(), "nothing signs");
            Await.until("the process that hangs is killed", () -> !second.isAlive());
            waiting.add(captured(owned, "after the kill"));
            sign.heal();
            for (var one : waiting) sealed(owned, one);
            assertNotEquals(second.pid(), box.driver().pid());
            assertTrue(box.gateway().isAlive());
            assertEquals(143, box.stop());
        } finally {
            shim.nobodyIsInside();
        }
    }

    /// As on a machine whose gateway has a driver process: rotate has one, too, since it holds the journals open.
    @Test
    void aRotationSurvivesItsLibrarysCrash() throws Exception {
        var shim = FaultShim.beforeSoftHsm();
        var place = BoxFolder.create(folder.resolve("box")).withDriverProcess().withModule(shim.library());
        String token;
        String old;
        try (var box = BoxProcess.start(place, shim.environment());
                var visitor = new Visitor(
                        box.awaitReady(), place.shown("certificate  SHA-256").orElseThrow())) {
            var owned = OwnedBox.claim(visitor, place);
            token = owned.token();
            sealed(owned, captured(owned, "before"));
            assertEquals(143, box.stop());
        }
        old = fingerprints(place).getFirst();

        shim.on(FaultShim.Function.SIGN).crashesAtOnce();
        var rotated = hsm(place, shim, "rotate", "--json", "--confirm", old);
        assertEquals(1, shim.on(FaultShim.Function.SIGN).met(), "it crashed");
        shim.heal();
        // A self-test is simply made again; a signature of the hand-over is not, and nothing was written then.
        if (rotated.status() == HsmCommand.LATER) rotated = hsm(place, shim, "rotate", "--json", "--confirm", old);
        assertEquals(HsmCommand.DONE, rotated.status(), rotated.output() + rotated.said());
        var made = new JsonMapper().readTree(rotated.output());
        assertTrue(made.get("handed-over").asBoolean());
        assertEquals(List.of(old, made.get("fingerprint").asText()), fingerprints(place));

        try (var box = BoxProcess.start(place, shim.environment());
                var visitor = new Visitor(
                        box.awaitReady(), place.shown("certificate  SHA-256").orElseThrow())) {
            var owned = new OwnedBox(visitor, token);
            sealed(owned, captured(owned, "after"));
        }
    }

    private static List<String> fingerprints(BoxFolder place) throws Exception {
        try (var token = Tokens.open(place.config().token().config())) {
            assertTrue(token.settle(Duration.ofMinutes(2)).isReady());
            return token.keys().stream()
                    .sorted(Comparator.comparing(ListedKey::name))
                    .map(key -> HsmWords.fingerprint(key.spki().orElseThrow()))
                    .toList();
        }
    }

    private HsmProcess.Ended hsm(BoxFolder place, FaultShim shim, String verb, String... words) throws Exception {
        var all = new ArrayList<>(List.of(verb, "--config", place.file().toString()));
        all.addAll(List.of(words));
        return HsmProcess.start(folder, place.hsm(), shim.environment(), all.toArray(String[]::new))
                .end("");
    }

    /// Returns where its evidence will be.
    private static String captured(OwnedBox owned, String record) throws Exception {
        var taken = owned.visitor()
                .send(owned.visitor()
                        .request("/v1/records")
                        .header("Authorization", "Bearer " + owned.token())
                        .POST(BodyPublishers.ofString(record)));
        assertEquals(201, taken.statusCode(), taken::body);
        return taken.headers().firstValue("location").orElseThrow() + "/evidence";
    }

    private static void sealed(OwnedBox owned, String evidence) throws Exception {
        Await.until(evidence, () -> owned.get(evidence).statusCode() == 200);
    }

    /// What the kernel has mapped into a process: a library that was loaded once stays there.
    private static String maps(ProcessHandle process) throws IOException {
        return Files.readString(Path.of("/proc/" + process.pid() + "/maps"));
    }
}
