package org.sealpost.app;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import org.sealpost.admin.HeadQr;
import org.sealpost.anchor.HeadFile;
import org.sealpost.anchor.HeadRefused;
import org.sealpost.journal.DurableFile;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "export-head",
        mixinStandardHelpOptions = true,
        description = {
            "Writes the newest head of a log, with all that its lodging needs, to a file that anchor lodge takes on a"
                    + " machine which reaches the ledger. It holds no secret.",
            "Of the gateway of --config, whether it runs or not; of a data directory or a mirror, --data, that no"
                    + " gateway runs on; or of the gateway that SEALPOST_URL names.",
            "--qr shows it as a QR code that a phone reads, with one proof: in the terminal, or, where FILE ends in .svg, as"
                    + " a picture."
        })
final class AnchorExportHead implements Callable<Integer> {
    @Option(names = "--config", description = "the configuration file, sealpost.toml")
    private Optional<Path> config = Optional.empty();

    @Option(names = "--data", paramLabel = "DIR", description = "a data directory, or a mirror that import made")
    private Optional<Path> data = Optional.empty();

    @Option(
            names = "--from",
            paramLabel = "SIZE",
            description = "what the ledger holds, as anchor lodge says it; without it: what this log's gateway knows")
    private Optional<Long> from = Optional.empty();

    @Option(names = "--qr", description = "a QR code instead of a head file")
    private boolean qr;

    @Mixin
    private TlsTrust trust = new TlsTrust();

    @Mixin
    private HsmOutput out = new HsmOutput();

    @Parameters(
            arity = "0..1",
            paramLabel = "FILE",
            description = "the file to write, such as port.head; with --qr such as port.svg, or none")
    private Optional<Path> file = Optional.empty();

    @Override
    public Integer call() throws Exception {
        return out.run(() -> {
            if (config.isPresent() && data.isPresent()) throw HsmTarget.usage("give --config or --data, and not both");
            if (from.filter(size -> size < 1).isPresent()) throw HsmTarget.usage("--from is a size from 1");
            if (qr && file.filter(path -> !isPicture(path)).isPresent()) {
                throw HsmTarget.usage("with --qr the file is a picture, and its name ends in .svg");
            }
            if (!qr && file.isEmpty()) throw HsmTarget.usage("say which file is to be written");
            var head = head();
            head.checked();
            return qr ? shown(head.withOneProof(base())) : written(head, file.orElseThrow());
        });
    }

    private static HsmOutput.Answer written(HeadFile head, Path file) throws IOException {
        write(file, head.toBytes());
        return HsmOutput.Answer.done(
                json(head).put("file", file.toString()), file + " has " + words(head), where(head));
    }

    private HsmOutput.Answer shown(HeadFile head) throws IOException, HeadRefused {
        var code =
                HeadQr.of(head).orElseThrow(() -> new HeadRefused(HeadQr.TOO_LARGE, "leave --qr out, and name a file"));
        var json = json(head).put("text", head.toText());
        if (file.isPresent()) {
            write(file.get(), code.svg().getBytes(StandardCharsets.UTF_8));
            json.put("file", file.get().toString());
            return HsmOutput.Answer.done(json, file.get() + " shows " + words(head), where(head));
        }
        var lines = new ArrayList<>(code.lines());
        lines.add(words(head));
        lines.add(where(head));
        return new HsmOutput.Answer(json, lines, HsmCommand.DONE);
    }

    private static ObjectNode json(HeadFile head) {
        var said = head.head();
        var json = HsmOutput.object()
                .put("origin", said.origin().name())
                .put("size", said.size())
                .put("root", said.root().hex());
        var sizes = json.putArray("from");
        head.proofs().forEach(proof -> sizes.add(proof.size()));
        return json;
    }

    private static String words(HeadFile head) {
        return "the head of " + head.head().size() + " entries of "
                + head.head().origin();
    }

    private static String where(HeadFile head) {
        if (head.proofs().isEmpty()) {
            return "it can be lodged where nothing of this log is yet; where something is, give --from";
        }
        return "it can be lodged where nothing of this log is yet, and where one of these sizes is the newest: "
                + String.join(
                        ", ",
                        head.proofs().stream()
                                .map(proof -> Long.toString(proof.size()))
                                .toList());
    }

    private static boolean isPicture(Path path) {
        return path.toString().endsWith(".svg");
    }

    private OptionalLong base() {
        return from.map(OptionalLong::of).orElseGet(OptionalLong::empty);
    }

    private HeadFile head() throws IOException, HeadRefused, InterruptedException {
        var base = base();
        if (data.isPresent()) return ExportedHead.of(data.get(), base);
        if (config.isPresent()) return ExportedHead.of(GatewayConfig.read(config.get()), base, trust.ca());
        var address = AskedGateway.optional(AskedGateway.URL)
                .orElseThrow(() -> HsmTarget.usage(
                        "give --config or --data, or set " + AskedGateway.URL + " to the address of a gateway"));
        return ExportedHead.running(new AskedGateway(address, Optional.empty(), trust.ca()), base);
    }

    /// A stick may be pulled out at any time: a file of this name is whole.
    private static void write(Path file, byte[] bytes) throws IOException {
        var fresh = file.resolveSibling(file.getFileName() + ".new");
        try (var channel = FileChannel.open(
                fresh, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING)) {
            for (var rest = ByteBuffer.wrap(bytes); rest.hasRemaining(); ) channel.write(rest);
            channel.force(true);
        }
        Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        DurableFile.forceDirectoryOf(file);
    }
}
