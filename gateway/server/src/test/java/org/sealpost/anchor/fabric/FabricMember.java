package org.sealpost.anchor.fabric;

import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.KeyFactory;
import java.security.spec.X509EncodedKeySpec;
import java.time.Duration;
import java.time.Instant;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;
import org.sealpost.anchor.SignedLog;
import org.sealpost.hsm.CertificateFile;
import org.sealpost.hsm.KeyKind;
import org.sealpost.hsm.SigningKey;
import org.sealpost.hsm.SoftHsm;
import org.sealpost.hsm.Token;
import org.sealpost.hsm.Tokens;
import org.sealpost.record.ClockReading;

/// A box as a member of Org1: its key in a token, and a file with what the organisation's CA says of it.
final class FabricMember implements AutoCloseable {
    private static final Duration LIFE = Duration.ofDays(1);

    private final FabricNetwork network;
    private final Path certificate;
    private final Token token;
    private final SigningKey key;

    private FabricMember(FabricNetwork network, Path certificate, Token token, SigningKey key) {
        this.network = network;
        this.certificate = certificate;
        this.token = token;
        this.key = key;
    }

    static FabricMember enrolled(FabricNetwork network, Path folder) throws Exception {
        var token = Tokens.open(SoftHsm.create(folder.resolve("softhsm")).token("box", 2));
        var member =
                new FabricMember(network, folder.resolve("box.pem"), token, token.generate("identity", KeyKind.P256));
        member.enrol(Instant.now().plus(LIFE));
        return member;
    }

    /// @param until when the certificate ends
    void enrol(Instant until) throws Exception {
        var subject = KeyFactory.getInstance("EC").generatePublic(new X509EncodedKeySpec(key.spki()));
        var pem = new StringWriter();
        try (var writer = new JcaPEMWriter(pem)) {
            writer.writeObject(network.certificate(subject, "box", until));
        }
        var made = Files.writeString(certificate.resolveSibling("box.new"), pem.toString());
        Files.move(made, certificate, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    void renew() throws Exception {
        enrol(Instant.now().plus(LIFE));
    }

    SigningKey key() {
        return key;
    }

    /// @param organisations whose peers are asked, in this order
    FabricConfig config(Duration deadline, int... organisations) throws Exception {
        var peers = new java.util.ArrayList<FabricConfig.Peer>();
        for (int organisation : organisations) peers.add(FabricConfig.Peer.of(network.peer(organisation)));
        return new FabricConfig(
                peers,
                CertificateFile.read(Files.readAllBytes(network.peersCa())),
                FabricNetwork.CHANNEL,
                FabricNetwork.CHAINCODE,
                "Org1MSP",
                certificate,
                deadline);
    }

    /// What this machine's clock says, as a box reads it.
    static ClockReading now() {
        return at(System.currentTimeMillis());
    }

    static ClockReading at(long millis) {
        var some = SignedLog.CLOCK;
        return new ClockReading(
                millis, some.state(), some.source(), some.maxErrorMillis(), some.bootId(), some.sinceBootMicros());
    }

    @Override
    public void close() {
        token.close();
    }
}
