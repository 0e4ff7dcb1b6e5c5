package org.sealpost.ota.rauc;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/// A real RAUC on a bus of its own, over two slots that are files, with a boot loader that is a
/// script. It believes that slot A is booted and good.
public final class PrivateRauc implements AutoCloseable {
    private static final long PATIENCE_SECONDS = 90;

    private final Path folder;
    private final List<Process> processes = new ArrayList<>();

    private PrivateRauc(Path folder) {
        this.folder = folder;
    }

    public static boolean isHere() {
        return List.of("rauc", "dbus-daemon", "openssl", "mksquashfs").stream().allMatch(PrivateRauc::onPath);
    }

    private static boolean onPath(String program) {
        return List.of("/usr/bin", "/usr/sbin", "/bin", "/sbin").stream()
                .anyMatch(folder -> Files.isExecutable(Path.of(folder, program)));
    }

    /// Another RAUC than the machine's: `-Dsealpost.rauc`.
    private static String program() {
        return System.getProperty("sealpost.rauc", "rauc");
    }

    public static PrivateRauc start(Path folder) throws Exception {
        var rauc = new PrivateRauc(folder);
        rauc.setUp();
        rauc.spawn("bus", Map.of(), "dbus-daemon", "--nofork", "--config-file=" + folder.resolve("bus.conf"));
        until(() -> Files.exists(folder.resolve("bus")));
        rauc.spawn(
                "service",
                Map.of("DBUS_SYSTEM_BUS_ADDRESS", rauc.bus()),
                program(),
                "-c",
                folder.resolve("system.conf").toString(),
                "--override-boot-slot=A",
                "service");
        try (var bus = new SystemBus(rauc.bus())) {
            until(() -> new RaucInstaller(bus).primary().isPresent());
        }
        return rauc;
    }

    public String bus() {
        return "unix:path=" + folder.resolve("bus");
    }

    private void setUp() throws Exception {
        run(
                "openssl",
                "req",
                "-x509",
                "-newkey",
                "ec",
                "-pkeyopt",
                "ec_paramgen_curve:P-256",
                "-nodes",
                "-keyout",
                "key.pem",
                "-out",
                "cert.pem",
                "-subj",
                "/CN=updates",
                "-addext",
                "extendedKeyUsage=codeSigning",
                "-days",
                "365");
        Files.writeString(folder.resolve("boot"), """
                #!/bin/sh
                echo "$*" >>'%1$s/boot-calls'
                case $1 in
                  get-primary) cat '%1$s/primary' ;;
                  get-state) echo good ;;
                  get-current) echo A ;;
                  set-primary) echo "$2" >'%1$s/primary' ;;
                  set-state) [ "$2" != A ] ;;
                esac
                """.formatted(folder));
        Files.setPosixFilePermissions(
                folder.resolve("boot"), java.nio.file.attribute.PosixFilePermissions.fromString("rwxr-xr-x"));
        Files.writeString(folder.resolve("primary"), "A\n");
        for (var slot : List.of("A", "B")) Files.write(folder.resolve("slot-" + slot), new byte[1 << 20]);
        Files.writeString(folder.resolve("system.conf"), """
                [system]
                compatible=sealpost-amd64
                bootloader=custom
                bundle-formats=verity
                statusfile=%1$s/status
                mountprefix=%1$s/mount
                [handlers]
                bootloader-custom-backend=%1$s/boot
                [keyring]
                path=%1$s/cert.pem
                check-purpose=codesign
                [slot.rootfs.0]
                device=%1$s/slot-A
                type=raw
                bootname=A
                [slot.rootfs.1]
                device=%1$s/slot-B
                type=raw
                bootname=B
                """.formatted(folder));
        Files.writeString(folder.resolve("bus.conf"), """
                <!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-BUS Bus Configuration 1.0//EN"
                  "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
                <busconfig>
                  <type>system</type>
                  <listen>unix:path=%s/bus</listen>
                  <policy context="default">
                    <allow user="*"/>
                    <allow own="*"/>
                    <allow send_destination="*" eavesdrop="true"/>
                    <allow eavesdrop="true"/>
                  </policy>
                </busconfig>
                """.formatted(folder));
    }

    /// A bundle that this RAUC trusts.
    public Path bundle(String compatible, String version) throws Exception {
        var name = compatible + "-" + version;
        var content = Files.createDirectories(folder.resolve(name));
        var image = new byte[100_000];
        new java.util.Random(1).nextBytes(image);
        Files.write(content.resolve("root.img"), image);
        Files.writeString(content.resolve("manifest.raucm"), """
                [update]
                compatible=%s
                version=%s
                [bundle]
                format=verity
                [image.rootfs]
                filename=root.img
                """.formatted(compatible, version));
        run("rauc", "-c", "system.conf", "--cert", "cert.pem", "--key", "key.pem", "bundle", name, name + ".raucb");
        return folder.resolve(name + ".raucb");
    }

    /// A bundle whose installation lasts until it is released: a pipe that nobody writes.
    Path endlessBundle() throws Exception {
        run("mkfifo", "endless.raucb");
        return folder.resolve("endless.raucb");
    }

    /// What the boot loader was asked.
    public List<String> bootCalls() throws IOException {
        return Files.readAllLines(folder.resolve("boot-calls"));
    }

    private void run(String... command) throws Exception {
        var log = folder.resolve("commands.log");
        var process = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
                .start();
        if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS) || process.exitValue() != 0) {
            throw new AssertionError(String.join(" ", command) + ": " + Files.readString(log));
        }
    }

    private void spawn(String name, Map<String, String> environment, String... command) throws IOException {
        var builder = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve(name + ".log").toFile());
        builder.environment().putAll(environment);
        processes.add(builder.start());
    }

    interface Condition {
        boolean holds() throws Exception;
    }

    static void until(Condition condition) throws Exception {
        long end = System.nanoTime() + PATIENCE_SECONDS * 1_000_000_000;
        while (true) {
            try {
                if (condition.holds()) return;
            } catch (IOException notYet) {
                // It starts.
            }
            if (System.nanoTime() - end > 0) throw new AssertionError("RAUC did not come up on its own bus");
            LockSupport.parkNanos(50_000_000);
        }
    }

    /// Ends RAUC, but not the bus.
    void endService() throws InterruptedException {
        processes.getLast().destroyForcibly().waitFor();
    }

    @Override
    public void close() throws InterruptedException {
        for (var process : processes.reversed()) process.destroyForcibly().waitFor();
    }
}
