package org.sealpost.capture;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32C;
import org.sealpost.journal.Disk;
import org.sealpost.journal.DiskFile;

/// What the files of the window have in common: a first block that says what they are, and one way to be
/// written.
final class WindowFile {
    static final int BLOCK = 4096;
    static final String PARTIAL = ".partial";
    static final String BAD = ".bad";
    static final short VERSION = 1;

    private static final int CHECKSUM_AT = BLOCK - 4;

    private WindowFile() {}

    /// A first block with its kind and version; [#seal] completes it.
    static ByteBuffer firstBlock(String magic) {
        ByteBuffer block = ByteBuffer.allocate(BLOCK).order(ByteOrder.LITTLE_ENDIAN);
        return block.put(magic.getBytes(StandardCharsets.US_ASCII))
                .putShort(VERSION)
                .putShort((short) 0);
    }

    static ByteBuffer seal(ByteBuffer block) {
        block.putInt(CHECKSUM_AT, checksum(block.array(), 0, CHECKSUM_AT));
        return block.clear();
    }

    /// Reads the first block and checks it, but for what follows its kind and version.
    static ByteBuffer firstBlock(DiskFile file, String name, String magic) throws IOException, WindowFileBad {
        ByteBuffer block = block(file, name, 0);
        String kind = new String(block.array(), 0, magic.length(), StandardCharsets.US_ASCII);
        if (!kind.equals(magic)) throw new WindowFileBad(name, "is no file of kind " + magic);
        int version = Short.toUnsignedInt(block.getShort(magic.length()));
        if (version != VERSION) {
            throw new WindowFileBad(name, "format version is " + version + ", this program reads 1");
        }
        require(name, "block 0", block.getInt(CHECKSUM_AT), checksum(block.array(), 0, CHECKSUM_AT));
        return block;
    }

    static ByteBuffer block(DiskFile file, String name, int number) throws IOException, WindowFileBad {
        ByteBuffer block = ByteBuffer.allocate(BLOCK).order(ByteOrder.LITTLE_ENDIAN);
        if (file.read((long) number * BLOCK, block) < BLOCK) {
            throw new WindowFileBad(name, "ends before block " + number + " does");
        }
        return block;
    }

    static void require(String name, String part, int found, int expected) throws WindowFileBad {
        if (found != expected) {
            throw new WindowFileBad(name, "%s has checksum %08x, expected %08x".formatted(part, found, expected));
        }
    }

    /// Writes a file whole, or leaves the one of that name as it was. Durable when this returns.
    static void write(Disk disk, String name, ByteBuffer... parts) throws IOException {
        long size = 0;
        for (ByteBuffer part : parts) size += part.remaining();
        String partial = name + PARTIAL;
        try (DiskFile file = disk.create(partial, size)) {
            file.write(0, parts);
            file.force();
        }
        disk.rename(partial, name);
        disk.forceDirectory();
    }

    static int checksum(byte[] bytes, int offset, int length) {
        CRC32C crc = new CRC32C();
        crc.update(bytes, offset, length);
        return (int) crc.getValue();
    }
}
