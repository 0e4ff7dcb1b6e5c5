package org.sealpost.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Writes zeros past the page cache: whole segments are filled with them beside the writer, which would pay for the
/// copying, for the cache that they push out, and in its next force. Nothing of it is forced.
final class DirectZeros {
    private static final Logger LOG = LoggerFactory.getLogger(DirectZeros.class);
    private static final int PIECE_BYTES = 1024 * 1024;
    private static final Optional<OpenOption> DIRECT = direct();

    private DirectZeros() {}

    /// From the beginning of a file on, in pieces, as far as whole blocks go and the file system lets us.
    ///
    /// @return up to where the file holds zeros now: 0 where there is no direct I/O, as on tmpfs or FAT
    /// @throws IOException if a write fails once one has succeeded
    static long write(Path path, long sizeBytes) throws IOException {
        long end = sizeBytes - sizeBytes % Layout.BLOCK_SIZE;
        if (end == 0 || DIRECT.isEmpty()) {
            return 0;
        }
        int pieceBytes = (int) Math.min(end, PIECE_BYTES);
        ByteBuffer zeros =
                ByteBuffer.allocateDirect(pieceBytes + Layout.BLOCK_SIZE).alignedSlice(Layout.BLOCK_SIZE);
        long offset = 0;
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.WRITE, DIRECT.get())) {
            while (offset < end) {
                zeros.clear().limit((int) Math.min(pieceBytes, end - offset));
                offset += channel.write(zeros, offset);
            }
        } catch (IOException | UnsupportedOperationException e) {
            // What refuses this way of writing says so at once, each in its own words. If it was something else, the
            // ordinary way meets it again.
            if (offset > 0) {
                throw e;
            }
            LOG.debug("{} is filled through the page cache: {}", path, e.getMessage());
        }
        return offset;
    }

    /// By its name: to the compiler it is not part of Java, and a runtime image may lack its module, jdk.unsupported.
    private static Optional<OpenOption> direct() {
        try {
            Class<?> options = Class.forName("com.sun.nio.file.ExtendedOpenOption");
            for (Object option : options.getEnumConstants()) {
                if (option instanceof OpenOption direct && option.toString().equals("DIRECT")) {
                    return Optional.of(direct);
                }
            }
        } catch (ClassNotFoundException e) {
            LOG.debug("this JDK has no direct I/O: {}", e.getMessage());
        }
        return Optional.empty();
    }
}
