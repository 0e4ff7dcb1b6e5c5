package org.sealpost.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.sealpost.hsm.SoftHsm;
import org.sealpost.journal.DirectoryDisk;

/// A box that cannot run says why on every path and on its console, opens nothing else, and changes nothing.
@Timeout(300)
class RefusingBoxIT {
    @TempDir
    private Path folder;

    private BoxFolder place;

    @BeforeEach
    void firstBoot() throws Exception {
        place = BoxFolder.create(folder.resolve("box"));
        Box.start(place.config()).close();
    }

    @Test
    void damageInAJournalIsNamedWithWhatToDo() throws Exception {
        for (var journal : new String[] {"entries", "seals", "control"}) {
            var segment = place.data().resolve(journal).resolve("0000000000000000.segment");
            var whole = Files.readAllBytes(segment);
            var spoilt = whole.clone();
            spoilt[20] ^= 1;
            Files.write(segment, spoilt);
            assertRefuses(journal + "/0000000000000000.segment", "copy the data directory before anything else");
            Files.write(segment, whole);
        }
    }

    /// The disk came from another box, or the token did.
    @Test
    void aTokenWithAnotherKeyIsNamed() throws Exception {
        Files.delete(place.folder().resolve("pin"));
        SoftHsm.create(place.folder().resolve("other-hsm"));
        TokenSetup.initialise(place.config());
        assertRefuses("key \"seal\" refused", "put the right token back");
    }

    @Test
    void aDataDirectoryThatIsNoneGetsAPageWithACertificateOfTheMoment() throws Exception {
        place.configure("");
        var text = Files.readString(place.file()).replace("data = \"data\"", "data = \"os-release\"");
        Files.writeString(place.file(), text);
        assertRefuses("the data directory", "");
    }

    @Test
    void aTokenThatCannotBeMadeReadyAtTheFirstBootIsNamed() throws Exception {
        var text = Files.readString(place.file())
                .replace("data = \"data\"", "data = \"data-2\"")
                .replace("pin-file = \"pin\"", "pin-file = \"pin-2\"");
        Files.writeString(place.file(), text);
        assertRefuses("there is a token \"box\" already", "put its PIN into");
    }

    /// No file that is not what it should be makes the process end, only to be started again for ever.
    @Test
    void whatLiesInTheWayOfAFileIsNamed() throws Exception {
        for (var name : new String[] {"control", "tls/identity.pem", "seals"}) {
            var here = place.data().resolve(name);
            var aside = Files.move(here, place.folder().resolve("aside"));
            if (Files.isDirectory(aside)) Files.createFile(here);
            else Files.createDirectory(here);
            assertRefuses(here.toString(), "");
            Files.delete(here);
            Files.move(aside, here);
        }
    }

    /// Else whoever reads the console could make it theirs. One that nobody has ever tried to claim lost nothing.
    @Test
    void aBoxWhoseControlJournalIsGoneIsNobodysToClaim() throws Exception {
        var control = place.data().resolve("control");
        var aside = Files.move(control, place.folder().resolve("without-acts"));
        try (var box = Box.start(place.config());
                var visitor = new Visitor(
                        box.httpPort(), place.shown("certificate  SHA-256").orElseThrow())) {
            assertEquals(403, visitor.post("/claim", Map.of("code", "wrong")).statusCode());
            Await.until("the act is in the log", () -> actIsInTheLog());
        }
        Files.move(control, place.folder().resolve("with-an-act"));
        Files.move(aside, control);
        assertRefuses("the control journal holds none", "bring the data directory back");
    }

    private boolean actIsInTheLog() throws Exception {
        return new String(
                        Files.readAllBytes(place.data().resolve("entries/0000000000000000.segment")),
                        StandardCharsets.ISO_8859_1)
                .contains("sealpost.act");
    }

    @Test
    void aTlsIdentityThatIsNoTextIsNamedWithWhatToDo() throws Exception {
        Files.write(place.data().resolve("tls/identity.pem"), new byte[] {-1, -2, 3});
        assertRefuses("is not a key and its certificate", "delete it");
    }

    @Test
    void aDataDirectoryThatAnotherGatewayHasIsNamed() throws Exception {
        var entries = place.data().resolve("entries");
        try (var held = DirectoryDisk.open(entries).lock()) {
            assertRefuses(entries + " is in use by", "nobody else uses it");
            assertNotNull(held);
        }
    }

    @Test
    void withoutADoorOrATableOfItsOwnItEndsAtOnce() throws Exception {
        try (var other = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            var text = Files.readString(place.file()).replaceFirst("port = 0", "port = " + other.getLocalPort());
            Files.writeString(place.file(), text);
            var refused = assertThrows(ConfigRefused.class, () -> Box.start(place.config()));
            assertTrue(refused.getMessage().contains("port " + other.getLocalPort()), refused.getMessage());
        }
        place.configure("");
        var plain = Files.readString(place.file()).replace("tls = true", "tls = false");
        Files.writeString(place.file(), plain);
        assertThrows(ConfigRefused.class, () -> Box.start(place.config()));
    }

    /// Handshakes that never end are no connections yet, and take their places all the same.
    @Test
    void whoSaysNothingToItsDoorIsOneOfABoundedNumber() throws Exception {
        Files.write(place.data().resolve("control/0000000000000000.segment"), new byte[100]);
        var silent = new ArrayList<Socket>();
        try (var box = Box.start(place.config())) {
            for (int i = 0; i < RefusalDoor.MAX_SOCKETS; i++) {
                silent.add(new Socket(InetAddress.getLoopbackAddress(), box.httpPort()));
            }
            try (var beyond = new Socket(InetAddress.getLoopbackAddress(), box.httpPort())) {
                beyond.setSoTimeout(9_000);
                assertEquals(-1, beyond.getInputStream().read(), "before any handshake could time out");
            } catch (SocketException reset) {
                // That is an end, too.
            }
        } finally {
            for (var socket : silent) socket.close();
        }
    }

    private void assertRefuses(String cause, String remedy) throws Exception {
        var before = files();
        try (var box = Box.start(place.config());
                var visitor = new Visitor(
                        box.httpPort(), place.shown("certificate  SHA-256").orElseThrow())) {
            for (var path : new String[] {"/", "/claim", "/livez", "/v1/records/1", "/log/checkpoint"}) {
                var page = visitor.get(path);
                assertEquals(503, page.statusCode());
                assertTrue(page.body().contains("<h1>This box refuses to run</h1>"), page::body);
                assertTrue(page.body().contains(cause.replace("\"", "&quot;")), page::body);
                assertTrue(page.body().contains(remedy), page::body);
            }
            var problem = visitor.send(visitor.request("/v1/records").POST(BodyPublishers.ofString("x")));
            assertEquals(503, problem.statusCode());
            assertTrue(problem.body().contains("urn:sealpost:problem:refuses-to-run"), problem::body);
            assertEquals(-1, box.mqttPort());
            assertTrue(place.shown("refused").orElseThrow().contains(cause), () -> place.toString());
            if (!remedy.isEmpty())
                assertTrue(place.shown("remedy").orElseThrow().contains(remedy));
            assertTrue(place.shown("claim code").isEmpty());
            assertFalse(box.summary().startsWith("ready"));
        }
        var after = files();
        after.entrySet().removeAll(before.entrySet());
        assertEquals(Map.of(), after, "nothing was touched");
    }

    /// Each file below the data directory with a digest of its content. But for the second copy of a journal's
    /// tail, which is for whoever opens it next.
    private Map<String, String> files() throws Exception {
        var found = new TreeMap<String, String>();
        if (!Files.isDirectory(place.data())) return found;
        try (Stream<Path> all = Files.walk(place.data())) {
            for (var file : all.filter(Files::isRegularFile).toList()) {
                if (!file.endsWith("tail.copy")) found.put(file.toString(), digest(file));
            }
        }
        return found;
    }

    private static String digest(Path file) throws Exception {
        var sha256 = java.security.MessageDigest.getInstance("SHA-256");
        return HexFormat.of().formatHex(sha256.digest(Files.readAllBytes(file)));
    }
}
