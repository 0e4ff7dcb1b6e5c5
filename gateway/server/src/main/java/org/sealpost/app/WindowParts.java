package org.sealpost.app;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Optional;
import org.sealpost.admin.HealthView;
import org.sealpost.capture.Intake;
import org.sealpost.capture.Window;
import org.sealpost.journal.DirectoryDisk;
import org.sealpost.journal.DurableFile;
import org.sealpost.stage.Doorbell;
import org.sealpost.stage.StageHealth;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The folder in which the intake remembers keys, and its secret.
record WindowParts(Window folder) {
    private static final String REMEDY =
            "records without keys are taken; those with keys have to wait as soon as no more can be"
                    + " remembered, until the folder 'window' can be written again. Where an entry cannot be read: "
                    + "stop the gateway, then sealpost journal examine, and salvage";

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

    static HealthView.Part filing(Intake intake, StageHealth stage) {
        var name = stage.name();
        if (stage.failing()) {
            return new HealthView.Part(name, false, stage.cause().orElse("unknown"), REMEDY, stage.since());
        }
        // No red part: the trial of an update waits for none, and this is what the first start after one does.
        return intake.remembersKeys()
                ? new HealthView.Part(name, true, "", "", Optional.empty())
                : new HealthView.Part(
                        name,
                        true,
                        "records with idempotency keys have to wait: what was recorded before is being read, to know"
                                + " repeats",
                        "",
                        Optional.empty());
    }

    /// Whether a record came before cannot be told where the entry is damaged that may be its first.
    static HealthView.Part keys(Intake intake) {
        var name = "idempotency-keys";
        var unread = intake.unreadEntries();
        return unread.map(entries -> new HealthView.Part(
                        name,
                        false,
                        "whether a record is a repeat cannot be told: " + entries.cause()
                                + "; records that may be repeats of it are refused, all others are taken",
                        "stop the gateway, then sealpost journal examine; salvage lets the log go on without what is"
                                + " lost, and the key is free again",
                        Optional.of(entries.since())))
                .orElseGet(() -> new HealthView.Part(name, true, "", "", Optional.empty()));
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
