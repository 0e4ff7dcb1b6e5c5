package org.sealpost.ota;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.function.IntConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Where a bundle lies before it is installed: `bundle.part` on its way, `bundle.raucb` once it is whole and
/// the one that was described. Not for several threads.
final class Staging {
    private static final Logger LOG = LoggerFactory.getLogger(Staging.class);
    private static final int CHUNK_BYTES = 256 << 10;
    private static final long LOOK_AT_SPACE_BYTES = 4 << 20;

    private final Path part;
    private final Path whole;
    private final DataSpace space;

    /// Whether all of the part was written by this process. What a power cut leaves may end in bytes that were
    /// never sent, so such a part proves nothing about who sent it.
    private boolean partIsOurs;

    /// How bytes come: on to the end of the file that is there.
    interface Transfer {
        /// @throws IOException if it stopped; what came stays
        void into(Path part, long length, Progress progress) throws IOException;

        /// Is told how much there is, and may end it.
        interface Progress {
            void at(long bytes) throws IOException;
        }
    }

    private static final class NoRoom extends IOException {
        private static final long serialVersionUID = 1;

        NoRoom(String why) {
            super(why);
        }
    }

    Staging(Path folder, DataSpace space) {
        this.part = folder.resolve("bundle.part");
        this.whole = folder.resolve("bundle.raucb");
        this.space = space;
    }

    Path bundle() {
        return whole;
    }

    /// How much of a bundle of this length is still to come.
    long missing(long length) {
        return Math.max(0, length - size());
    }

    /// Gets the bundle whole and durable, or says why not.
    Outcome fetch(Offer offer, Transfer transfer, IntConsumer percent) throws IOException {
        var bundle = offer.release().bundle();
        if (Files.exists(whole)) return new Outcome.Done();
        long before = size();
        if (before == 0) partIsOurs = true;
        try {
            transfer.into(part, bundle.length(), new Watch(bundle.length(), percent));
        } catch (NoRoom full) {
            clear();
            return refused(Rule.ROOM, full.getMessage(), offer);
        }
        if (isDescribed(part, bundle, percent)) {
            DurableFile.move(part, whole);
            return new Outcome.Done();
        }
        boolean sentSo = partIsOurs;
        clear();
        if (!sentSo)
            return new Outcome.Setback("what was there of the bundle was damaged by a power cut; it begins anew", true);
        return refused(
                Rule.BUNDLE,
                "not the bundle that is described (another SHA-256); it was deleted, publish it again",
                offer);
    }

    /// Whether more is there than before.
    boolean hasMoreThan(long bytes) {
        return size() > bytes;
    }

    /// Reads the whole bundle; whatever is not the one that was described is deleted.
    Outcome examine(Offer offer, IntConsumer percent) throws IOException {
        if (Files.exists(whole) && isDescribed(whole, offer.release().bundle(), percent)) return new Outcome.Done();
        clear();
        return refused(
                Rule.BUNDLE, "what was fetched is not there any more as it was; it was deleted, order it again", offer);
    }

    private static Outcome refused(String rule, String why, Offer offer) {
        return new Outcome.Refused(
                new UpdateAct.Refused(rule, offer.release().bundle().path(), why, offer));
    }

    /// Nothing of a bundle stays.
    void clear() throws IOException {
        boolean had = Files.deleteIfExists(part) | Files.deleteIfExists(whole);
        partIsOurs = false;
        if (had) DurableFile.forceFolderOf(part);
    }

    long size() {
        try {
            return Files.exists(whole) ? Files.size(whole) : Files.exists(part) ? Files.size(part) : 0;
        } catch (IOException e) {
            return 0;
        }
    }

    /// What cannot be read is not what was described: the disk would say the same for ever.
    private static boolean isDescribed(Path file, ReleaseDescriptor.Bundle bundle, IntConsumer percent) {
        try (var channel = FileChannel.open(file, StandardOpenOption.READ)) {
            if (channel.size() != bundle.length()) return false;
            var digest = MessageDigest.getInstance("SHA-256");
            var chunk = ByteBuffer.allocate(CHUNK_BYTES);
            for (long read = 0; read < bundle.length(); ) {
                if (channel.read(chunk.clear()) < 0) return false;
                digest.update(chunk.flip());
                read += chunk.limit();
                percent.accept((int) (read * 100 / bundle.length()));
            }
            return HexFormat.of().formatHex(digest.digest()).equals(bundle.sha256());
        } catch (IOException e) {
            LOG.warn("{} cannot be read: {}", file, e.toString());
            return false;
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private final class Watch implements Transfer.Progress {
        private final long length;
        private final IntConsumer percent;
        private long lookAt;

        Watch(long length, IntConsumer percent) {
            this.length = length;
            this.percent = percent;
        }

        @Override
        public void at(long bytes) throws IOException {
            percent.accept((int) (Math.min(bytes, length) * 100 / length));
            if (bytes < lookAt) return;
            lookAt = bytes + LOOK_AT_SPACE_BYTES;
            var missing = space.missingFor(length - bytes);
            if (missing.isPresent()) throw new NoRoom(missing.get());
        }
    }
}
