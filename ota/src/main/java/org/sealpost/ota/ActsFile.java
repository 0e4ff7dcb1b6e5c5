package org.sealpost.ota;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/// The file `acts`, as its only writer has it. Not for several threads.
final class ActsFile implements AutoCloseable {
    private final FileChannel channel;
    private final Memory found;

    private ActsFile(FileChannel channel, Memory found) {
        this.channel = channel;
        this.found = found;
    }

    /// Opens the file, makes one if there is none, and cuts a last line that is torn: nothing
    /// followed from it. What was written before is durable when this returns.
    ///
    /// @throws ActsDamaged if anything else is wrong with it; nothing is changed then
    static ActsFile open(Path file) throws IOException {
        var acts = new UpdateActs(file);
        var memory = Memory.EMPTY;
        var place = UpdateActs.Place.START;
        while (true) {
            var batch = acts.read(place);
            if (batch.entries().isEmpty()) break;
            for (var entry : batch.entries()) memory = after(file, memory, entry);
            place = batch.next();
        }
        var channel = FileChannel.open(file, StandardOpenOption.WRITE, StandardOpenOption.CREATE);
        try {
            channel.truncate(place.offset());
            channel.position(place.offset());
            // What only the page cache held before must not be acted upon.
            channel.force(true);
            DurableFile.forceFolderOf(file);
            return new ActsFile(channel, memory);
        } catch (IOException e) {
            channel.close();
            throw e;
        }
    }

    private static Memory after(Path file, Memory memory, UpdateActs.Entry entry) throws ActsDamaged {
        try {
            return memory.after(ActJson.read(entry.json()));
        } catch (IllegalArgumentException e) {
            throw new ActsDamaged("%s: act %d: %s".formatted(file, entry.n(), e.getMessage()));
        }
    }

    /// What the acts said when the file was opened.
    Memory found() {
        return found;
    }

    /// Appends an act; it is durable when this returns. If it fails, the process ends: the next one reads what
    /// there is.
    void append(ActEntry entry) throws IOException {
        for (var rest = ByteBuffer.wrap(ActLine.of(ActJson.write(entry))); rest.hasRemaining(); ) channel.write(rest);
        channel.force(true);
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
