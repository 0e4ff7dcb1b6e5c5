package org.sealpost.app;

import java.io.IOException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.sealpost.anchor.HeadFile;
import org.sealpost.anchor.HeadRefused;
import org.sealpost.journal.BrokenPromise;
import org.sealpost.journal.DirectoryDisk;
import org.sealpost.record.CborMalformed;

/// The newest head of a log as a file that others can lodge: of a gateway that runs, or from a data directory
/// that nobody writes to, which may be a mirror.
final class ExportedHead {
    private ExportedHead() {}

    /// From the data directory of a configuration, or, where a gateway runs on it, from that.
    ///
    /// @param from what a ledger is known to hold, beside what this log's relays know
    static HeadFile of(GatewayConfig config, OptionalLong from, Optional<Path> ca)
            throws IOException, HeadRefused, InterruptedException {
        try {
            return stopped(config.data(), config.token().sealKey(), from);
        } catch (IOException e) {
            if (!isInUse(e)) throw e;
            return running(AskedGateway.of(config, ca), from);
        }
    }

    /// @throws StartRefused if a gateway runs on it
    static HeadFile of(Path data, OptionalLong from) throws IOException, HeadRefused {
        try {
            return stopped(data, "", from);
        } catch (IOException e) {
            if (!isInUse(e)) throw e;
            throw new StartRefused(
                    "a gateway runs on " + data,
                    "leave --data out, and set " + AskedGateway.URL + " to its address; or stop it");
        }
    }

    static HeadFile running(AskedGateway gateway, OptionalLong from)
            throws IOException, HeadRefused, InterruptedException {
        var path = "/log/head" + (from.isPresent() ? "/" + from.getAsLong() : "");
        var answer = gateway.get(path, HeadFile.MAX_SIZE_BYTES);
        if (answer.statusCode() == 404) {
            throw new HeadRefused(
                    gateway + " has no head"
                            + (from.isPresent() ? " of more than " + from.getAsLong() + " entries" : ""),
                    "wait until one was sealed; /readyz of it says how its token is");
        }
        if (answer.statusCode() != 200) {
            throw new StartRefused(gateway + " answers " + answer.statusCode(), "its log and /readyz say how it is");
        }
        try {
            return HeadFile.parse(answer.body());
        } catch (CborMalformed e) {
            throw new StartRefused("what answers at " + gateway + " is no gateway of this version: " + e.getMessage());
        }
    }

    private static HeadFile stopped(Path data, String firstName, OptionalLong from) throws IOException, HeadRefused {
        try (var log = CarriedLog.open(data, firstName)) {
            var source = log.source();
            var checkpoint = source.checkpoint()
                    .orElseThrow(() -> new HeadRefused(
                            data + " has no checkpoint yet: it is made when an entry was sealed, and a mirror shows it"
                                    + " once it has all entries of it",
                            "start the gateway with its token once, or import the files that are missing"));
            long size = checkpoint.head().size();
            if (from.orElse(0) >= size) {
                throw new HeadRefused(
                        "the newest head is of " + size + " entries, and --from is " + from.getAsLong(),
                        "nothing of this log is missing there, or the ledger holds more than is here: bring the newest"
                                + " of it");
            }
            var bases = finalSizes(data);
            from.ifPresent(bases::add);
            return HeadFile.of(source.identity(), source.tree(), checkpoint, bases);
        }
    }

    /// What the relays of this data directory know of, of all that were ever configured.
    private static Set<Long> finalSizes(Path data) throws IOException {
        var sizes = new HashSet<Long>();
        for (var name : RelayOnDisk.names(data)) {
            try (var found = RelayOnDisk.open(data, name)) {
                sizes.add(found.relay().finalSize());
            } catch (IOException | BrokenPromise e) {
                // Without what it knows, the ledger itself says what it holds: --from takes that.
                System.err.println("sealpost: what was lodged on " + name + " cannot be read: " + e.getMessage());
            }
        }
        return sizes;
    }

    private static boolean isInUse(IOException e) {
        return String.valueOf(e.getMessage()).contains(DirectoryDisk.IN_USE);
    }
}
