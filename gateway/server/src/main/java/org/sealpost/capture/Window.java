package org.sealpost.capture;

import java.util.Arrays;
import org.sealpost.journal.Disk;
import org.sealpost.stage.Doorbell;

/// Where the intake keeps what it remembers of keys. All of it can be deleted while no gateway runs: it is made
/// again from the journal.
///
/// @param disk   the folder of the files of docs/formats.md §16
/// @param secret 32 random bytes, which nobody outside knows: the seed of fingerprints
/// @param toFile rung when there is something to be written to the folder
public record Window(Disk disk, byte[] secret, Doorbell toFile) {
    public static final int SECRET_SIZE = 32;

    public Window {
        secret = secret.clone();
        if (secret.length != SECRET_SIZE) {
            throw new IllegalArgumentException("a secret of %d bytes, expected 32".formatted(secret.length));
        }
    }

    @Override
    public byte[] secret() {
        return secret.clone();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Window that
                && disk.equals(that.disk)
                && Arrays.equals(secret, that.secret)
                && toFile.equals(that.toFile);
    }

    @Override
    public int hashCode() {
        return disk.hashCode();
    }

    @Override
    public String toString() {
        return "window of keys";
    }
}
