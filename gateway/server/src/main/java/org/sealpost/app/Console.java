package org.sealpost.app;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.sealpost.journal.DurableFile;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The text that the box's screen and serial line show. It lies in a file that is replaced whenever it changes,
/// so that whoever shows it never shows half of it. Any thread.
final class Console implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Console.class);
    private static final Duration LOOK_EVERY = Duration.ofSeconds(3);

    private final Path file;
    private final Supplier<List<InetAddress>> addresses;
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("console").factory());

    private Supplier<List<String>> lines = List::of;
    private int port;
    private String shown = "";
    private String trouble = "";

    Console(Path file, Supplier<List<InetAddress>> addresses) {
        this.file = file;
        this.addresses = addresses;
    }

    /// Shows the addresses and these lines from now on, and keeps both up to date.
    ///
    /// A file that cannot be written stops nothing: the box runs without its console, too.
    ///
    /// @param lines what they are at the time; any thread
    synchronized void show(int httpPort, Supplier<List<String>> current) {
        boolean first = port == 0;
        port = httpPort;
        lines = current;
        look();
        if (first) {
            timer.scheduleWithFixedDelay(
                    this::look, LOOK_EVERY.toMillis(), LOOK_EVERY.toMillis(), TimeUnit.MILLISECONDS);
        }
    }

    /// Shows what has changed at once; it is looked for anyway, but seconds later.
    synchronized void look() {
        try {
            write();
            trouble = "";
        } catch (IOException | RuntimeException e) {
            // Once for each cause: it is tried again every few seconds.
            if (!trouble.equals(e.toString()))
                LOG.warn("the console's text cannot be written to {}: {}", file, e.toString());
            trouble = e.toString();
        }
    }

    private void write() throws IOException {
        var text = text();
        if (text.equals(shown)) return;
        // Who may read it is decided by the directory: the console's program is another user.
        DurableFile.replace(file, text.getBytes(StandardCharsets.UTF_8), "rw-r--r--");
        shown = text;
    }

    private String text() {
        var all = new ArrayList<String>();
        var here = addresses.get();
        for (var address : here) all.add("address  " + Addresses.url("https", address, port));
        if (here.isEmpty()) all.add("address  none yet: connect the network");
        all.addAll(lines.get());
        return String.join("\n", all) + "\n";
    }

    @Override
    public void close() {
        timer.shutdownNow();
    }
}
