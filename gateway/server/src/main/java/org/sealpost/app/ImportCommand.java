package org.sealpost.app;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.sealpost.archive.range.RangeImport;
import org.sealpost.archive.range.RangeRefused;
import org.sealpost.evidence.TrustStore;
import org.sealpost.evidence.TrustUnusable;
import org.sealpost.journal.BrokenPromise;
import org.sealpost.journal.DirectoryDisk;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `sealpost import`: checks what a stick brought, and adds it to a mirror (docs/operations.md).
@Command(
        name = "import",
        mixinStandardHelpOptions = true,
        description = {
            "Checks files that sealpost export wrote, and adds them to a mirror of the log: needs no box and no network.",
            "Everything is checked before anything is added; the same command again is harmless.",
            "Exits 0 if the mirror has all of it, 1 if a file is refused (it says which chunk), 2 if something cannot be"
                    + " read or written."
        })
final class ImportCommand implements Callable<Integer> {
    private static final int DONE = 0;
    private static final int REFUSED = 1;
    private static final int CANNOT = 2;

    @Option(
            names = "--into",
            required = true,
            paramLabel = "DIR",
            description = "the mirror; made if it is not there or empty")
    private Path into = Path.of("");

    @Option(
            names = "--trust",
            paramLabel = "DIR",
            description = "a folder of trust files, one of which must name the box's key")
    private Optional<Path> trust = Optional.empty();

    @Parameters(arity = "1..*", paramLabel = "FILE", description = "the files, in any order")
    private List<Path> files = List.of();

    @Override
    public Integer call() {
        try {
            var store = trust.isPresent() ? Optional.of(TrustStore.load(trust.get())) : Optional.<TrustStore>empty();
            tell(RangeImport.into(into, store).add(files));
            return DONE;
        } catch (RangeRefused e) {
            System.err.println("sealpost: " + e.getMessage() + "; nothing of it was added");
            return REFUSED;
        } catch (TrustUnusable e) {
            System.err.println("sealpost: " + e.getMessage());
        } catch (BrokenPromise e) {
            System.err.println("sealpost: " + e.getMessage()
                    + "; import again, and if it stays so make a new mirror of all" + " files: these were not changed");
        } catch (UncheckedIOException e) {
            System.err.println("sealpost: " + Refusal.words(e.getCause()) + "; the same command goes on");
        } catch (IOException e) {
            System.err.println("sealpost: "
                    + (String.valueOf(e.getMessage()).contains(DirectoryDisk.IN_USE)
                            ? e.getMessage() + ": another import runs there"
                            : Refusal.words(e) + "; the same command goes on"));
        }
        return CANNOT;
    }

    private void tell(RangeImport.Result done) {
        System.out.println(into + " has entries 0 to " + (done.after() - 1) + " of " + done.origin() + ", "
                + (done.after() - done.before()) + " of them new");
        System.out.println("  genesis " + done.genesisHash().hex());
        System.out.println("  sealed by the key " + done.key().hex());
        System.out.println(
                done.published() == 0
                        ? "  no checkpoint yet: it comes with the files that are missing"
                        : "  followers see a checkpoint of " + done.published() + " entries");
        if (trust.isEmpty()) {
            System.out.println(
                    "  whether this is the right box was not asked: compare genesis and key with what its owner"
                            + " says, or name a folder of trust files with --trust");
        }
    }
}
