package org.sealpost.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import org.bouncycastle.asn1.cmp.PKIFailureInfo;
import org.bouncycastle.asn1.cmp.PKIStatus;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sealpost.anchor.tsa.TsaServer;
import org.sealpost.evidence.anchor.tsa.TestTsa;
import org.sealpost.hsm.est.GlobalSignServer;

/// `anchor test` of a time-stamping authority, on a machine without a log: what it would answer to a head is seen.
class AuthorityTriedTest {
    /// Which helps only where none answers.
    private static final String REACH_THEM = "; look whether the authority's servers are reachable";

    @TempDir
    private Path folder;

    private TestTsa tsa;
    private TsaServer server;
    private URI url;

    @BeforeEach
    void start() throws Exception {
        tsa = new TestTsa("an authority");
        server = new TsaServer(this::answered);
        url = server.url();
        Files.createDirectories(folder.resolve("data"));
        GlobalSignServer.pem(
                folder.resolve("tsa.pem"), "CERTIFICATE", tsa.root().getEncoded());
    }

    private byte[] answered(byte[] query) throws Exception {
        tsa.time = Instant.now();
        return tsa.answer(query);
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void whatWouldNotCountFailsAndSaysWhy() throws Exception {
        assertSaid(0, "stamped last", "", "");
        assertEquals(1, server.asked());

        assertSaid(1, "stamped under policy " + TestTsa.POLICY, "; look at policy: ", "policy = \"1.2.3\"\n");
        tsa.naming = TestTsa.Naming.VERSION_1;
        assertSaid(1, "ask the authority for ESSCertIDv2", "; no verifier would accept it: ", "");
        tsa.naming = TestTsa.Naming.VERSION_2;
        server.answering = _ -> TestTsa.rejection(PKIStatus.rejection, "not this one", PKIFailureInfo.unacceptedPolicy);
        assertSaid(1, "unacceptedPolicy", "; look at policy, ", "policy = \"1.2.3\"\n");
        server.answering = this::answered;
        GlobalSignServer.pem(
                folder.resolve("tsa.pem"),
                "CERTIFICATE",
                new TestTsa("another").root().getEncoded());
        assertSaid(1, "no path from", "; look at ca-file: ", "");
        try (var gone = new TsaServer(_ -> new byte[0])) {
            url = gone.url();
        }
        assertSaid(1, url.getAuthority() + ": ", REACH_THEM, "");
    }

    private void assertSaid(int code, String words, String remedy, String more) throws Exception {
        var config = Files.writeString(folder.resolve("sealpost.toml"), """
                data = "data"
                [clients]
                file = "clients"
                [token]
                driver = "insecure-software"
                folder = "keys"
                label = "laptop"
                [anchorage.stamps]
                kind = "tsa"
                urls = ["%s"]
                ca-file = "tsa.pem"
                %s""".formatted(url, more));
        var out = System.out;
        var said = new ByteArrayOutputStream();
        System.setOut(new PrintStream(said, true, StandardCharsets.UTF_8));
        int ended;
        try {
            ended = Main.run("anchor", "test", "stamps", "--config", config.toString());
        } finally {
            System.setOut(out);
        }
        var text = said.toString(StandardCharsets.UTF_8);
        assertTrue(text.contains(words), text);
        assertTrue(text.contains(remedy), text);
        assertEquals(remedy.equals(REACH_THEM), text.contains(REACH_THEM), text);
        assertEquals(code, ended, text);
    }
}
