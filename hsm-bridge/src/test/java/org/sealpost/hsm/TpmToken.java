package org.sealpost.hsm;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// TPM 2.0 chips in software (swtpm), each with a resource manager (tpm2-abrmd), and `tpm2-pkcs11` before them.
///
/// The library finds store, resource manager and bus through environment variables, which are set in this
/// process by native calls. It keeps its connection to the bus for the life of the process, so there is one bus
/// per process, and one chip in use at a time: close it before creating the next.
public final class TpmToken implements AutoCloseable {
    private static final List<String> USUAL_PLACES = List.of(
            "/usr/lib/x86_64-linux-gnu/libtpm2_pkcs11.so.1",
            "/usr/lib/aarch64-linux-gnu/libtpm2_pkcs11.so.1",
            "/usr/lib64/pkcs11/libtpm2_pkcs11.so");
    private static final List<String> PROGRAMS = List.of(
            "/usr/bin/swtpm",
            "/usr/sbin/tpm2-abrmd",
            "/usr/bin/dbus-daemon",
            "/usr/lib/*/libtss2-tcti-tabrmd.so.0",
            "/usr/lib/*/libtss2-tcti-swtpm.so.0");
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final int ENOUGH_TRIES = 1000;
    private static final int NEVER = 1_000_000;

    /// A folder with a short path: a socket's path has at most 107 bytes. Lives as long as the bus.
    private static Path busFolder;

    private final Path folder;
    private final Socket socket;

    /// Where chips are plugged in; shared by all stores before it.
    private static final class Socket {
        Path chip;
        Process tpm;
        Process resourceManager;
    }

    private TpmToken(Path folder, Socket socket) {
        this.folder = folder.toAbsolutePath();
        this.socket = socket;
    }

    /// The library, if this machine has it.
    public static Optional<Path> module() {
        return SoftHsm.firstThatExists(USUAL_PLACES);
    }

    /// A new chip and an empty store below `folder`, current for this process from now on. The chip forgives
    /// [#ENOUGH_TRIES] tries and power cuts, so that a test meets the lock only where it wants to. Skips the
    /// test where something is not installed, or fails it: see [Installed].
    public static TpmToken create(Path folder) throws IOException {
        Installed.require("libtpm2_pkcs11.so.1", "libtpm2-pkcs11-1", USUAL_PLACES);
        for (String program : PROGRAMS) {
            Installed.require(
                    isThere(program),
                    program + " is not there (packages swtpm, tpm2-abrmd, dbus, libtss2-tcti-tabrmd0,"
                            + " libtss2-tcti-swtpm0)");
        }
        startBus();
        var token = new TpmToken(folder, new Socket());
        token.socket.chip = token.folder.resolve("chip");
        token.use();
        token.plugIn();
        return token;
    }

    /// What another process must have in its environment to see the same token.
    public Map<String, String> variables() {
        return Map.of(
                "TPM2_PKCS11_STORE", store().toString(),
                "TPM2_PKCS11_TCTI", "tabrmd:bus_type=session",
                // The library tells of each of its errors on the standard error stream.
                "TPM2_PKCS11_LOG_LEVEL", "0",
                "TSS2_LOG", "all+none",
                "DBUS_SESSION_BUS_ADDRESS", "unix:path=" + busFolder.resolve("bus"));
    }

    /// Where the library keeps its key blobs.
    public Path store() {
        return folder.resolve("store");
    }

    /// Another, empty store for the same chip, current for this process.
    public TpmToken withStoreIn(Path other) throws IOException {
        var token = new TpmToken(other, socket);
        token.use();
        return token;
    }

    /// Makes this the store that the library sees when it is initialised next.
    void use() throws IOException {
        Files.createDirectories(store());
        variables().forEach(SoftHsm::environment);
    }

    /// A token in the store, with a random PIN in a file that only its owner reads.
    public TokenConfig token(String label) throws IOException {
        Path pinFile = folder.resolve(label + ".pin");
        byte[] pin = SoftHsm.randomPin();
        TokenCeremony.initToken(module().orElseThrow(), Optional.empty(), label, SoftHsm.randomPin(), pin);
        SoftHsm.write(pinFile, new String(pin, StandardCharsets.US_ASCII) + "\n");
        return config(label, pinFile);
    }

    /// How a token of this store is opened. One session: two gain nothing with a TPM.
    public TokenConfig config(String label, Path pinFile) {
        return new TokenConfig(module().orElseThrow(), label, Optional.empty(), Optional.empty(), pinFile, 1);
    }

    /// Switches the chip on, with the resource manager before it.
    public void plugIn() throws IOException {
        powerOn();
        limits(ENOUGH_TRIES, NEVER);
        startResourceManager();
    }

    /// Power cut: the chip is not told before. The resource manager goes with it.
    public void pullOut() {
        kill(socket.resourceManager);
        kill(socket.tpm);
    }

    /// The same store, before another chip.
    public void becomeAnotherChip() throws IOException {
        pullOut();
        socket.chip = folder.resolve("other-chip-" + System.nanoTime());
        plugIn();
    }

    /// The first chip again.
    public void becomeTheFirstChip() throws IOException {
        pullOut();
        socket.chip = folder.resolve("chip");
        plugIn();
    }

    /// The chip stays as it is and does not answer.
    public void stop() {
        P11KitServer.signal(socket.tpm.toHandle(), P11KitServer.SIGSTOP);
    }

    public void proceed() {
        P11KitServer.signal(socket.tpm.toHandle(), P11KitServer.SIGCONT);
    }

    void killResourceManager() {
        kill(socket.resourceManager);
    }

    /// How many failed tries the chip holds against its users; restarts the resource manager.
    public int failedTries() throws IOException {
        kill(socket.resourceManager);
        // TPM2_GetCapability, TPM_CAP_TPM_PROPERTIES, TPM_PT_LOCKOUT_COUNTER, one property.
        byte[] answer = ask("8001 00000016 0000017a 00000006 0000020e 00000001");
        startResourceManager();
        return ByteBuffer.wrap(answer).getInt(answer.length - 4);
    }

    /// How many tries it forgives, and after how many seconds each of them; restarts the resource manager.
    void forgives(int tries, int eachAfterSeconds) throws IOException {
        kill(socket.resourceManager);
        limits(tries, eachAfterSeconds);
        startResourceManager();
    }

    @Override
    public void close() {
        pullOut();
    }

    /// The way to the chip itself, while no resource manager is connected.
    TpmLimits.Exchange chip() {
        return TpmToken::exchange;
    }

    /// Before a chip as it is delivered: no limits set, and no resource manager, so that it can be asked itself.
    void becomeAChipAsDelivered() throws IOException {
        pullOut();
        socket.chip = folder.resolve("delivered");
        powerOn();
    }

    private void powerOn() throws IOException {
        Files.createDirectories(socket.chip);
        Path server = busFolder.resolve("tpm");
        Files.deleteIfExists(server);
        socket.tpm = start(
                "swtpm",
                "socket",
                "--tpm2",
                "--tpmstate",
                "dir=" + socket.chip,
                "--server",
                "type=unixio,path=" + server,
                "--ctrl",
                "type=unixio,path=" + server + ".ctrl",
                "--flags",
                "startup-clear,not-need-init");
        // The socket is there a moment before anybody listens to it.
        Await.until(PATIENCE, () -> "nobody listens to " + server, () -> listens(server));
    }

    static boolean listens(Path server) {
        try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(server))) {
            return channel.isConnected();
        } catch (IOException notYet) {
            return false;
        }
    }

    /// TPM2_DictionaryAttackParameters with the empty lockout password.
    private static void limits(int tries, int eachAfterSeconds) throws IOException {
        ask("8002 00000027 0000013a 4000000a 00000009 40000009 0000 00 0000 %08x %08x 00000001"
                .formatted(tries, eachAfterSeconds));
    }

    private void startResourceManager() throws IOException {
        Path log = busFolder.resolve("log");
        socket.resourceManager =
                start("tpm2-abrmd", "--session", "--allow-root", "--tcti=swtpm:path=" + busFolder.resolve("tpm"));
        Await.until(
                PATIENCE, () -> "the resource manager does not answer, log: " + log, TpmToken::resourceManagerIsThere);
    }

    /// Whether it connects whoever asks. It has its name on the bus a moment before it can: whoever asks in between is
    /// refused, and the library then shows no token. Who asks waits long, since it aborts over one who went away.
    private static boolean resourceManagerIsThere() {
        try {
            var ask = new ProcessBuilder(
                    "dbus-send",
                    "--session",
                    "--print-reply",
                    "--reply-timeout=" + PATIENCE.toMillis(),
                    "--dest=com.intel.tss2.Tabrmd",
                    "/com/intel/tss2/Tabrmd/Tcti",
                    "com.intel.tss2.TctiTabrmd.CreateConnection");
            ask.environment().put("DBUS_SESSION_BUS_ADDRESS", "unix:path=" + busFolder.resolve("bus"));
            Process asked = ask.redirectErrorStream(true).start();
            asked.getInputStream().readAllBytes();
            return asked.onExit().join().exitValue() == 0;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// One command to the chip itself, while no resource manager is connected.
    private static byte[] ask(String command) throws IOException {
        byte[] answer = exchange(HexFormat.of().parseHex(command.replace(" ", "")));
        int result = ByteBuffer.wrap(answer).getInt(6);
        if (result != 0) {
            throw new IOException("the chip answered 0x" + Integer.toHexString(result) + " to " + command);
        }
        return answer;
    }

    private static byte[] exchange(byte[] command) throws IOException {
        try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(busFolder.resolve("tpm")))) {
            channel.write(ByteBuffer.wrap(command));
            var in = new DataInputStream(Channels.newInputStream(channel));
            var head = in.readNBytes(6);
            byte[] answer = Arrays.copyOf(head, ByteBuffer.wrap(head).getInt(2));
            in.readFully(answer, head.length, answer.length - head.length);
            return answer;
        }
    }

    /// The bus ends after this process and never before: its loss would end this process.
    private static synchronized void startBus() throws IOException {
        if (busFolder != null) {
            return;
        }
        Path made = Files.createTempDirectory("tpm");
        Path bus = made.resolve("bus");
        Files.writeString(made.resolve("bus.conf"), """
                <!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
                 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
                <busconfig>
                  <type>session</type>
                  <listen>unix:path=%s</listen>
                  <policy context="default">
                    <allow send_destination="*" eavesdrop="true"/>
                    <allow eavesdrop="true"/>
                    <allow own="*"/>
                  </policy>
                </busconfig>
                """.formatted(bus));
        busFolder = made;
        start(
                "sh",
                "-c",
                "dbus-daemon --nofork --nopidfile --config-file=\"$1\" & while kill -0 \"$2\" 2>&-; do sleep 1; done;"
                        + " kill $!; rm -rf \"$3\"",
                "sh",
                made.resolve("bus.conf").toString(),
                Long.toString(ProcessHandle.current().pid()),
                made.toString());
        Await.until(PATIENCE, () -> "no socket " + bus, () -> Files.exists(bus));
    }

    private static Process start(String... command) throws IOException {
        var builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.redirectOutput(
                ProcessBuilder.Redirect.appendTo(busFolder.resolve("log").toFile()));
        builder.environment().put("DBUS_SESSION_BUS_ADDRESS", "unix:path=" + busFolder.resolve("bus"));
        builder.environment().put("PATH", System.getenv("PATH") + ":/usr/sbin:/usr/bin");
        Process process = builder.start();
        if (!command[0].equals("sh")) {
            Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly));
        }
        return process;
    }

    private static void kill(Process process) {
        process.destroyForcibly().onExit().join();
    }

    private static boolean isThere(String place) {
        int star = place.indexOf('*');
        if (star < 0) {
            return Files.exists(Path.of(place));
        }
        try (var folders = Files.newDirectoryStream(Path.of(place.substring(0, star)))) {
            for (Path folder : folders) {
                if (Files.exists(Path.of(folder + place.substring(star + 1)))) {
                    return true;
                }
            }
            return false;
        } catch (IOException unreadable) {
            return false;
        }
    }
}
