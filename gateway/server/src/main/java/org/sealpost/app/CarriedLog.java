package org.sealpost.app;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.sealpost.app.inspect.OrderedErasures;
import org.sealpost.archive.erasure.Erasures;
import org.sealpost.archive.range.RangeSource;
import org.sealpost.journal.DirectoryDisk;
import org.sealpost.seal.SealLog;

/// The log of a gateway that does not run, held so that none can be started meanwhile, and read without a
/// change to its journals: their disk may be full, or mounted read-only.
record CarriedLog(RangeSource source, List<Closeable> held) implements AutoCloseable {
    /// @throws StartRefused if there is nothing to be carried
    /// @throws IOException  if a gateway runs there, or it cannot be read
    static CarriedLog open(GatewayConfig config) throws IOException {
        return open(config.data(), config.token().sealKey());
    }

    /// @param firstName of the genesis' sealing key
    static CarriedLog open(Path data, String firstName) throws IOException {
        SalvageSwap.refuseHalfDone(data);
        SalvageNote.refuseAsIs(data);
        if (!Files.isDirectory(data.resolve(SealLog.KIND)) || !Files.isDirectory(data.resolve(SalvageSwap.ENTRIES))) {
            throw new StartRefused(data + " holds no log", "name the configuration of the gateway that has it");
        }
        var held = new ArrayList<Closeable>();
        try {
            return new CarriedLog(source(data, firstName, held), held);
        } catch (IOException | RuntimeException e) {
            close(held);
            throw e;
        }
    }

    private static RangeSource source(Path data, String firstName, List<Closeable> held) throws IOException {
        // In the gateway's order.
        for (var kind : List.of(SealLog.KIND, SalvageSwap.ENTRIES)) {
            held.add(DirectoryDisk.toRead(data.resolve(kind)).lock());
        }
        var log = StoredLog.open(data, firstName, held);
        var sealed = log.sealed()
                .orElseThrow(() -> new StartRefused(
                        "no entry of the log in " + data + " is sealed yet",
                        "start the gateway with its token, then export"));
        return new RangeSource(
                log.identity(),
                log.entries(),
                log.leaves(),
                log.tree(),
                sealed,
                log.checkpoint(),
                List.of(),
                OrderedErasures.in(data.resolve(Erasures.KIND)));
    }

    private static void close(List<Closeable> held) throws IOException {
        for (var one : held.reversed()) one.close();
    }

    @Override
    public void close() throws IOException {
        close(held);
    }
}
