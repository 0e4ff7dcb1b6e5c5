package org.sealpost.hsm;

import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;

/// The soft token of openCryptoki, and its daemon `pkcsslotd`, which must run for its library to be initialised.
///
/// All its paths are built in, so there is one daemon per machine: those who test at the same time wait for each
/// other, and where another daemon runs nothing is tested. The token's own folder has a name that nobody else
/// uses, the machine's configuration is replaced only while the daemon reads it, and all is removed in the end.
/// Needs root.
public final class OpenCryptoki implements AutoCloseable {
    private static final List<String> USUAL_PLACES = List.of(
            "/usr/lib/x86_64-linux-gnu/pkcs11/libopencryptoki.so",
            "/usr/lib/aarch64-linux-gnu/pkcs11/libopencryptoki.so",
            "/usr/lib64/pkcs11/libopencryptoki.so");
    private static final Path CONFIGURATION = Path.of("/etc/opencryptoki/opencryptoki.conf");
    private static final Path CONFIGURATION_OF_THE_MACHINE =
            CONFIGURATION.resolveSibling("opencryptoki.conf.before-test");
    private static final Path SOCKET = Path.of("/run/pkcsslotd.socket");
    private static final Path STORES = Path.of("/var/lib/opencryptoki");
    private static final Path LOCKS = Path.of("/run/lock/opencryptoki");
    private static final Path SHARED_MEMORY = Path.of("/dev/shm");
    private static final String PREFIX = "sealpost";
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final int MAX_PIN_BYTES = 8;
    /// Each soft token is born with it, and initialised with no other.
    private static final String OFFICER_PIN_AS_DELIVERED = "87654321";

    private final Path folder;
    private final FileChannel turn;
    private int stores;
    private String store;
    private int slot = 3;
    private Process daemon;

    private OpenCryptoki(Path folder, FileChannel turn) {
        this.folder = folder;
        this.turn = turn;
    }

    public static Path module() {
        return Installed.require("openCryptoki", "opencryptoki", USUAL_PLACES);
    }

    /// Starts the daemon with an empty token. Waits until nobody else on this machine tests with it.
    public static OpenCryptoki create(Path folder) throws IOException {
        module();
        Installed.require(
                Files.isWritable(CONFIGURATION), "openCryptoki's tests need root: they change " + CONFIGURATION);
        var turn = FileChannel.open(
                Path.of("/tmp/sealpost-opencryptoki.lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        boolean started = false;
        var token = new OpenCryptoki(folder, turn);
        boolean mine = false;
        try {
            turn.lock();
            mine = true;
            if (Files.exists(CONFIGURATION_OF_THE_MACHINE)) {
                token.restoreConfiguration();
            }
            Installed.require(!isRunning(), "pkcsslotd runs on this machine already, and it can run only once");
            // What a test left that was killed: only who has the turn has stores.
            removeStores();
            token.newStore();
            token.start();
            LostDescriptor.guard(module());
            started = true;
            return token;
        } finally {
            if (mine && !started) {
                token.close();
            } else if (!mine) {
                turn.close();
            }
        }
    }

    /// The token in the store that is current, with a random PIN in a file that only its owner reads.
    public TokenConfig token(String label, int sessions) throws IOException {
        byte[] pin = Arrays.copyOf(SoftHsm.randomPin(), MAX_PIN_BYTES);
        byte[] officer = OFFICER_PIN_AS_DELIVERED.getBytes(StandardCharsets.US_ASCII);
        TokenCeremony.initToken(module(), Optional.empty(), label, officer, pin);
        Path pinFile = folder.resolve(label + "-" + stores + ".pin");
        SoftHsm.write(pinFile, new String(pin, StandardCharsets.US_ASCII) + "\n");
        return new TokenConfig(module(), label, Optional.empty(), Optional.empty(), pinFile, sessions);
    }

    /// The token as it is delivered, meant to be prepared.
    TokenConfig empty(String label) {
        return new TokenConfig(
                module(), label, Optional.empty(), Optional.empty(), folder.resolve(label + "-empty.pin"), 1);
    }

    /// Holds the officer's PIN of an empty token.
    Path officersPin() throws IOException {
        Path file = folder.resolve("officer");
        SoftHsm.write(file, OFFICER_PIN_AS_DELIVERED);
        return file;
    }

    /// Another, empty store takes the first one's place.
    public void becomeAnotherStore() throws IOException {
        stop();
        newStore();
        start();
    }

    /// Starts the daemon; without it the library cannot be initialised.
    public void start() throws IOException {
        Files.copy(CONFIGURATION, CONFIGURATION_OF_THE_MACHINE);
        try {
            Files.writeString(CONFIGURATION, """
                    version opencryptoki-3.1
                    slot %d
                    {
                    stdll = libpkcs11_sw.so
                    tokname = %s
                    }
                    """.formatted(slot, store));
            // Dies with the thread that starts it, so with this process, however that ends.
            var builder = new ProcessBuilder("setpriv", "--pdeathsig", "KILL", "pkcsslotd", "-f");
            builder.environment().put("PATH", System.getenv("PATH") + ":/usr/sbin:/usr/bin");
            builder.redirectErrorStream(true);
            builder.redirectOutput(ProcessBuilder.Redirect.appendTo(
                    folder.resolve("pkcsslotd.log").toFile()));
            daemon = builder.start();
            Await.until(PATIENCE, () -> "pkcsslotd does not answer at " + SOCKET, OpenCryptoki::isRunning);
        } finally {
            restoreConfiguration();
        }
    }

    /// Kills the daemon.
    public void stop() throws IOException {
        if (daemon != null) {
            daemon.destroyForcibly().onExit().join();
            daemon = null;
            Files.deleteIfExists(SOCKET);
        }
    }

    public void moveToSlot(int other) throws IOException {
        stop();
        slot = other;
        start();
    }

    @Override
    public void close() throws IOException {
        try {
            stop();
            removeStores();
        } finally {
            turn.close();
        }
    }

    private void newStore() throws IOException {
        store = "sealpost"
                + HexFormat.of().toHexDigits(RandomGenerator.getDefault().nextInt());
        stores++;
        Files.createDirectories(STORES.resolve(store).resolve("TOK_OBJ"));
        Files.createDirectories(LOCKS.resolve(store));
    }

    private void restoreConfiguration() throws IOException {
        Files.move(
                CONFIGURATION_OF_THE_MACHINE,
                CONFIGURATION,
                StandardCopyOption.ATOMIC_MOVE,
                StandardCopyOption.REPLACE_EXISTING);
    }

    /// Asks as the library does. Whoever hangs up before all was said ends the daemon: it dies of SIGPIPE.
    private static boolean isRunning() {
        try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(SOCKET))) {
            return Channels.newInputStream(channel).readAllBytes().length > 0;
        } catch (IOException notThere) {
            return false;
        }
    }

    private static void removeStores() throws IOException {
        // It lies in memory, and is made anew at each start of the machine.
        Files.createDirectories(LOCKS);
        for (Path place : List.of(STORES, LOCKS, SHARED_MEMORY)) {
            try (var ours = Files.newDirectoryStream(place, "{,var.lib.opencryptoki.}" + PREFIX + "*")) {
                for (Path one : ours) {
                    remove(one);
                }
            }
        }
    }

    private static void remove(Path tree) throws IOException {
        try (var all = Files.walk(tree)) {
            for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }
}
