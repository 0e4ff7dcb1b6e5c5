package org.sealpost.app;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import org.sealpost.archive.range.RangeExport;
import org.sealpost.journal.DirectoryDisk;
import org.sealpost.journal.JournalDamaged;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// `sealpost export`: a range of the log as files on a stick (docs/operations.md).
@Command(
        name = "export",
        mixinStandardHelpOptions = true,
        description = {
            "Writes a range of the log of a gateway that does not run to a folder, mostly on a stick.",
            "The same command again goes on where it was cut off.",
            "Exits 0 if all is carried, 1 if it is refused, 2 if something cannot be"
                    + " read or written, 3 if the stick is full and the rest goes onto another."
        })
final class ExportCommand implements Callable<Integer> {
    private static final int DONE = 0;
    private static final int REFUSED = 1;
    private static final int CANNOT = 2;
    private static final int FULL = 3;
    private static final Pattern SIZE = Pattern.compile("([0-9]{1,9})(KiB|MiB|GiB)");

    @Option(names = "--config", description = "the configuration file, sealpost.toml")
    private Optional<Path> config = Optional.empty();

    @Option(
            names = "--data",
            paramLabel = "DIR",
            description = "instead of it: a data directory, as of an origin that ended, or a mirror that import made")
    private Optional<Path> data = Optional.empty();

    @Option(names = "--out", required = true, paramLabel = "DIR", description = "the folder that is written to")
    private Path out = Path.of("");

    @Option(names = "--from", paramLabel = "N", description = "the first entry (default: 0, the genesis)")
    private long from;

    @Option(names = "--to", paramLabel = "N", description = "before this entry (default: all that are sealed)")
    private Optional<Long> to = Optional.empty();

    @Option(
            names = "--volume",
            defaultValue = "2GiB",
            description = "most that a file has, 1MiB to 64GiB; FAT takes less than 4GiB (default: ${DEFAULT-VALUE})")
    private String volume = "2GiB";

    @Option(names = "--without-bodies", description = "leaves only: what happened can be checked, not read")
    private boolean withoutBodies;

    @Override
    public Integer call() {
        try {
            return export();
        } catch (JournalDamaged e) {
            System.err.println("sealpost: " + e.getMessage() + "; what is whole in " + out
                    + " counts; sealpost journal examine says what is damaged");
        } catch (UncheckedIOException e) {
            System.err.println(sentence(out, e.getCause()));
        } catch (IOException e) {
            System.err.println(sentence(out, e));
        }
        return CANNOT;
    }

    static String sentence(Path out, IOException e) {
        if (e instanceof AccessDeniedException denied
                && Path.of(String.valueOf(denied.getFile())).startsWith(out)) {
            var user = System.getProperty("user.name");
            return "sealpost: " + user + " may not write to " + denied.getFile()
                    + ": mount a stick with FAT with -o uid=" + user
                    + "; on one with ext4 make a folder that belongs to " + user + ", and name that with --out";
        }
        if (String.valueOf(e.getMessage()).contains(DirectoryDisk.IN_USE)) {
            return "sealpost: " + e.getMessage() + ": a gateway runs there; stop it first";
        }
        return "sealpost: " + Refusal.words(e) + "; what is whole in " + out + " counts: the same command goes on";
    }

    private int export() throws IOException {
        if (config.isPresent() == data.isPresent()) {
            System.err.println("sealpost: give --config or --data, and not both");
            return CANNOT;
        }
        long volumeBytes = volumeBytes();
        if (volumeBytes < RangeExport.LEAST_VOLUME_BYTES || volumeBytes > RangeExport.MOST_VOLUME_BYTES) {
            return refuse("--volume is " + volume + ", expected a size from 1MiB to 64GiB, such as 2GiB");
        }
        if (!Files.isDirectory(out))
            return refuse("there is no folder " + out + ": mount the stick, or make the folder");
        try (var log = opened()) {
            long size = log.source().sealed().size();
            long end = to.orElse(size);
            if (from < 0 || from > end || end > size || from == end && to.isPresent()) {
                return refuse(
                        "entries " + from + " to " + (end - 1) + " are asked for, and sealed are 0 to " + (size - 1));
            }
            if (from == end) {
                System.out.println("nothing is sealed from entry " + from + " on");
                return DONE;
            }
            var order = new RangeExport.Order(from, end, volumeBytes, !withoutBodies);
            return told(RangeExport.into(out, log.source(), ExportCommand::tell).run(order), end);
        }
    }

    private CarriedLog opened() throws IOException {
        // What its key is called in the token nobody asks.
        return data.isPresent()
                ? CarriedLog.open(data.get(), "")
                : CarriedLog.open(GatewayConfig.read(config.orElseThrow()));
    }

    private static void tell(RangeExport.Volume made) {
        System.out.println((made.found() ? "whole already: " : "made ") + made.file() + ", entries " + made.from()
                + " to " + (made.next() - 1) + ", " + made.sizeBytes() + " bytes");
    }

    private int told(RangeExport.Outcome outcome, long end) {
        return switch (outcome) {
            case RangeExport.Outcome.Done() -> {
                System.out.println("entries " + from + " to " + (end - 1) + " are in " + out
                        + "; unmount it before it is pulled out");
                yield DONE;
            }
            case RangeExport.Outcome.Full(var next) -> {
                System.err.println("sealpost: " + out
                        + " has no room for more: the rest goes onto another one with --from " + next);
                yield FULL;
            }
            case RangeExport.Outcome.Refused(var sentence) -> refuse(sentence);
        };
    }

    private long volumeBytes() {
        var match = SIZE.matcher(volume);
        if (!match.matches()) return 0;
        int shift = 10 + List.of("KiB", "MiB", "GiB").indexOf(match.group(2)) * 10;
        return Long.parseLong(match.group(1)) << shift;
    }

    private static int refuse(String sentence) {
        System.err.println("sealpost: " + sentence);
        return REFUSED;
    }
}
