package org.sealpost.app;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import org.sealpost.capture.Window;
import org.sealpost.journal.DirectoryDisk;
import org.sealpost.stage.Doorbell;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The folder in which the intake remembers keys, and its secret.
record WindowParts(Window folder) {
    static final String REMEDY =
            "records without keys are taken; those with keys have to wait as soon as no more can be"
                    + " remembered, until the folder 'window' can be written again";

    private static final Logger LOG = LoggerFactory.getLogger(WindowParts.class);

    static WindowParts open(Path data) throws IOException {
        var folder = data.resolve("window");
        try {
            var disk = DirectoryDisk.open(folder);
            return new WindowParts(new Window(disk, secret(folder.resolve("secret")), new Doorbell()));
        } catch (FileSystemException e) {
            throw StartRefused.unusable(folder, e);
        }
    }

    /// With another secret all files of the folder are made again, so one that is unusable costs time only.
    private static byte[] secret(Path file) throws IOException {
        if (Files.exists(file)) {
            var kept = Files.readAllBytes(file);
            if (kept.length == Window.SECRET_SIZE) return kept;
            LOG.warn("{} has {} bytes, expected {}; made anew", file, kept.length, Window.SECRET_SIZE);
        }
        var secret = new byte[Window.SECRET_SIZE];
        new SecureRandom().nextBytes(secret);
        DurableFile.replace(file, secret, "rw-------");
        return secret;
    }
}
