package org.sealpost.hsm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.GroupPrincipal;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipal;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What root does with a PIN file that is another user's, and what that user can do afterwards. Needs root.
class PinFolderTest {
    private static final byte[] FRESH = "fresh".getBytes(StandardCharsets.US_ASCII);

    @TempDir
    Path folder;

    private Path pinFile;
    private UserPrincipal nobody;
    private GroupPrincipal daemon;

    @BeforeEach
    void aPinFileOfAnotherUser() throws Exception {
        Installed.require(Files.getAttribute(folder, "unix:uid").equals(0), "files of two users are made by root only");
        var users = folder.getFileSystem().getUserPrincipalLookupService();
        nobody = users.lookupPrincipalByName("nobody");
        daemon = users.lookupPrincipalByGroupName("daemon");
        pinFile = folder.resolve("pin");
        SoftHsm.write(pinFile, "a-pin\n");
        Files.setOwner(pinFile, nobody);
    }

    @Test
    void whatRootLeavesBelongsToTheOwnerOfThePinFile() throws Exception {
        var here = new PinFolder(pinFile);
        here.lock().orElseThrow().close();
        PinLatch.in(here).close(FRESH, PinLatch.Verdict.WRONG);
        new PinFiles(here).announce(FRESH);
        for (String ending : List.of("", ".lock", ".blocked", ".next")) {
            Path file = here.beside(ending);
            assertEquals(nobody, Files.getOwner(file), ending);
            assertEquals("rw-------", permissions(file), ending);
        }
        new PinFiles(here).promote();
        assertEquals(nobody, Files.getOwner(pinFile));
    }

    @Test
    void whereAGroupMayReadThePinItMayUseWhatLiesBesideIt() throws Exception {
        Files.getFileAttributeView(pinFile, PosixFileAttributeView.class).setGroup(daemon);
        Files.setPosixFilePermissions(pinFile, PosixFilePermissions.fromString("rw-r-----"));
        var here = new PinFolder(pinFile);
        here.lock().orElseThrow().close();
        new PinFiles(here).announce(FRESH);
        for (String ending : List.of(".lock", ".next")) {
            Path file = here.beside(ending);
            assertEquals("rw-rw----", permissions(file), ending);
            assertEquals(
                    daemon,
                    Files.readAttributes(file, PosixFileAttributes.class).group(),
                    ending);
        }
    }

    /// A run of a release before this one left it.
    @Test
    void rootSetsRightWhatBelongsToRoot() throws Exception {
        Path lock = new PinFolder(pinFile).beside(".lock");
        SoftHsm.write(lock, "");
        new PinFolder(pinFile).lock().orElseThrow().close();
        assertEquals(nobody, Files.getOwner(lock));
    }

    @Test
    void beforeThereIsAPinFileTheOwnerOfTheFolderIsMeant() throws Exception {
        Files.delete(pinFile);
        Files.setOwner(folder, nobody);
        var here = new PinFolder(pinFile);
        here.lock().orElseThrow().close();
        here.write(pinFile, FRESH);
        for (String ending : List.of("", ".lock")) {
            assertEquals(nobody, Files.getOwner(here.beside(ending)), ending);
        }
    }

    /// The other user itself, in a process of its own.
    @Test
    void theOwnerLogsInAfterRootDidAndIsToldWhoseFileIsInTheWay() throws Exception {
        Files.setOwner(folder, nobody);
        var here = new PinFolder(pinFile);
        here.lock().orElseThrow().close();
        assertEquals("given", lockAsNobody());

        Files.setOwner(here.beside(".lock"), Files.getOwner(Path.of("/")));
        String said = lockAsNobody();
        assertTrue(said.contains("pin.lock belongs to root"), said);
        assertTrue(said.contains("chown"), said);
    }

    @Test
    void aFolderThatIsNotThereIsNamed() {
        var nowhere = new PinFolder(folder.resolve("nowhere").resolve("pin"));
        var refused = assertThrows(IOException.class, nowhere::lock);
        assertTrue(String.valueOf(refused.getMessage()).contains("nowhere"), refused.getMessage());
        assertFalse(Files.exists(folder.resolve("nowhere")));
    }

    private static String permissions(Path file) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
    }

    /// From a copy of the few classes that it needs: the build's own folder may be closed to others.
    private String lockAsNobody() throws Exception {
        Path classes = folder.resolve("classes");
        Path here = classes.resolve("org/sealpost/hsm");
        Files.createDirectories(here);
        for (String name :
                List.of("PinLockTest", "PinFolder", "PinFolder$Seen", "PinPlace", "PinLock", "PinLock$Opening")) {
            String file = name + ".class";
            try (var in = PinFolder.class.getResourceAsStream(file)) {
                Files.copy(in, here.resolve(file), StandardCopyOption.REPLACE_EXISTING);
            }
        }
        Process process = new ProcessBuilder(
                        "setpriv",
                        "--reuid=nobody",
                        "--regid=nogroup",
                        "--clear-groups",
                        ProcessHandle.current().info().command().orElseThrow(),
                        "-cp",
                        classes.toString(),
                        PinLockTest.class.getName(),
                        pinFile.toString())
                .redirectErrorStream(true)
                .start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
        assertTrue(process.waitFor(120, TimeUnit.SECONDS));
        return said.strip();
    }
}
