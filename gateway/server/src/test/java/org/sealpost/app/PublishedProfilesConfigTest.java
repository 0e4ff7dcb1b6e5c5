package org.sealpost.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.sealpost.app.PublishedProfileSettings.What;
import org.sealpost.hsm.TestCa;

/// What a file says of publications, and what is refused with which sentence.
class PublishedProfilesConfigTest {
    private static final String LEAST = """
            data = "data"
            [clients]
            file = "clients"
            [token]
            module = "/usr/lib/softhsm/libsofthsm2.so"
            label = "box"
            pin-file = "pin"
            """;

    private static final String CHAIN = """
            [anchorage.evm]
            kind = "evm"
            urls = ["http://127.0.0.1:8545"]
            contract = "evm-contract"
            """;

    private static final String CHANNEL = """
            [anchorage.consortium]
            kind = "fabric"
            peers = ["localhost:7051"]
            ca-file = "ca.pem"
            channel = "anchors"
            msp = "Org1MSP"
            identity-certificate = "box.pem"
            """;

    @TempDir
    Path folder;

    private GatewayConfig read(String text) throws IOException {
        var file = folder.resolve("sealpost.toml");
        Files.writeString(file, LEAST + text.replace('~', '\n').replace('\'', '"'));
        return GatewayConfig.read(file);
    }

    @Test
    void commitmentsOfAProfile() throws IOException {
        var config = read(CHAIN + "publish-account-key = 'other'\n[profile.lift]\npublish = 'commitments'\n"
                + "publish-to = ['evm']\n");
        assertEquals(
                List.of(new PublishedProfileSettings("lift", What.COMMITMENTS, List.of("evm"), Duration.ofMinutes(1))),
                config.published());
        var publishing = config.chains().getFirst().publishingAccount().orElseThrow();
        assertEquals(new PublishingSettings(60, 8, List.of()), publishing.settings());
        assertEquals(folder.resolve("evm-contract-publications"), publishing.contract());
        assertEquals(List.of("evm"), config.accountKeys(), "the genesis names those of heads");
        assertTrue(config.keys("seal").contains("other"), "tools make it");
    }

    /// Nobody makes a key in the token then, nor looks for one.
    @Test
    void theAccountOfThemMayBeInAFile() throws IOException {
        var config = read(CHAIN + "account-key-file = 'heads.pem'\npublish-account-key-file = 'other.pem'\n"
                + "[profile.lift]\npublish = 'commitments'\npublish-to = ['evm']\n");
        assertEquals(
                List.of(folder.resolve("heads.pem"), folder.resolve("other.pem")),
                config.accountFiles().stream().map(AccountKey.InFile::file).toList());
        assertEquals(List.of(), config.allAccountKeys());
        assertEquals(List.of("seal"), config.keys("seal"));
    }

    /// One may say it of profiles that are there anyway.
    @Test
    void recordsOfNoProfileOfOnesOwn() throws IOException {
        var config = read(CHAIN + "publish-account-key = 'other'\n[profile.default]\npublish = 'payload-in-clear'\n"
                + "publish-to = ['evm']\npublish-within = '5s'\n");
        assertEquals("default", config.published().getFirst().profile());
        assertEquals(List.of(), config.profiles());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "publish-account-key = 'evm'~[profile.p]~publish = 'commitments'~publish-to = ['evm']~|need an account of their own",
                "[profile.p]~publish = 'commitments'~publish-to = ['evm']~|no publish-account-key",
                "account-key-file = 'a'~publish-account-key-file = './x/../a'~|need an account of their own",
                "publish-account-key = 'o'~publish-account-key-file = 'a'~|publish-account-key-file are both there",
                "publish-account-key-file = 'a'~|no profile is published there",
                "publish-account-key = 'o'~[profile.p]~publish = 'commitments'~publish-to = ['x']~|no such anchorage",
                "publish-account-key = 'o'~[profile.p]~publish = 'commitments'~publish-to = []~|publish-to is missing",
                "publish-account-key = 'o'~[profile.p]~publish = 'commitments'~|publish-to is missing",
                "publish-account-key = 'o'~[profile.p]~publish = 'hashes'~publish-to = ['evm']~|expected \"commitments\"",
                "publish-account-key = 'o'~[profile.p]~publish-to = ['evm']~|nothing of it is published",
                "publish-account-key = 'o'~[profile.p]~publish-within = '1s'~|nothing of it is published",
                "publish-account-key = 'o'~[profile.p]~publish = 'payload'~publish-to = ['evm']~|no recipients-file",
                "publish-account-key = 'o'~|no profile is published there",
                "publish-in-flight = 3~|nothing is published there",
                "recipients-file = 'r.pem'~|nothing is published there",
                "publish-account-key = 'o'~publish-in-flight = 65~|allowed are 1 to 64",
                "publish-account-key = 'o'~recipients-file = 'r.pem'~|recipients-file cannot be read",
                "publish-account-key = 'o'~[profile.p]~publish = 'commitments'~publish-to = ['evm', 'evm']~|twice",
                "publish-account-key = 'o'~[anchorage.local]~kind = 'local'~[profile.p]~publish = 'commitments'~publish-to = ['local']~|takes no publications"
            })
    void whatDoesNothingOrCannotBeIsRefused(String lines, String sentence) {
        refuses(CHAIN + lines, sentence);
    }

    /// The identity of the heads brings publications, too, so a profile's word is all that it takes.
    @Test
    void aChannelNeedsNoAccountForThem() throws Exception {
        Files.writeString(folder.resolve("ca.pem"), certificate());
        var channel = CHANNEL + "publish-in-flight = 3\n";
        var profile = "[profile.lift]\npublish = 'commitments'\npublish-to = ['consortium']\n";
        var fabric = assertInstanceOf(
                FabricSettings.class, read(channel + profile).anchorages().getFirst());
        assertEquals(Optional.of(new PublishingSettings(60, 3, List.of())), fabric.publishing());
        assertEquals(2, fabric.journals());
        assertEquals(List.of("consortium"), read(channel + profile).identityKeys());
        var alone = read(CHANNEL).anchorages().getFirst();
        assertEquals(Optional.empty(), alone.publishing());
        assertEquals(1, alone.journals());
        refuses(channel, "consortium.publish-in-flight is there, and no profile is published there");
        refuses(CHANNEL + "publish-account-key = 'o'\n" + profile, "publish-account-key is for kind \"evm\"");
        refuses(CHANNEL + profile.replace("commitments", "payload"), "no recipients-file");
    }

    /// What is not for recipients is for everybody on the channel.
    @Test
    void aCollectionIsForPayloadsAlone() throws Exception {
        Files.writeString(folder.resolve("ca.pem"), certificate());
        Files.writeString(folder.resolve("r.pem"), certificate());
        var channel = CHANNEL + "recipients-file = 'r.pem'\ncollection = 'payloads'\n";
        var profile = "[profile.lift]\npublish = 'payload'\npublish-to = ['consortium']\n";
        var fabric = assertInstanceOf(
                FabricSettings.class, read(channel + profile).anchorages().getFirst());
        assertEquals(Optional.of("payloads"), fabric.collection());
        refuses(channel + profile.replace("payload'", "payload-in-clear'"), "consortium.collection is there, and no");
        refuses(CHANNEL + "collection = 'payloads'\n", "consortium.collection is there, and no");
        refuses(channel.replace("'payloads'", "'pay loads'") + profile, "expected 1 to 64 letters, digits, _ or -");
    }

    private void refuses(String text, String sentence) {
        var refused = assertThrows(ConfigRefused.class, () -> read(text));
        assertTrue(refused.getMessage().contains(sentence), refused.getMessage());
    }

    private static String certificate() throws Exception {
        return "-----BEGIN CERTIFICATE-----\n"
                + Base64.getMimeEncoder().encodeToString(TestCa.create("a CA").certificate())
                + "\n-----END CERTIFICATE-----\n";
    }

    @Test
    void toOneLedgerGoSoManyProfiles() throws IOException {
        var lines = new StringBuilder("publish-account-key = 'o'\n");
        for (int i = 0; i < 256; i++) lines.append(profile(i));
        assertEquals(256, read(CHAIN + lines).published().size());
        lines.append(profile(256));
        var refused = assertThrows(ConfigRefused.class, () -> read(CHAIN + lines));
        assertTrue(refused.getMessage().contains("257 profiles are published"), refused.getMessage());
    }

    private static String profile(int number) {
        return "[profile.p" + number + "]\npublish = 'commitments'\npublish-to = ['evm']\n";
    }

    @Test
    void recipientsAreCertificatesOnP256() throws Exception {
        var pem = certificate();
        Files.writeString(folder.resolve("r.pem"), pem + pem);
        var config = read(CHAIN + "publish-account-key = 'o'\nrecipients-file = 'r.pem'\n[profile.p]\n"
                + "publish = 'payload'\npublish-to = ['evm']\n");
        assertEquals(
                2,
                config.chains()
                        .getFirst()
                        .publishing()
                        .orElseThrow()
                        .recipients()
                        .size());
        Files.writeString(folder.resolve("r.pem"), "no certificate");
        assertThrows(ConfigRefused.class, () -> read(CHAIN + "publish-account-key = 'o'\nrecipients-file = 'r.pem'\n"));
    }
}
