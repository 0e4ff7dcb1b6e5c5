package org.sealpost.evidence;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.sealpost.record.CborMalformed;
import org.sealpost.record.CborReader;

/// Receipts, statements, messages, signatures and notes that others made.
class SharedReceiptsTest {
    private static final byte[] NOTHING = {};
    private static final String P256_SPKI = "3059301306072a8648ce3d020106082a8648ce3d03010703420004";

    /// The tree's entry in these is SHA-256 of the statement.
    @TestFactory
    Stream<DynamicTest> scittReceipts() throws IOException {
        var folder = Vectors.shared("scitt-receipts/v1");
        return folders(folder)
                .map(vector -> DynamicTest.dynamicTest(vector.getFileName().toString(), () -> {
                    var expected = Vectors.json(vector.resolve("expected.json"));
                    var statement = Files.readAllBytes(vector.resolve("statement.cose"));
                    var signed = ReceiptCheck.statement(statement, pem(vector.resolve("issuer-key.pub")));
                    var receipt = ReceiptCheck.receipt(
                            Sha256.of(statement).toBytes(),
                            Files.readAllBytes(vector.resolve("receipt.cose")),
                            pem(vector.resolve("log-key.pub")));
                    if (vector.endsWith("valid-ccf-vds2")) {
                        // Another kind of tree: we say so, and do not take it for ours.
                        assertEquals(new ReceiptCheck.NotSupported("tree type 2"), receipt);
                        return;
                    }
                    boolean ok = signed instanceof ReceiptCheck.Accepted && receipt instanceof ReceiptCheck.Accepted;
                    assertEquals(expected.get("result").asText().equals("VALID"), ok, signed + " " + receipt);
                    assertEquals(
                            expected.get("statement_signature_valid").asBoolean(),
                            signed instanceof ReceiptCheck.Accepted);
                    assertEquals(expected.get("receipt_valid").asBoolean(), receipt instanceof ReceiptCheck.Accepted);
                }));
    }

    /// A prototype's evidence: the entry is the statement.
    @TestFactory
    Stream<DynamicTest> statementsAndTheirReceipts() throws IOException {
        return folders(Vectors.shared("evidence"))
                .map(vector -> DynamicTest.dynamicTest(vector.getFileName().toString(), () -> {
                    var record = Files.readAllBytes(vector.resolve("record.cose"));
                    var logKey = jwk(Vectors.json(vector.resolve("log.jwk")));
                    assertEquals(
                            new ReceiptCheck.Accepted(),
                            ReceiptCheck.statement(record, jwk(Vectors.json(vector.resolve("issuer.jwk")))));
                    var receipt = Files.readAllBytes(vector.resolve("receipt.cose"));
                    assertEquals(new ReceiptCheck.Accepted(), ReceiptCheck.receipt(record, receipt, logKey));
                    assertInstanceOf(
                            ReceiptCheck.Refused.class,
                            ReceiptCheck.receipt(
                                    record, Files.readAllBytes(vector.resolve("receipt-of-other.cose")), logKey));
                    assertInstanceOf(
                            ReceiptCheck.Refused.class,
                            ReceiptCheck.receipt(
                                    Files.readAllBytes(vector.resolve("transparent.cose")), receipt, logKey));
                    assertEachFlippedByteIsRefused(record, receipt, logKey);
                }));
    }

    private static void assertEachFlippedByteIsRefused(byte[] record, byte[] receipt, byte[] logKey) throws Exception {
        var root = proof(receipt).path();
        for (int i = 0; i < receipt.length; i++) {
            var altered = receipt.clone();
            altered[i] ^= 1;
            var outcome = ReceiptCheck.receipt(record, altered, logKey);
            // The size in a receipt is not signed: another one of the same shape passes this plain check, as the
            // evidence file's own check must not.
            if (outcome instanceof ReceiptCheck.Accepted)
                assertEquals(root, proof(altered).path(), "byte " + i);
        }
        for (int i = 0; i < record.length; i++) {
            var altered = record.clone();
            altered[i] ^= 1;
            assertInstanceOf(ReceiptCheck.Refused.class, ReceiptCheck.receipt(altered, receipt, logKey));
        }
    }

    private static Proof proof(byte[] receipt) throws Exception {
        var proofs = CoseSign1.parse(receipt).unprotectedLabels().get((long) Receipt.PROOFS);
        var in = new CborReader(proofs);
        in.mapOf(1).expect(Receipt.INCLUSION).arrayOf(1);
        return Proof.parse(in.bytes(4096));
    }

    @Test
    void receiptsOfTheDraftDecode() throws Exception {
        var receipt = CoseSign1.parse(Files.readAllBytes(Vectors.shared("cose-receipts-draft/inclusion-receipt.cbor")));
        assertEquals(1, receipt.protectedInteger(SealHeader.TREE_TYPE).orElseThrow());
        var proof = proof(Files.readAllBytes(Vectors.shared("cose-receipts-draft/inclusion-receipt.cbor")));
        assertEquals(List.of(5L, 3L), List.of(proof.size(), proof.index()));
        assertEquals(3, proof.path().size());
        CoseSign1.parse(Files.readAllBytes(Vectors.shared("cose-receipts-draft/consistency-receipt.cbor")));
    }

    /// COSE_Sign1 messages of the working group. A message is to be accepted if it is tagged, says its algorithm in
    /// the protected header, and that is ES256 with P-256: the others are refused, or named as not supported.
    @TestFactory
    Stream<DynamicTest> messagesOfTheCoseGroup() throws IOException {
        var files = new ArrayList<Path>();
        for (var folder : List.of("sign1-tests", "ecdsa-examples", "RFC8152")) {
            try (var found = Files.list(Vectors.shared("cose-wg/" + folder))) {
                files.addAll(found.sorted().toList());
            }
        }
        return files.stream()
                .map(file -> DynamicTest.dynamicTest(
                        file.getFileName().toString(), () -> coseMessage(file, Vectors.json(file))));
    }

    private static void coseMessage(Path file, JsonNode vector) throws Exception {
        var input = vector.get("input");
        var sign = input.has("sign0") ? input.get("sign0") : null;
        var bytes = HexFormat.of().parseHex(vector.get("output").get("cbor").asText());
        if (sign == null) {
            // COSE_Sign, with several signers: another message.
            assertTrue(refuses(bytes), file.toString());
            return;
        }
        var external = sign.has("external")
                ? HexFormat.of().parseHex(sign.get("external").asText())
                : NOTHING;
        boolean fails = vector.path("fail").asBoolean() || input.has("failures");
        boolean ours = sign.get("key").get("crv").asText().equals("P-256")
                && sign.path("protected").path("alg").asText().equals("ES256")
                && bytes[0] == (byte) 0xd2;
        boolean accepted;
        try {
            var message = CoseSign1.parse(bytes);
            accepted = message.verify(NOTHING, external, ours ? jwk(sign.get("key")) : NOTHING)
                    instanceof ReceiptCheck.Accepted;
        } catch (CborMalformed e) {
            accepted = false;
        }
        assertEquals(ours && !fails, accepted, file.toString());
    }

    private static boolean refuses(byte[] message) {
        return !(ReceiptCheck.statement(message, NOTHING) instanceof ReceiptCheck.Accepted);
    }

    /// Signatures in DER through our own reader and the check for others' signatures; then ours, which also refuses
    /// the good ones with a high s.
    @Test
    void wycheproofP256() throws Exception {
        var vectors = Vectors.json(Vectors.shared("wycheproof/ecdsa_secp256r1_sha256_test.json"));
        int accepted = 0;
        int refused = 0;
        int highS = 0;
        for (var group : vectors.get("testGroups")) {
            var key = P256Key.of(Vectors.hex(group.get("publicKeyDer")));
            for (var test : group.get("tests")) {
                var message = Vectors.hex(test.get("msg"));
                var signature = P256Signature.ofDer(Vectors.hex(test.get("sig")));
                boolean holds = signature.isPresent() && key.verifiesWithAnyS(message, signature.get());
                var result = test.get("result").asText();
                if (!result.equals("acceptable")) {
                    assertEquals(result.equals("valid"), holds, "case " + test.get("tcId"));
                }
                boolean strict = signature.isPresent() && key.verifies(message, signature.get());
                if (strict) accepted++;
                else if (holds) highS++;
                else refused++;
                if (holds && !strict) {
                    assertTrue(key.verifies(message, signature.get().withLowS()), "case " + test.get("tcId"));
                }
                if (strict) assertEquals(signature.get(), signature.get().withLowS());
            }
        }
        System.out.println("wycheproof P-256: " + accepted + " accepted, " + highS + " good but with a high s, "
                + refused + " refused");
        assertTrue(accepted > 50 && highS > 20 && refused > 200);
    }

    @Test
    void signaturesKeepTheirValueInEachForm() {
        for (var hex :
                List.of("00".repeat(64), "ff".repeat(64), "01".repeat(64), "80" + "00".repeat(31) + "7f".repeat(32))) {
            var signature = P256Signature.ofRaw(HexFormat.of().parseHex(hex));
            assertEquals(hex, HexFormat.of().formatHex(signature.raw()));
            assertEquals(signature, P256Signature.ofDer(signature.der()).orElseThrow());
        }
    }

    @Test
    void noteOfTheStandard() throws Exception {
        var key = VerifierKey.parse(Files.readString(Vectors.shared("c2sp/signed-note-example.vkey"))
                        .strip())
                .orElseThrow();
        var bytes = Files.readAllBytes(Vectors.shared("c2sp/signed-note-example.note"));
        var note = SignedNote.parse(bytes).orElseThrow();
        assertTrue(key.verifies(note));
        assertArrayEquals(bytes, note.format().getBytes(StandardCharsets.UTF_8));
        for (int i = 0; i < bytes.length; i++) {
            var altered = bytes.clone();
            altered[i] ^= 1;
            var parsed = SignedNote.parse(altered);
            assertTrue(parsed.isEmpty() || !key.verifies(parsed.get()), "byte " + i);
        }
    }

    private static Stream<Path> folders(Path parent) throws IOException {
        var folders = new ArrayList<Path>();
        try (var found = Files.newDirectoryStream(parent, Files::isDirectory)) {
            found.forEach(folders::add);
        }
        assertTrue(folders.size() > 2, parent.toString());
        folders.sort(null);
        return folders.stream();
    }

    private static byte[] pem(Path file) throws IOException {
        var text = Files.readString(file).replaceAll("-----[A-Z ]+-----|\\s", "");
        return Base64.getDecoder().decode(text);
    }

    private static byte[] jwk(JsonNode key) {
        var spki = new ByteArrayOutputStream();
        spki.writeBytes(HexFormat.of().parseHex(P256_SPKI));
        for (var name : List.of("x", "y")) {
            spki.writeBytes(Base64.getUrlDecoder().decode(key.get(name).asText()));
        }
        return spki.toByteArray();
    }
}
