package org.sealpost.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sealpost.anchor.AnchorageSetback;
import org.sealpost.anchor.PublicationLedger;
import org.sealpost.anchor.SignedRequest;
import org.sealpost.hsm.KeyKind;
import org.sealpost.hsm.Token;
import org.sealpost.hsm.Tokens;
import org.sealpost.lodging.OriginId;
import org.sealpost.merkle.Hash;
import org.sealpost.record.ClockReading;
import org.sealpost.record.Genesis;
import org.sealpost.record.Origin;
import org.sealpost.record.Suite;
import org.sealpost.seal.LogIdentity;

/// What a gateway's relays have of ledgers that nobody has reached yet.
class AnchoragesTest {
    private static final String CONFIG = """
            data = "data"
            [clients]
            file = "clients"
            [token]
            module = "/usr/lib/softhsm/libsofthsm2.so"
            label = "box"
            pin-file = "pin"
            [anchorage.evm]
            kind = "evm"
            urls = ["http://127.0.0.1:1"]
            contract = "evm-contract"
            stuck-after = "20m"
            publish-account-key = "other"
            [profile.lift]
            publish = "commitments"
            publish-to = ["evm"]
            """;

    @TempDir
    Path folder;

    /// The relay asks for the time once, as it is opened; all else is the chain's to answer, and no default's.
    @Test
    void publicationsThatHangAreMadeDearerOnAChainThatIsReachedLater() throws Exception {
        try (var token = Tokens.openInsecureSoftwareToken(folder, "test");
                var ledger = publications(token)) {
            assertEquals(Optional.of(Duration.ofMinutes(20)), ledger.stuckAfter());
            var request = new SignedRequest(Hash.of(new byte[Hash.SIZE]), OptionalLong.of(0), new byte[] {1});
            var replaced = assertThrows(AnchorageSetback.class, () -> ledger.replace(request));
            assertTrue(replaced.getMessage().contains("is not on evm yet"), replaced.getMessage());
            var origin = OriginId.of(new byte[] {1}, new Origin("test/1"));
            var asked = assertThrows(AnchorageSetback.class, () -> ledger.findAll(origin, Map.of()));
            assertTrue(asked.getMessage().contains("is not on evm yet"), asked.getMessage());
        }
    }

    private PublicationLedger publications(Token token) throws Exception {
        var config = GatewayConfig.read(Files.writeString(folder.resolve("sealpost.toml"), CONFIG));
        var clock = new ClockReading(
                0, ClockReading.State.UNTRUSTED, ClockReading.Source.NONE, OptionalLong.empty(), new byte[16], 0);
        var genesis = new Genesis(
                new Origin("test/1"),
                Suite.SHA256_P256,
                Commissioning.keys("token", token.generate("seal", KeyKind.P256).spki(), List.of(), Optional.empty()),
                "test",
                clock,
                new byte[32],
                Optional.empty());
        var log = new LogParts(null, null, LogIdentity.of(genesis), null, null, null, null);
        var box = new Anchorages.Surroundings(config, log, token, null, null, null, null, null, new ArrayDeque<>());
        return new Anchorages(box).publications(config.chains().getFirst());
    }
}
