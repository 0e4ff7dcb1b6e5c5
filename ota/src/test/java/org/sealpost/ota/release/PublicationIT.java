package org.sealpost.ota.release;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.sealpost.ota.release.Workbench.done;
import static org.sealpost.ota.release.Workbench.refused;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Where a repository can be published, and where it cannot.
class PublicationIT {
    @TempDir
    private Path home = Path.of("");

    private Workbench bench;
    private Path www;

    @BeforeEach
    void setUp() throws IOException {
        bench = new Workbench(home);
        www = Files.createDirectory(home.resolve("www"));
        done(bench.init());
        done(bench.add("1.0.0", 1000));
        done(bench.sign());
    }

    @Test
    void aDiskThatFillsAtAnyMomentLeavesTheTimestampAlone() throws IOException {
        done(bench.publish(www));
        byte[] timestamp = Files.readAllBytes(www.resolve("metadata/timestamp.json"));
        done(bench.add("1.1.0", 1000));
        done(bench.sign());
        // Moments before the timestamp gets its name: two for each of bundle, descriptor, targets, snapshot, and one.
        for (int fills = 0; fills <= 8; fills++) {
            Path stick = Workbench.copy(www, home.resolve("stick-" + fills));
            int last = fills;
            var moments = new AtomicInteger();
            var refusal = assertThrows(
                    Refusal.class,
                    () -> Publication.publish(new RepositoryFolder(bench.repository), stick, () -> {
                        if (moments.getAndIncrement() == last) {
                            throw new FileSystemException("stick", null, "No space left on device");
                        }
                    }));
            assertTrue(refusal.getMessage().contains("No space left on device"), refusal::getMessage);
            assertEquals(
                    Copy.sha256(timestamp), Copy.sha256(Files.readAllBytes(stick.resolve("metadata/timestamp.json"))));
            assertTrue(done(bench.verify(stick)).contains("release 1.0.0"));
            done(bench.publish(stick));
            assertTrue(done(bench.verify(stick)).contains("release 1.1.0"));
        }
    }

    /// Before room is asked for, which half a bundle takes up.
    @Test
    void whatAKilledRunLeftIsGoneBeforeAnythingIsCopied() throws IOException {
        Path half = Files.createDirectories(www.resolve("bundles")).resolve("0".repeat(64) + ".raucb.part");
        Files.writeString(half, "half a bundle");
        Publication.publish(new RepositoryFolder(bench.repository), www, () -> assertFalse(Files.exists(half)));
        assertFalse(Files.exists(half));
    }

    @Test
    void neverGoesBackAndNeverMixesTwoRepositories() throws IOException {
        Path old = Workbench.copy(bench.repository, home.resolve("old"));
        done(bench.sign());
        done(bench.publish(www));
        var before = Workbench.state(www);
        assertTrue(refused(bench.run("publish", old.toString(), www.toString())).contains("holds a newer state"));
        Files.writeString(old.resolve("metadata/1.root.json"), Files.readString(bench.firstRoot()) + "\n");
        assertTrue(refused(bench.run("publish", old.toString(), www.toString())).contains("holds another repository"));
        assertEquals(before, Workbench.state(www));
    }

    /// A repository that was lost and restored from a backup gives versions that were given before.
    @Test
    void neverPublishesTheSameVersionsWithOtherContent() throws IOException {
        Path backup = Workbench.copy(bench.repository, home.resolve("backup"));
        done(bench.sign("--expires", "timestamp=3d"));
        done(bench.publish(www));
        var before = Workbench.state(www);
        Path lost = bench.repository;
        bench.use(backup);
        done(bench.sign("--expires", "timestamp=4d"));
        assertTrue(refused(bench.publish(www)).contains("under the same version"));
        bench.use(lost);
        assertEquals(before, Workbench.state(www));
        done(bench.signRoot(List.of("root-1", "root-2")));
        done(bench.publish(www));
        // Ahead by its timestamp, but not by its root.
        bench.use(backup);
        for (int more = 0; more < 3; more++) done(bench.sign());
        assertTrue(refused(bench.publish(www)).contains("or a newer root"));
        String rootKeys = home.resolve("updates-root-keys").toString();
        done(bench.signRoot(List.of("root-2", "root-3"), "--root-folder", rootKeys));
        assertTrue(refused(bench.publish(www)).contains("under the same version"));
    }

    @Test
    void aStickThatIsNotMountedIsNotMade() {
        assertTrue(refused(bench.publish(home.resolve("media/stick"))).contains("mount the stick there"));
        assertFalse(Files.exists(home.resolve("media")));
    }

    @Test
    void onAStickThePlaceIsWhereABoxLooks() throws IOException {
        Path ours = Files.createDirectory(www.resolve("sealpost-updates"));
        assertTrue(refused(bench.publish(www)).contains("looks on this stick at " + ours));
        assertTrue(refused(bench.verify(www)).contains("timestamp.json: is not there"));
        done(bench.publish(ours));
        assertTrue(done(bench.verify(www)).contains("release 1.0.0"));
    }

    @Test
    void nothingIsPublishedIntoTheRepositoryItself() throws IOException {
        var before = Workbench.state(bench.repository);
        Path link = Files.createSymbolicLink(home.resolve("link"), bench.repository.resolve("metadata"));
        for (Path within : List.of(bench.repository, bench.repository.resolve("www"), link)) {
            assertTrue(refused(bench.publish(within)).contains("lies in the repository itself"), within::toString);
        }
        assertEquals(before, Workbench.state(bench.repository));
    }

    @Test
    void aPlaceOrARootThatIsNoneIsNamed() {
        String root = bench.firstRoot().toString();
        assertTrue(refused(bench.run("verify", "http://127.0.0.1/", "--root", root))
                .contains("neither a folder nor an https address"));
        assertTrue(refused(bench.run("verify", www.toString(), "--root", "/dev/zero"))
                .contains("root.json"));
        assertTrue(refused(bench.run("verify", www.toString(), "--root", root + "x"))
                .contains("cannot be read"));
    }

    @Test
    void aBundleThatWasChangedSinceIsNotPublished() throws IOException {
        Path bundle;
        try (var files = Files.newDirectoryStream(bench.repository.resolve("bundles"))) {
            bundle = files.iterator().next();
        }
        byte[] content = Files.readAllBytes(bundle);
        content[0] ^= 1;
        Files.write(bundle, content);
        assertTrue(refused(bench.publish(www)).contains("is not what its name says"));
        assertFalse(Files.exists(www.resolve("metadata/timestamp.json")));
        Files.delete(bundle);
        assertTrue(refused(bench.publish(www)).contains("there is no " + bundle));
    }

    /// It says the same, but boxes compare bytes.
    @Test
    void aDescriptorThatWasWrittenAnotherWayIsNeitherPublishedNorSigned() throws IOException {
        Path descriptor;
        try (var files = Files.newDirectoryStream(bench.repository.resolve("targets"))) {
            descriptor = files.iterator().next();
        }
        Files.writeString(descriptor, Files.readString(descriptor) + "\n");
        assertTrue(refused(bench.publish(www)).contains("is not the file that was signed"));
        assertTrue(refused(bench.sign()).contains("is not the file that its name says"));
    }

    @Test
    void anotherRunWaitsItsTurn() throws IOException {
        try (var _ = new RepositoryFolder(bench.repository).lock()) {
            assertTrue(refused(bench.sign()).contains("at work in"));
            assertTrue(refused(bench.add("1.1.0", 1000)).contains("at work in"));
            assertTrue(refused(bench.publish(www)).contains("at work in"));
        }
        var before = Workbench.state(www);
        try (var _ = new RepositoryFolder(www).lockFolder()) {
            assertTrue(refused(bench.publish(www)).contains("at work in " + www));
        }
        assertEquals(before, Workbench.state(www));
        done(bench.publish(www));
        done(bench.sign());
    }
}
