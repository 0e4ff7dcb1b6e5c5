package org.sealpost.bench;

import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchEvent;
import java.nio.file.WatchService;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/// Tells when another process touches the files of a folder: the moment of a write, a rename, a file that comes
/// or goes, a moment after it.
final class FolderWatch implements AutoCloseable {
    private static final WatchEvent.Kind<?>[] NAMES = {
        StandardWatchEventKinds.ENTRY_CREATE, StandardWatchEventKinds.ENTRY_DELETE
    };
    private static final WatchEvent.Kind<?>[] ALL = {
        StandardWatchEventKinds.ENTRY_CREATE, StandardWatchEventKinds.ENTRY_DELETE, StandardWatchEventKinds.ENTRY_MODIFY
    };

    private final WatchService events;

    private FolderWatch(WatchService events) {
        this.events = events;
    }

    /// Watches a folder and all that lie in it now.
    ///
    /// @param namesOnly not what is written into files that are there already
    static FolderWatch on(Path folder, boolean namesOnly) throws IOException {
        var events = FileSystems.getDefault().newWatchService();
        try {
            for (var each : LiveFolder.foldersIn(folder)) {
                try {
                    each.register(events, namesOnly ? NAMES : ALL);
                } catch (NoSuchFileException gone) {
                    if (each.equals(folder)) throw gone;
                }
            }
            return new FolderWatch(events);
        } catch (IOException e) {
            events.close();
            throw e;
        }
    }

    /// Waits for the next touch.
    ///
    /// @return whether it came
    boolean await(Duration patience) throws InterruptedException {
        var key = events.poll(patience.toNanos(), TimeUnit.NANOSECONDS);
        if (key == null) return false;
        key.pollEvents();
        key.reset();
        return true;
    }

    @Override
    public void close() throws IOException {
        events.close();
    }
}
