package org.sealpost.ota.release;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.sealpost.ota.release.Workbench.done;
import static org.sealpost.ota.release.Workbench.refused;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sealpost.hsm.SoftHsm;

/// The tool with a token of SoftHSM: what it does, and that what it refuses changes nothing.
class ReleaseIT {
    @TempDir
    private Path home = Path.of("");

    private Workbench bench;
    private Path www;

    @BeforeEach
    void setUp() throws IOException {
        bench = new Workbench(home);
        www = Files.createDirectory(home.resolve("www"));
    }

    @Test
    void fromNothingToAReleaseThatABoxSees() throws IOException {
        done(bench.init());
        String added = done(bench.add("1.0.0", 100_000, "--notes", "The first."));
        assertTrue(added.contains("The bundle was not checked, as you wanted."), added);
        done(bench.sign());
        assertTrue(done(bench.publish(www)).contains("6 files"));
        String seen = done(bench.verify(www));
        assertTrue(seen.contains("root version 1, until "), seen);
        assertTrue(seen.contains("sealpost-amd64: release 1.0.0, epoch 0, data format 1"), seen);
        assertTrue(seen.contains("100000 bytes, whole"), seen);
        assertFalse(seen.contains("warning"), seen);
        assertFalse(Files.exists(www.resolve("keys.json")));

        String again = done(bench.publish(www));
        assertTrue(again.contains("has all of it already"), again);
    }

    @Test
    void nothingSecretIsSaidOrWrittenIntoTheRepository() throws IOException {
        String said = done(bench.init()) + done(bench.add("1.0.0", 1000)) + done(bench.sign());
        String pin = Files.readString(home.resolve("softhsm/releases.pin")).strip();
        for (String secret : List.of("correct horse", pin, "PRIVATE KEY")) {
            assertFalse(said.contains(secret), secret);
            for (String file : Workbench.state(bench.repository).keySet()) {
                byte[] content = Files.readAllBytes(bench.repository.resolve(file));
                assertFalse(new String(content, StandardCharsets.ISO_8859_1).contains(secret), file);
            }
        }
        assertEquals("rw-------", permissions(bench.rootKey("root-1").resolve("root-1.pem")));
        assertEquals("rwx------", permissions(bench.rootKey("root-1")));
    }

    @Test
    void theNextReleaseIsAsTheOneBeforeWhereNothingElseIsSaid() throws IOException {
        done(bench.init());
        done(bench.add("1.0.0", 1000, "--epoch", "2", "--data-format", "3", "--reads-from", "2"));
        String second = done(bench.add("1.10.0", 1000));
        assertTrue(second.contains("epoch 2, data format 3, reads from 2"), second);
        String older = done(bench.add("1.9.0", 1000, "--epoch", "1"));
        assertTrue(older.contains("No box that may take 1.10.0 will take it."), older);
        assertTrue(older.contains("its security epoch is lower"), older);
        done(bench.sign());
        done(bench.publish(www));
        assertTrue(done(bench.verify(www)).contains("release 1.10.0"));
    }

    @Test
    void aWithdrawnReleaseIsNoLongerOfferedAndItsVersionStaysUsed() throws IOException {
        done(bench.init());
        done(bench.add("1.0.0", 1000));
        done(bench.add("1.1.0", 1000));
        done(bench.sign());
        var said = done(bench.run("withdraw", bench.repository.toString(), "--version", "1.1.0"));
        assertTrue(said.contains("say --epoch 0 --data-format 1 --reads-from 1, or more"), said);
        assertTrue(refused(bench.publish(www)).contains("withdrawn since; first: sign"));
        done(bench.sign());
        done(bench.publish(www));
        assertTrue(done(bench.verify(www)).contains("release 1.0.0"));
        assertTrue(refused(bench.add("1.1.0", 2000)).contains("version 1.1.0 was used already"));
        assertTrue(refused(bench.run("withdraw", bench.repository.toString(), "--version", "1.1.0"))
                .contains("there is no release 1.1.0"));
    }

    @Test
    void whatWasAddedAfterTheLastSignIsNotPublished() throws IOException {
        done(bench.init());
        assertTrue(refused(bench.publish(www)).contains("nothing in " + bench.repository + " is signed yet"));
        done(bench.sign());
        done(bench.add("1.0.0", 1000));
        String published = done(bench.publish(www));
        assertTrue(published.contains("Not published, since it was added after the last sign"), published);
        assertTrue(done(bench.verify(www)).contains("no release"));
    }

    @Test
    void onlyAnEmptyFolderBecomesARepository() throws IOException {
        done(bench.init());
        var before = Workbench.state(home);
        assertTrue(refused(bench.init()).contains("is not empty"));
        assertEquals(before, Workbench.state(home));
    }

    @Test
    void anInitThatIsRefusedLeavesNothing() throws IOException {
        var before = Workbench.state(home);
        assertTrue(refused(bench.init("--threshold", "4")).contains("--threshold 1 to that number"));
        assertTrue(refused(bench.init("--board", "Not A Board")).contains("board must be"));
        assertTrue(refused(bench.init("--expires", "root=1d", "--expires", "root=2001-01-01T00:00:00Z"))
                .contains("would be expired already"));
        assertEquals(before, Workbench.state(home));
        // The last part fails, after all keys were made.
        Files.writeString(home.resolve("file"), "");
        String failed = refused(bench.run(
                "init",
                home.resolve("file/updates").toString(),
                "--board",
                Workbench.BOARD,
                "--root-folder",
                home.resolve("roots").toString(),
                "--passphrase-file",
                home.resolve("passphrase").toString(),
                "--token",
                "releases",
                "--module",
                SoftHsm.module().orElseThrow().toString(),
                "--pin-file",
                home.resolve("softhsm/releases.pin").toString()));
        assertTrue(failed.contains("cannot be made"), failed);
        assertFalse(Files.exists(home.resolve("roots/root-1")));
    }

    @Test
    void whatIsRefusedChangesNothing() throws IOException {
        done(bench.init());
        done(bench.add("1.0.0", 1000));
        done(bench.sign());
        Path stranger = Files.createDirectory(home.resolve("stranger"));
        try (var passphrase = Passphrase.inFile(bench.secret("another", "quite another passphrase\n"))) {
            RootKeyFile.create(stranger.resolve("key.pem"), passphrase);
        }
        var before = Workbench.state(home);
        assertTrue(refused(bench.add("1.0.0", 1000)).contains("was used already"));
        assertTrue(refused(bench.add("1.1", 1000)).contains("MAJOR.MINOR.PATCH"));
        assertTrue(refused(bench.add("1.1.0", 1000, "--reads-from", "2")).contains("above dataFormat"));
        assertTrue(refused(bench.add("1.1.0", 1000, "--notes", "two\nlines")).contains("one line"));
        assertTrue(refused(bench.add("1.1.0", 1000, "--board", "other")).contains("not for \"other\""));
        assertTrue(refused(bench.add("1.1.0", 0)).contains("bundle.length is 0"));
        assertTrue(refused(bench.sign("--token", "nobody")).contains("ABSENT"));
        assertTrue(refused(bench.sign("--expires", "2001-01-01T00:00:00Z")).contains("--allow-expired"));
        assertTrue(refused(bench.sign("--expires", "soon")).contains("must be WHEN or ROLE=WHEN"));
        assertTrue(refused(bench.sign("--new-key", "targets")).contains("only a new root can change keys"));
        assertTrue(
                refused(bench.signRoot(List.of("root-1"))).contains("signed by 1 of the old root keys, and needs 2"));
        assertTrue(refused(bench.signRoot(List.of("root-1", "root-1"))).contains("signed by 1 of the old root keys"));
        assertTrue(refused(bench.signRoot(List.of("root-1", "root-9"))).contains("there is no root key in"));
        assertTrue(refused(bench.signRoot(List.of("root-1", "root-2"), "--drop-root-key", "root-9"))
                .contains("knows no root key \"root-9\""));
        assertTrue(refused(bench.signRoot(
                        List.of("root-1", "root-2"), "--drop-root-key", "root-1", "--drop-root-key", "root-2"))
                .contains("1 root keys for a threshold of 2"));
        assertTrue(refused(bench.signRoot(List.of("root-1", "root-2"), "--threshold", "4", "--new-root-keys", "1"))
                .contains("signed by 3 of the new root keys, and needs 4"));
        assertTrue(refused(bench.signRoot(List.of("../stranger"))).contains("the passphrase of"));
        assertTrue(refused(bench.run("sign", www.toString(), "--module", "none", "--pin-file", "none"))
                .contains("is no repository"));
        before.put("bundle", Workbench.state(home).get("bundle"));
        assertEquals(before, Workbench.state(home));
        assertEquals(2, bench.run("sign").code());
    }

    @Test
    void aDamagedRepositoryIsNotSigned() throws IOException {
        done(bench.init());
        done(bench.add("1.0.0", 1000));
        done(bench.sign());
        Path descriptor;
        try (var files = Files.newDirectoryStream(bench.repository.resolve("targets"))) {
            descriptor = files.iterator().next();
        }
        String json = Files.readString(descriptor);
        Files.writeString(descriptor, json.replace("\"securityEpoch\" : 0", "\"securityEpoch\" : 9"));
        assertTrue(refused(bench.sign()).contains("is not the file that its name says"));
        Files.writeString(descriptor, json);

        Path keys = bench.repository.resolve("keys.json");
        String places = Files.readString(keys);
        Files.writeString(keys, places.substring(1));
        assertTrue(refused(bench.sign()).contains("keys.json is damaged"));
        Files.writeString(keys, places.replace("timestamp-", "another-"));
        assertTrue(refused(bench.sign()).contains("take the token that keys.json names"));
        Files.writeString(keys, places);

        Path timestamp = bench.repository.resolve("metadata/timestamp.json");
        String good = Files.readString(timestamp);
        Files.writeString(timestamp, good.replace("\"expires\" : \"2", "\"expires\" : \"3"));
        assertTrue(refused(bench.publish(www)).contains("is not signed as root version 1 wants it"));
        assertEquals(Map.of(), Workbench.state(www));
        Files.writeString(timestamp, good);
        done(bench.publish(www));
    }

    @Test
    void verifySaysWhatABoxWouldRefuse() throws IOException {
        done(bench.init());
        done(bench.add("1.0.0", 1000));
        done(bench.sign("--expires", "timestamp=10d"));
        done(bench.publish(www));
        String seen = done(bench.verify(www));
        assertTrue(seen.contains("warning: The timestamp expires on "), seen);
        assertEquals(1, seen.split("warning").length - 1, seen);
        assertTrue(refused(bench.verify(www, "--at", "2099-01-01T00:00:00Z")).contains("a box refuses this: "));

        Path bundle;
        try (var files = Files.newDirectoryStream(www.resolve("bundles"))) {
            bundle = files.iterator().next();
        }
        byte[] content = Files.readAllBytes(bundle);
        content[500] ^= 1;
        Files.write(bundle, content);
        assertTrue(refused(bench.verify(www)).contains("is another: 1000 bytes"));
        done(bench.verify(www, "--no-bundles"));
        assertTrue(done(bench.publish(www)).contains("1 files"));
        done(bench.verify(www));
        Files.delete(bundle);
        assertTrue(refused(bench.verify(www)).contains("is not there"));
        assertTrue(refused(bench.verify(home.resolve("nowhere"))).contains("nowhere"));
    }

    /// The folder that was published, and a copy of keys.json, are enough to go on.
    @Test
    void aLostFolderIsMadeAnewOfWhatWasPublished() throws IOException {
        done(bench.init());
        done(bench.add("1.0.0", 1000));
        done(bench.sign());
        done(bench.publish(www));
        Path again = Workbench.copy(www, home.resolve("again"));
        Files.copy(bench.repository.resolve("keys.json"), again.resolve("keys.json"));
        bench.use(again);
        done(bench.add("1.1.0", 1000));
        done(bench.sign());
        done(bench.publish(www));
        assertTrue(done(bench.verify(www)).contains("release 1.1.0"));
    }

    @Test
    void expiredMetadataIsMadeForTestsOnly() throws IOException {
        done(bench.init());
        done(bench.sign("--expires", "timestamp=2001-01-01T00:00:00Z", "--allow-expired"));
        String published = done(bench.publish(www));
        assertTrue(published.contains("warning: The timestamp expires on 2001-01-01"), published);
        assertTrue(refused(bench.verify(www)).contains("a box refuses this: "));
    }

    private static String permissions(Path file) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
    }
}
