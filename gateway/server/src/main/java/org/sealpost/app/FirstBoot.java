package org.sealpost.app;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.sealpost.journal.DurableFile;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What a new box does once, before it is a gateway. Each step is skipped where it is done already, and can be
/// repeated after a power cut in the midst of it; each is announced before it begins.
final class FirstBoot {
    private static final Logger LOG = LoggerFactory.getLogger(FirstBoot.class);

    private final GatewayConfig config;
    private boolean first;

    FirstBoot(GatewayConfig config) {
        this.config = config;
    }

    /// Directories, TLS identity, token, in this order. The log and the doors are the gateway's own.
    ///
    /// @throws StartRefused if something is in the way
    void run() throws IOException {
        try {
            var data = config.data();
            if (!Files.isDirectory(data)) {
                announce("directories");
                makeDirectory(data);
            }
            if (!TlsIdentity.exists(data)) {
                announce("tls identity");
                TlsIdentity.openOrMake(data, Addresses.now());
            }
            if (!hasLog(data)) {
                announce("token");
                for (var line : TokenSetup.initialise(config)) LOG.info("{}", line);
                announce("log");
            }
            if (first) announce("doors");
        } catch (FileSystemException e) {
            throw StartRefused.unusable(config.data(), e);
        }
    }

    /// From then on the keys are those that the log names, and a box starts without its token, too.
    static boolean hasLog(Path data) throws IOException {
        var entries = data.resolve("entries");
        if (!Files.isDirectory(entries)) return false;
        try (var files = Files.list(entries)) {
            return files.anyMatch(file -> file.toString().endsWith(".segment") && !file.endsWith("spare.segment"));
        }
    }

    private static void makeDirectory(Path data) throws IOException {
        Files.createDirectories(
                data, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        DurableFile.forceDirectoryOf(data);
    }

    private void announce(String step) {
        first = true;
        LOG.info("first boot: {}", step);
    }
}
