package org.sealpost.anchor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigInteger;
import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.security.interfaces.ECPrivateKey;
import java.security.interfaces.ECPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.ECParameterSpec;
import java.security.spec.ECPrivateKeySpec;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.sealpost.record.CborMalformed;

class EncryptedContentTest {
    /// Made by another implementation (Python's `cryptography`, whose derivation of keys was held to p256-wrap-256-01
    /// of the COSE working group): for the keys 1000 and 1001, the ephemeral ones 2000 and 2001.
    private static final String MADE_ELSEWHERE =
            "d8608443a10103a1054c000102030405060708090a0b5819c541b779a6a6a67eeb40daa1d5d7c2b8c869d654"
                    + "edb2408584828344a101381ea2045820379ebe393da1bdf5853e7f9b0f3ea0539c4b66d2a785b7632175f3e3"
                    + "e3d92a6c20a401022001215820563de1815d45ec472059b6eec5e07a65a3afc2390dd3da694faa2ddf35a87e"
                    + "25225820fc4f02a4be33287dbce614951add81eb46b148c47692fff445c80be44e1cfb2e5828a1363b3ce76b"
                    + "f96ee75a6ce3ad3822c825bb67b2545f7f42983bf4adcbd81f8dc7416f4eacbd73c78344a101381ea2045820"
                    + "e2e36c5a8396103c8edb0638c55e30abf69f93edb50bea72486362ba99c2364f20a401022001215820bfc243"
                    + "9471358b6a5f3956588c3bf33f5d13c0b97a279d4817cbf8dd9e8e0a6c225820dd44db87ea414107ce28b553"
                    + "85d18071102d621f5e03ca823461a4e5404114d65828d85368ccfd3dec6bb894d3987932b44dd55b46ff2752"
                    + "2b07735670f5054ee7cc1ec35e7cf4391dd7";

    private static final byte[] SAID = {(byte) 0x82, 0x43, 'a', 'b', 'c', 0x43, 'd', 'e', 'f'};

    private final List<KeyPair> recipients = new ArrayList<>();

    private List<ECPublicKey> recipients(int count) throws GeneralSecurityException {
        var pairs = KeyPairGenerator.getInstance("EC");
        pairs.initialize(new ECGenParameterSpec("secp256r1"));
        while (recipients.size() < count) recipients.add(pairs.generateKeyPair());
        return recipients.stream().map(pair -> (ECPublicKey) pair.getPublic()).toList();
    }

    private static ECPrivateKey key(long secret) throws GeneralSecurityException {
        var parameters = AlgorithmParameters.getInstance("EC");
        parameters.init(new ECGenParameterSpec("secp256r1"));
        var spec = new ECPrivateKeySpec(BigInteger.valueOf(secret), parameters.getParameterSpec(ECParameterSpec.class));
        return (ECPrivateKey) KeyFactory.getInstance("EC").generatePrivate(spec);
    }

    @Test
    void opensWhatAnotherImplementationMade() throws Exception {
        byte[] made = HexFormat.of().parseHex(MADE_ELSEWHERE);
        for (long secret : new long[] {1000, 1001}) {
            assertArrayEquals(SAID, EncryptedContent.open(made, key(secret)).orElseThrow());
        }
        assertEquals(Optional.empty(), EncryptedContent.open(made, key(1002)));
    }

    @Test
    void eachRecipientCanReadItAndNobodyElse() throws Exception {
        var keys = recipients(EncryptedContent.MAX_RECIPIENTS);
        byte[] encrypted = EncryptedContent.encrypt(SAID, keys, new SecureRandom());
        assertTrue(encrypted.length <= SAID.length + EncryptedContent.overhead(keys.size()));
        for (var recipient : recipients) {
            var opened = EncryptedContent.open(encrypted, (ECPrivateKey) recipient.getPrivate());
            assertArrayEquals(SAID, opened.orElseThrow());
        }
        assertEquals(Optional.empty(), EncryptedContent.open(encrypted, key(7)));
        byte[] again = EncryptedContent.encrypt(SAID, keys, new SecureRandom());
        assertTrue(!HexFormat.of().formatHex(again).equals(HexFormat.of().formatHex(encrypted)));
    }

    @Test
    void noByteCanBeAltered() throws Exception {
        byte[] encrypted = EncryptedContent.encrypt(SAID, recipients(1), new SecureRandom());
        var own = (ECPrivateKey) recipients.getFirst().getPrivate();
        for (int at = 0; at < encrypted.length; at++) {
            byte[] altered = encrypted.clone();
            altered[at] ^= 1;
            Optional<byte[]> opened;
            try {
                opened = EncryptedContent.open(altered, own);
            } catch (CborMalformed | GeneralSecurityException refused) {
                continue;
            }
            // The name of a recipient, by which nothing is decided, may be another one.
            opened.ifPresent(said -> assertArrayEquals(SAID, said));
        }
    }

    @Test
    void hasOneToSixteenRecipients() {
        assertThrows(
                IllegalArgumentException.class, () -> EncryptedContent.encrypt(SAID, List.of(), new SecureRandom()));
        assertThrows(
                IllegalArgumentException.class,
                () -> EncryptedContent.encrypt(SAID, recipients(17), new SecureRandom()));
    }
}
