package org.sealpost.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.zip.CRC32C;

/// Erases a body in place, or makes an entry a lost one, by the words of the format, without the journal's own
/// code: for the first group of one frame.
final class ErasedBody {
    private ErasedBody() {}

    static void write(FaultyDisk disk, String name, byte[] segment, int frame) throws IOException {
        write(disk, name, segment, frame, 1);
    }

    /// @param flags as they stand in the frame; 6 for a leaf of 32 bytes, which is a hash then
    static void write(FaultyDisk disk, String name, byte[] segment, int frame, int flags) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap(segment.clone()).order(ByteOrder.LITTLE_ENDIAN);
        byte[] nonce = Arrays.copyOfRange(segment, 40, 56);
        int leafLength = bytes.getInt(frame + 24);
        int bodyLength = bytes.getInt(frame + 28);
        bytes.put(frame + 48 + leafLength, new byte[bodyLength]);
        bytes.putInt(frame + 36, 0).putInt(frame + 40, flags);
        bytes.putInt(frame + 44, checksum(nonce, bytes, frame, 44));
        int group = frame - 64;
        int table = group + bytes.getInt(group + 44) - 4;
        CRC32C contents = new CRC32C();
        contents.update(nonce);
        contents.update(bytes.array(), frame, 44);
        contents.update(bytes.array(), table, 4);
        bytes.putInt(group + 56, (int) contents.getValue());
        bytes.putInt(group + 60, checksum(nonce, bytes, group, 60));
        disk.overwrite(name, 0, bytes.array());
    }

    private static int checksum(byte[] nonce, ByteBuffer bytes, int offset, int length) {
        CRC32C checksum = new CRC32C();
        checksum.update(nonce);
        checksum.update(bytes.array(), offset, length);
        return (int) checksum.getValue();
    }
}
