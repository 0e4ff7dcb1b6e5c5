package org.sealpost.evidence.command;

import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.sealpost.evidence.AnchorCheck;
import org.sealpost.evidence.Evidence;
import org.sealpost.evidence.EvidenceVerifier;
import org.sealpost.evidence.EvidenceVerifier.OldLog;
import org.sealpost.evidence.Printable;
import org.sealpost.evidence.TrustStore;
import org.sealpost.evidence.TrustUnusable;
import org.sealpost.evidence.Verdict;
import org.sealpost.evidence.anchor.AnchorProofs;
import org.sealpost.evidence.anchor.evm.EvmAnchorCheck;

/// `FILE [--trust DIR] [--node URL]... [--succession FILE]`: says what an evidence file proves, and what was not
/// checked.
///
/// Exits 0 if the file is intact and the store trusts its signer, 1 if it is not valid, 2 if it (or the store) cannot
/// be read or the check itself failed, 3 if it is intact and the store does not know its signer.
public final class VerifyCommand {
    /// A verdict's first line begins so where a file is not valid. Who starts this in a process of its own and
    /// finds no such line was told by its exit code how the JVM ended, and nothing of the file.
    public static final String NOT_VALID = "NOT VALID";

    /// The same where it is intact and the store does not know its signer.
    public static final String NOT_TRUSTED = "INTACT, BUT THE SIGNER IS NOT IN THE TRUST STORE";

    static final int CANNOT_READ = 2;
    private static final String USAGE = """
            usage: verify FILE [--trust DIR] [--node URL]... [--succession OLD-FILE]

              FILE         an evidence file
              --trust DIR  folder of trust files (*.trust); else $XDG_CONFIG_HOME/sealpost/trust,
                           or ~/.config/sealpost/trust
              --node URL   JSON-RPC of a node to ask for anchors on EVM chains that the trust store names
              --succession OLD-FILE
                           evidence of the log that FILE's log says it goes on from

            exits 0: intact, signer trusted   1: not valid   2: cannot be read, or the check itself failed
                  3: intact, signer not trusted
            """;

    private VerifyCommand() {}

    public static void main(String[] args) {
        var out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        var err = new PrintStream(System.err, true, StandardCharsets.UTF_8);
        System.exit(run(args, out, err));
    }

    /// @return the exit code
    public static int run(String[] args, PrintStream out, PrintStream err) {
        return run(args, System.getenv(), out, err);
    }

    static int run(String[] args, Map<String, String> environment, PrintStream out, PrintStream err) {
        if (List.of(args).contains("--help")) {
            out.print(USAGE);
            return 0;
        }
        try {
            var call = Call.of(args);
            var file = read(call.file());
            var old = call.succession().map(VerifyCommand::old);
            var trust = trust(call.trust(), environment);
            return new Report(out).print(verify(file, old, trust, call.nodes()));
        } catch (IllegalArgumentException e) {
            err.println(Printable.escape(String.valueOf(e.getMessage())));
            err.print(USAGE);
        } catch (TrustUnusable e) {
            err.println("cannot be used: " + Printable.escape(String.valueOf(e.getMessage())));
        } catch (IOException e) {
            err.println("cannot be read: " + words(e));
        } catch (RuntimeException | Error e) {
            // The JVM would end with 1, and nothing is known of the file: it may just be larger than the memory.
            err.println("the check itself failed, which says nothing of the file: " + Printable.escape(e.toString()));
            for (var frame : e.getStackTrace()) err.println("    at " + frame);
        }
        return CANNOT_READ;
    }

    private static Verdict verify(byte[] file, Optional<OldLog> old, TrustStore trust, List<URI> nodes)
            throws IOException {
        var proofs = new AnchorProofs();
        if (nodes.isEmpty()) return EvidenceVerifier.verify(file, old, trust, proofs, AnchorCheck.OFFLINE);
        try (var checks = new EvmAnchorCheck(nodes, trust)) {
            return EvidenceVerifier.verify(file, old, trust, proofs, checks);
        } catch (NoClassDefFoundError e) {
            throw new IOException("--node needs Bouncy Castle's bcprov beside this jar", e);
        }
    }

    /// One that cannot be read says nothing of the file that is to be verified.
    private static OldLog old(Path file) {
        try {
            return new OldLog(read(file), new AnchorProofs());
        } catch (IOException e) {
            return OldLog.unreadable(words(e));
        }
    }

    /// The messages of file system exceptions are often only the path.
    private static String words(IOException e) {
        return e.getClass().getSimpleName() + ": " + Printable.escape(String.valueOf(e.getMessage()));
    }

    private static byte[] read(Path file) throws IOException {
        try (var in = Files.newInputStream(file)) {
            return in.readNBytes(Evidence.MAX_SIZE_BYTES + 1);
        }
    }

    /// A folder that is named must be there; the user's own may be missing, and then nobody is trusted.
    private static TrustStore trust(Optional<Path> named, Map<String, String> environment)
            throws IOException, TrustUnusable {
        if (named.isPresent()) return TrustStore.load(named.get());
        var configured = environment.get("XDG_CONFIG_HOME");
        // The XDG base directory specification has relative paths ignored.
        var base = configured != null && configured.startsWith("/")
                ? Path.of(configured)
                : Path.of(System.getProperty("user.home"), ".config");
        var folder = base.resolve("sealpost").resolve("trust");
        return Files.isDirectory(folder) ? TrustStore.load(folder) : TrustStore.EMPTY;
    }

    /// What was asked for.
    private record Call(Path file, Optional<Path> trust, List<URI> nodes, Optional<Path> succession) {
        static Call of(String[] args) {
            Optional<Path> file = Optional.empty();
            Optional<Path> trust = Optional.empty();
            Optional<Path> succession = Optional.empty();
            var nodes = new ArrayList<URI>();
            for (int i = 0; i < args.length; i++) {
                switch (args[i]) {
                    case "--trust" -> trust = Optional.of(path(value(args, i++)));
                    case "--node" -> nodes.add(URI.create(value(args, i++)));
                    case "--succession" -> {
                        // Which of two would count?
                        if (succession.isPresent()) throw new IllegalArgumentException("one --succession at a time");
                        succession = Optional.of(path(value(args, i++)));
                    }
                    default -> {
                        if (args[i].startsWith("--")) throw new IllegalArgumentException("unknown option " + args[i]);
                        if (file.isPresent()) throw new IllegalArgumentException("one file at a time");
                        file = Optional.of(path(args[i]));
                    }
                }
            }
            return new Call(
                    file.orElseThrow(() -> new IllegalArgumentException("no file named")), trust, nodes, succession);
        }

        private static String value(String[] args, int option) {
            if (option + 1 >= args.length) throw new IllegalArgumentException(args[option] + " needs a value");
            return args[option + 1];
        }

        /// An empty path, as an unset variable gives, would mean the working directory.
        private static Path path(String text) {
            if (text.isEmpty()) throw new IllegalArgumentException("a path is empty");
            try {
                return Path.of(text);
            } catch (InvalidPathException e) {
                throw new IllegalArgumentException("not a path: " + text, e);
            }
        }
    }
}
