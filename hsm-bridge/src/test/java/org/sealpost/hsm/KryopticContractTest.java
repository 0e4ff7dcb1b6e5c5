package org.sealpost.hsm;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.operator.jcajce.JcaContentVerifierProviderBuilder;
import org.bouncycastle.pkcs.PKCS10CertificationRequest;
import org.junit.jupiter.api.Test;
import org.sealpost.hsm.RealModule.Ability;

/// The contract on kryoptic, the only token here with ML-DSA keys. [KryopticPinTest] has how it locks its PIN.
class KryopticContractTest extends TokenContract {
    private static final List<KeyKind> ML_DSA = List.of(KeyKind.ML_DSA_44, KeyKind.ML_DSA_65, KeyKind.ML_DSA_87);

    @Override
    RealModule module(Path folder) throws Exception {
        KryopticToken kryoptic = KryopticToken.create(folder);
        return new Plugged(kryoptic, kryoptic.token("box", 2));
    }

    @Test
    void mlDsaKeysAreMadeFoundAgainAndSignMessagesOfAllSizes() throws Exception {
        Token first = ready();
        List<KeySpec> specs = new ArrayList<>();
        for (KeyKind each : ML_DSA) {
            SigningKey key = first.generate("key " + each, each);
            assertEquals(each.spkiPrefix().length + each.pointBytes(), key.spki().length);
            specs.add(key.spec());
        }
        first.close();
        Token again = ready();
        for (KeySpec spec : specs) {
            SigningKey key = again.key(spec);
            assertArrayEquals(
                    key.spki(),
                    again.key(KeySpec.unpinned(spec.name(), spec.kind())).spki());
            for (int size : new int[] {0, 1, 32, 4096, KeyKind.MAX_MESSAGE_BYTES}) {
                byte[] message = new byte[size];
                byte[] signature = key.sign(message, SOON).get(240, TimeUnit.SECONDS);
                assertEquals(spec.kind().signatureBytes(), signature.length);
                assertTrue(Independent.verifies(key, message, signature), size + " bytes");
                signature[signature.length / 2] ^= 1;
                assertFalse(Independent.verifies(key, message, signature));
            }
            assertThrows(IllegalArgumentException.class, () -> key.sign(new byte[KeyKind.MAX_MESSAGE_BYTES + 1], SOON));
        }
        assertReady(again);
    }

    /// All three sizes are of one CKK: the parameter set tells them.
    @Test
    void anMlDsaKeyOfAnotherSizeIsRefused() throws Exception {
        Token token = ready();
        for (KeyKind made : ML_DSA) {
            token.generate("key " + made, made);
            for (KeyKind wrong : ML_DSA) {
                if (wrong != made) {
                    assertThrows(KeyRefused.class, () -> token.key(KeySpec.unpinned("key " + made, wrong)));
                }
            }
        }
        assertReady(token);
    }

    @Test
    void requestsAndCertificatesOfMlDsaKeysAreReadByOthers() throws Exception {
        Token token = ready();
        TestCa ca = TestCa.create("the owner's CA");
        Instant now = Instant.now();
        for (KeyKind each : ML_DSA) {
            SigningKey key = token.generate("key " + each, each);
            byte[] request = CertificateRequest.of(new X500Principal("CN=box")).signedBy(key, SOON);
            assertTrue(
                    new PKCS10CertificationRequest(request)
                            .isSignatureValid(new JcaContentVerifierProviderBuilder()
                                    .setProvider(new BouncyCastleProvider())
                                    .build(SubjectPublicKeyInfo.getInstance(key.spki()))),
                    each::name);
            byte[] certificate = ca.issue("box", key.spki(), now, now.plusSeconds(3600));
            token.storeCertificate("key " + each, key.spki(), certificate);
            assertArrayEquals(
                    certificate, token.certificates("key " + each, key.spki()).getFirst());
            assertSigns(key);
        }
    }

    /// It keeps what it has read of its configuration when C_Initialize fails over it.
    @Test
    void aConfigurationThatIsCorrectedIsReadAnew() throws Exception {
        Token before = ready();
        KeySpec spec = before.generate("seal", kind).spec();
        before.close();
        KryopticToken kryoptic = ((Plugged) module).kryoptic();
        kryoptic.misconfigure();
        Token token = open(config);
        TokenHealth health = token.settle(SOON);
        assertEquals(TokenHealth.State.ABSENT, health.state(), health::toString);
        SigningKey key = token.key(spec);

        kryoptic.configure();
        Await.state(token, TokenHealth.State.READY);
        assertSigns(key);
    }

    private record Plugged(KryopticToken kryoptic, TokenConfig config) implements RealModule {
        @Override
        public List<KeyKind> kinds() {
            return List.of(
                    KeyKind.P256,
                    KeyKind.ED25519,
                    KeyKind.ML_DSA_65,
                    KeyKind.P384,
                    KeyKind.RSA_2048_PKCS1,
                    KeyKind.RSA_2048_PSS,
                    KeyKind.ML_DSA_44,
                    KeyKind.ML_DSA_87);
        }

        @Override
        public String manufacturer() {
            return "Kryoptic Project";
        }

        @Override
        public Map<Ability, String> lacks() {
            return RealModule.because(
                    Ability.NOTICES_LOSS, "it keeps its database open, so that it is used though it was moved",
                    Ability.COUNTS_WRONG_PINS, "it counts ten, and tells of them from the seventh on");
        }

        @Override
        public void pullOut() throws Exception {
            kryoptic.pullOut();
        }

        @Override
        public void plugIn() throws Exception {
            kryoptic.plugIn();
        }

        @Override
        public void moveToAnotherSlot() throws Exception {
            kryoptic.moveToSlot(5);
        }

        @Override
        public TokenConfig exchange() throws Exception {
            kryoptic.becomeAnother();
            return kryoptic.token("box", 2);
        }

        @Override
        public int wrongPins() throws Exception {
            TokenLabel label = Workbench.label(config);
            return label.isPinLocked() ? 10 : label.isFinalTry() ? 9 : label.isPinCountLow() ? 7 : 0;
        }

        @Override
        public Map<String, String> variables() {
            return kryoptic.variables();
        }

        @Override
        public List<String> programThatLists(TokenConfig token) {
            return RealModule.pkcs11Tool(token, "--list-objects", "--type", "privkey");
        }

        @Override
        public void close() {}
    }
}
