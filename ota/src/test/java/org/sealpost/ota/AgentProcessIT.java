package org.sealpost.ota;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sealpost.ota.rauc.PrivateRauc;

/// The agent as a process, with a socket, a server, a signed repository and a RAUC that are all real.
class AgentProcessIT {
    @TempDir
    Path folder;

    private PrivateRauc rauc;
    private TestRepository repository;
    private ReleaseDescriptor release;
    private AgentProcess agent;

    @BeforeEach
    void setUp() throws Exception {
        assumeTrue(PrivateRauc.isHere(), "rauc, dbus-daemon, openssl and mksquashfs are needed");
        rauc = PrivateRauc.start(Files.createDirectory(folder.resolve("rauc")));
        repository = new TestRepository(Files.createDirectory(folder.resolve("repository")));
        release = repository.add("sealpost-amd64", "1.1.0", rauc.bundle("sealpost-amd64", "1.1.0"));
        repository.publish(Duration.ofDays(30));
        agent = new AgentProcess(
                Files.createDirectory(folder.resolve("box")), repository.folder, rauc.bus(), repository.root());
    }

    @AfterEach
    void end() throws Exception {
        if (agent != null) agent.close();
        if (rauc != null) rauc.close();
    }

    private void setSource() throws IOException {
        var answer = agent.client().source(Optional.of(agent.url()), Optional.of(agent.certificate()), false, "owner");
        assertTrue(answer.taken(), () -> answer.sentence().orElse(""));
    }

    @Test
    void aReleaseIsOfferedAndFetchedAndGoesToRaucOnceItIsWhole() throws Exception {
        assumeFalse(Files.exists(Path.of("/dev/mapper/control")), "with a device mapper RAUC would install it");
        agent.start();
        var first = agent.awaitStatus();
        assertEquals("idle", first.state());
        assertEquals("1.0.0", first.version());
        setSource();
        agent.until("offered", () -> agent.client().status().state().equals("offered"));
        var offer = agent.client().status().offer().orElseThrow();
        assertEquals("1.1.0", offer.version());
        assertEquals("For tests.", offer.notes());

        assertFalse(agent.client().install("1.2.0", "owner").taken());
        assertFalse(agent.client().install("0.9.0", "owner").taken());
        assertTrue(agent.client().install("1.1.0", "owner").taken());
        agent.until("refused by RAUC", () -> agent.acts().getLast().contains("\"rule\":\"rauc\""));
        var acts = agent.acts();
        for (int n = 0; n < acts.size(); n++) assertTrue(acts.get(n).startsWith("{\"n\":" + n + ","), acts.get(n));
        for (var act : List.of("source", "offered", "ordered", "verified", "installing")) {
            assertTrue(agent.hasAct(act), () -> act + " in " + acts);
        }
        assertFalse(agent.hasAct("installed"));
        // What may hold half a release must not be booted.
        assertTrue(rauc.bootCalls().contains("set-state B bad"));
        assertFalse(Files.exists(folder.resolve("box/data/staged/bundle.raucb")));
        var refusal = agent.client().status().refusal().orElseThrow();
        assertTrue(refusal.sentence().contains(release.bundle().path()), refusal.sentence());
    }

    @Test
    void aBundleThatIsNotTheOneDescribedNeverGoesToRauc() throws Exception {
        var file = repository.folder.resolve(release.bundle().path());
        var bytes = Files.readAllBytes(file);
        bytes[50_000] ^= 1;
        Files.write(file, bytes);
        agent.start();
        agent.awaitStatus();
        setSource();
        agent.until("offered", () -> agent.client().status().state().equals("offered"));
        agent.client().install("1.1.0", "owner");
        agent.until("refused", () -> agent.acts().getLast().contains("\"rule\":\"bundle\""));
        assertFalse(agent.hasAct("verified"));
        assertFalse(agent.hasAct("installing"));
        assertEquals("idle", agent.client().status().state());
    }

    @Test
    void metadataThatHasExpiredIsRefusedOnceAndSaysWhichFile() throws Exception {
        repository.publish(Duration.ofDays(-400));
        agent.start();
        agent.awaitStatus();
        setSource();
        agent.until("refused", () -> agent.hasAct("refused"));
        assertTrue(
                agent.acts().getLast().contains("\"rule\":\"expiry\""),
                agent.acts().toString());
        assertTrue(agent.acts().getLast().contains("timestamp.json"));
        int count = agent.acts().size();
        for (int i = 0; i < 3; i++) {
            assertTrue(agent.client().check("owner").taken());
            agent.until("checked", () -> !agent.client().status().checking());
        }
        assertEquals(count, agent.acts().size());
    }

    @Test
    void aStickIsLookedAtAsSoonAsItIsThere() throws Exception {
        agent.start();
        agent.awaitStatus();
        var stick = Files.createDirectories(folder.resolve("box/stick"));
        Files.createSymbolicLink(stick.resolve("sealpost-updates"), repository.folder);
        agent.until("offered", () -> agent.client().status().state().equals("offered"));
        assertEquals("stick", agent.client().status().offer().orElseThrow().from());
        assertTrue(agent.client().status().source().stick());
    }

    /// As if RAUC had written slot B: the acts until the reboot.
    private void writeTrial() throws IOException {
        var offer = new Offer(release, Offer.From.URL);
        var version = release.version();
        var none = Collections.<String>emptySortedSet();
        var client = agent.client();
        assertTrue(client.status().offer().isPresent());
        try {
            agent.kill();
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
        try (var file = ActsFile.open(folder.resolve("box/data/acts"))) {
            long n = file.found().next();
            for (var act : List.of(
                    new UpdateAct.Offered(offer),
                    new UpdateAct.Ordered(version),
                    new UpdateAct.Verified(version, release.bundle().sha256()),
                    new UpdateAct.Installing(version, Slot.B, none),
                    new UpdateAct.Installed(version, Slot.B),
                    new UpdateAct.Rebooting(version, Slot.B, Slot.A, none))) {
                file.append(new ActEntry(n++, Instant.now(), true, "sealpost", act));
            }
        }
    }

    private void bootIntoTrial() throws Exception {
        agent.start();
        agent.awaitStatus();
        setSource();
        agent.until("offered", () -> agent.client().status().state().equals("offered"));
        writeTrial();
        agent.boots(Slot.B, Slot.A, "1.1.0");
        Files.deleteIfExists(folder.resolve("box/run/first-ran"));
    }

    @Test
    void aNewSlotIsConfirmedOnceAllIsWell() throws Exception {
        bootIntoTrial();
        agent.start();
        agent.until("passed", () -> Files.exists(folder.resolve("box/run/passed")));
        assertTrue(agent.client().status().trial());
        assertFalse(agent.hasAct("confirmed"));
        Files.createFile(folder.resolve("box/system/confirmed"));
        agent.until("confirmed", () -> agent.hasAct("confirmed"));
        var status = agent.client().status();
        assertFalse(status.trial());
        assertEquals("confirmed", status.last().orElseThrow().outcome());
    }

    @Test
    void aNewSlotWithARedPartGivesItsTriesBackAndReboots() throws Exception {
        bootIntoTrial();
        agent.parts = "{\"name\":\"token\",\"well\":false,\"cause\":\"gone\"}";
        agent.start();
        agent.until("reboots", () -> Files.exists(folder.resolve("box/run/reboot")));
        var acts = agent.acts();
        var failed = acts.get(acts.size() - 2);
        assertTrue(failed.contains("\"act\":\"failed\""), acts.toString());
        assertTrue(failed.contains("token (gone)"), failed);
        assertTrue(acts.getLast().contains("\"act\":\"rebooting\""), acts.toString());
        assertTrue(rauc.bootCalls().contains("set-state B bad"));
        assertFalse(Files.exists(folder.resolve("box/run/passed")));

        agent.kill();
        for (var word : List.of("reboot", "first-ran"))
            Files.delete(folder.resolve("box/run").resolve(word));
        agent.boots(Slot.A, Slot.A, "1.0.0");
        agent.start();
        agent.until("rolled back", () -> agent.hasAct("rolled-back"));
        assertEquals(List.of("1.1.0"), agent.awaitStatus().notAgain());
        assertTrue(agent.client().check("owner").taken());
        agent.until("not tried again", () -> agent.acts().getLast().contains("\"rule\":\"not-again\""));
        assertTrue(agent.client().allow("1.1.0", "owner").taken());
        agent.until("offered again", () -> agent.client().status().state().equals("offered"));
    }

    @Test
    void killedAtAnyMomentItGoesOn() throws Exception {
        assumeFalse(Files.exists(Path.of("/dev/mapper/control")), "with a device mapper RAUC would install it");
        long seed = Long.getLong("sealpost.seed", System.nanoTime());
        System.out.println("-Dsealpost.seed=" + seed);
        var random = new Random(seed);
        agent.start();
        agent.awaitStatus();
        setSource();
        for (int i = 0; i < 8; i++) {
            LockSupport.parkNanos(random.nextLong(1_500_000_000));
            try {
                if (agent.client().status().state().equals("offered"))
                    agent.client().install("1.1.0", "owner");
            } catch (IOException starting) {
                // It is killed before it answers.
            }
            agent.kill();
            agent.start();
        }
        agent.until("its end", () -> {
            try {
                if (agent.client().status().state().equals("offered"))
                    agent.client().install("1.1.0", "owner");
                return agent.acts().stream().anyMatch(act -> act.contains("\"rule\":\"rauc\""));
            } catch (IOException starting) {
                return false;
            }
        });
        var acts = agent.acts();
        for (int n = 0; n < acts.size(); n++) assertTrue(acts.get(n).startsWith("{\"n\":" + n + ","), acts.get(n));
    }

    @Test
    void damagedActsAreSaidAndNothingIsInstalled() throws Exception {
        agent.start();
        agent.awaitStatus();
        setSource();
        agent.until("offered", () -> agent.hasAct("offered"));
        agent.kill();
        var file = folder.resolve("box/data/acts");
        Files.writeString(file, "nonsense\n", StandardOpenOption.APPEND);
        var before = Files.readAllBytes(file);
        agent.start();
        var status = agent.awaitStatus();
        assertEquals("damaged", status.state());
        assertTrue(status.setback().orElseThrow().sentence().contains("act 2"), status.toJson());
        assertFalse(agent.client().check("owner").taken());
        assertTrue(java.util.Arrays.equals(before, Files.readAllBytes(file)));
    }
}
