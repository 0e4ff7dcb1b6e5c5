package org.sealpost.ota.release;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.sealpost.ota.release.Workbench.done;
import static org.sealpost.ota.release.Workbench.refused;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sealpost.ota.tuf.FolderRepository;
import org.sealpost.ota.tuf.MetadataLimits;
import org.sealpost.ota.tuf.Refresh;
import org.sealpost.ota.tuf.Role;
import org.sealpost.ota.tuf.Trusted;
import org.sealpost.ota.tuf.TufClient;

/// Keys come and go, and power is cut while a repository is published: boxes follow, those that know only their first
/// root and those that have been there before. python-tuf's client says so, too.
class RotationIT {
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
    void boxesFollowWhenEveryKeyIsReplaced() throws IOException, InterruptedException {
        Path seen = home.resolve("seen");
        done(bench.publish(seen));
        var first = bench.firstRoot();
        String renewed = done(bench.signRoot(
                List.of("root-1", "root-2"),
                "--drop-root-key",
                "root-3",
                "--new-root-keys",
                "1",
                "--new-key",
                "targets"));
        assertTrue(renewed.contains("Root version 2"), renewed);
        done(bench.signRoot(
                List.of("root-4", "root-2"),
                "--drop-root-key",
                "root-1",
                "--new-root-keys",
                "1",
                "--new-key",
                "snapshot",
                "--new-key",
                "timestamp"));
        assertTrue(refused(bench.signRoot(List.of("root-1", "root-2"))).contains("is no root key of this repository"));
        done(bench.add("1.1.0", 1000));
        done(bench.sign());
        done(bench.publish(www));
        assertTrue(done(bench.verify(www)).contains("root version 3"));

        Trusted fresh = look(www, new NoMemory());
        var memory = new NoMemory();
        Trusted before = look(seen, memory);
        Trusted known = look(www, memory);
        for (Role role : Role.values()) {
            assertNotEquals(
                    before.root().keysOf(role).keyIds(),
                    known.root().keysOf(role).keyIds());
        }
        assertEquals(3, fresh.root().version());
        assertEquals(2, known.targets().targets().size());
        assertEquals(6, known.root().keys().size(), "keys that no role has are left out");

        JsonNode python = new PythonTuf().look(first, seen, List.of(www)).getFirst();
        assertEquals(3, python.at("/fresh/version/root").asInt(), python::toString);
        assertEquals(3, python.at("/known/version/root").asInt(), python::toString);
        assertEquals(2, python.at("/known/targets").size(), python::toString);
    }

    /// All old keys of the token are gone: only the holders of the root keys can say what is to be believed now.
    @Test
    void aLostTokenIsReplacedByTheHoldersOfTheRootKeys() throws IOException {
        bench.useNewToken("spare");
        assertTrue(refused(bench.sign("--token", "spare")).contains("take the token that keys.json names"));
        var newKeys = List.of("--new-key", "targets", "--new-key", "snapshot", "--new-key", "timestamp");
        var options = new ArrayList<>(List.of("--token", "spare"));
        options.addAll(newKeys);
        done(bench.signRoot(List.of("root-3", "root-2"), options.toArray(String[]::new)));
        // From now on it is the token that is meant.
        done(bench.sign());
        done(bench.publish(www));
        assertEquals(2, look(www, new NoMemory()).root().version());
    }

    /// All root keys are gone: a new repository, and an image with its root, which a box that keeps its data takes
    /// for newer than what it knows.
    @Test
    void aLostRepositoryIsReplacedByOneWhoseFirstRootIsHigher() throws IOException {
        done(bench.publish(www));
        var memory = new NoMemory();
        look(www, memory);
        bench.use(home.resolve("second"));
        String rootKeys = home.resolve("second-root-keys").toString();
        done(bench.init("--root-version", "5", "--root-folder", rootKeys));
        done(bench.add("1.1.0", 1000));
        done(bench.sign());
        assertTrue(refused(bench.publish(www)).contains("holds another repository"));
        Path next = Files.createDirectory(home.resolve("next"));
        done(bench.publish(next));
        Path image = bench.repository.resolve("metadata/5.root.json");
        var client =
                new TufClient(new FolderRepository(next), memory, Files.readAllBytes(image), MetadataLimits.STANDARD);
        var found = assertInstanceOf(Trusted.class, client.refresh(Instant.now()));
        assertEquals(5, found.root().version());
        assertTrue(done(bench.run("verify", next.toString(), "--root", image.toString()))
                .contains("release 1.1.0"));
    }

    @Test
    void aCutWhileAReleaseIsPublishedLeavesTheOldStateOrTheNewOne() throws Exception {
        done(bench.publish(www));
        done(bench.add("1.1.0", 1000));
        done(bench.sign());
        bearsACutAtEachMoment(1, 2);
    }

    /// Between any two files a box of the old root and one of the new root both accept what they see.
    @Test
    void aCutWhileKeysAreReplacedLeavesTheOldStateOrTheNewOne() throws Exception {
        done(bench.publish(www));
        done(bench.add("1.1.0", 1000));
        done(bench.signRoot(
                List.of("root-1", "root-2"),
                "--drop-root-key",
                "root-3",
                "--new-root-keys",
                "1",
                "--new-key",
                "targets",
                "--new-key",
                "snapshot",
                "--new-key",
                "timestamp"));
        done(bench.sign());
        bearsACutAtEachMoment(1, 3);
    }

    /// Boxes know the root that was published last, not the ones in between.
    @Test
    void aCutWhileSeveralNewRootsArePublishedLeavesTheOldStateOrTheNewOne() throws Exception {
        done(bench.publish(www));
        done(bench.signRoot(List.of("root-1", "root-2"), "--new-key", "targets", "--new-key", "timestamp"));
        done(bench.signRoot(List.of("root-1", "root-2"), "--new-key", "snapshot"));
        done(bench.signRoot(List.of("root-1", "root-2")));
        bearsACutAtEachMoment(1, 4);
    }

    /// Keeps what lies there at each moment, as if power were cut, and has boxes look at all of it.
    private void bearsACutAtEachMoment(long oldTimestamp, long newTimestamp) throws Exception {
        Path seen = Workbench.copy(www, home.resolve("seen"));
        var cuts = new ArrayList<Path>();
        Publication.publish(
                new RepositoryFolder(bench.repository),
                www,
                () -> cuts.add(Workbench.copy(www, home.resolve("cut-" + cuts.size()))));
        assertTrue(cuts.size() >= 10, () -> "only " + cuts.size() + " moments");
        boolean isNew = false;
        for (Path cut : cuts) {
            var memory = new NoMemory();
            look(seen, memory);
            long known = look(cut, memory).timestamp().version();
            assertEquals(known, look(cut, new NoMemory()).timestamp().version());
            assertTrue(known == oldTimestamp || known == newTimestamp, () -> cut + " shows " + known);
            assertFalse(isNew && known == oldTimestamp, "it goes back");
            isNew = known == newTimestamp;
        }
        assertTrue(isNew);
        python(seen, cuts, oldTimestamp, newTimestamp);
        // After the cut it is published once more, and whole.
        for (Path cut : cuts) {
            done(bench.publish(cut));
            assertEquals(Workbench.state(www), Workbench.state(cut));
        }
    }

    private void python(Path seen, List<Path> places, long oldTimestamp, long newTimestamp) throws Exception {
        for (JsonNode answer : new PythonTuf().look(bench.firstRoot(), seen, places)) {
            for (String client : List.of("fresh", "known")) {
                long found = answer.at("/" + client + "/version/timestamp").asLong();
                assertTrue(found == oldTimestamp || found == newTimestamp, answer::toString);
            }
        }
    }

    private Trusted look(Path place, NoMemory memory) throws IOException {
        var client = new TufClient(
                new FolderRepository(place), memory, Files.readAllBytes(bench.firstRoot()), MetadataLimits.STANDARD);
        Refresh refresh = client.refresh(Instant.now());
        return assertInstanceOf(Trusted.class, refresh, () -> place + ": " + refresh);
    }
}
