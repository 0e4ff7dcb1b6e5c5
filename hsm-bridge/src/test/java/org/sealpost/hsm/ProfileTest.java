package org.sealpost.hsm;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;
import org.junit.jupiter.params.provider.MethodSource;

class ProfileTest {
    private static final String LEAST = "name = x\nstatus = tested\n";

    @TempDir
    Path folder;

    static final List<String> SHIPPED = Profiles.SHIPPED;

    @ParameterizedTest
    @FieldSource("SHIPPED")
    void eachThatIsShippedCanBeReadAndSignsECDSA(String name) {
        Profile profile = Profiles.named(name);
        assertFalse(profile.name().isBlank());
        var standard = Profiles.STANDARD.mechanism(KeyKind.P256).orElseThrow();
        assertEquals(
                name.equals("tass")
                        ? new Mechanism(0x3, 0x1040, 0x1041, Mechanism.Output.DER, Mechanism.Input.AS_IT_IS)
                        : standard,
                profile.mechanism(KeyKind.P256).orElseThrow());
        for (String manufacturer : profile.manufacturers()) {
            assertEquals(profile, Profiles.ofManufacturer(manufacturer));
        }
    }

    @Test
    void onlyWhatTestsRunWithIsCalledTested() {
        assertEquals(
                List.of("softhsm2", "tpm2-pkcs11", "nss", "opencryptoki", "kryoptic"),
                SHIPPED.stream()
                        .filter(name -> Profiles.named(name).status() == Profile.Status.TESTED)
                        .toList());
    }

    @Test
    void whatIsNotSaidIsTheStandards() {
        Profile least = read("");
        assertEquals(
                new Mechanism(0x3, 0x1040, 0x1041, Mechanism.Output.RAW, Mechanism.Input.AS_IT_IS),
                least.mechanism(KeyKind.P384).orElseThrow());
        assertEquals(
                new Mechanism(0x4A, 0x1C, 0x1D, Mechanism.Output.RAW, Mechanism.Input.AS_IT_IS),
                least.mechanism(KeyKind.ML_DSA_87).orElseThrow());
        assertEquals(Optional.empty(), least.mechanism(KeyKind.SM2));
        assertEquals(new Profile.Initialisation(Profile.Locking.OS, Optional.empty(), false), least.initialisation());
        assertEquals(new Profile.Answers(false, false, false, false, true, false), least.answers());
        assertArrayEquals(KeyKind.SM2.parameters(), least.keys().parameters(KeyKind.SM2));
        assertEquals(Set.of(), least.unmade());
    }

    @Test
    void eachPropertyIsRead() {
        Profile all = read("""
                manufacturer = Some One | Another
                makes-no = SECP256K1 | P384
                ecdsa.output = der
                ed25519.key-type = 0x80000012
                ed25519.signature = 0x80000C03
                rsa-pkcs1.input = digest-info
                rsa-pss.signature = none
                ml-dsa.key-type = none
                ml-dsa.generation = none
                ml-dsa.signature = none
                sm2.key-type = 0x80000004
                sm2.generation = 0x80008001
                sm2.signature = 0xFFFFFFFF
                sm2.input = z-message
                sm2.output = der
                sm2.public-key-parameters = 0500
                ed25519.public-key-parameters = 130c656477617264733235353139
                ec.point = plain
                initialize.locking = none
                initialize.reserved = configdir='sql:/x'
                officer-pin = given
                loses-its-device = true
                store-needs-its-chip = true
                unlocks-by-itself = true
                blames-the-pin = true
                told-pin-is-set = false
                mixes-up-handles = true
                """);
        assertEquals(List.of("Some One", "Another"), all.manufacturers());
        assertEquals(Set.of(KeyKind.SECP256K1, KeyKind.P384), all.unmade());
        assertEquals(
                Mechanism.Output.DER, all.mechanism(KeyKind.P256).orElseThrow().output());
        assertEquals(
                new Mechanism(0x80000012L, 0x1055, 0x80000C03L, Mechanism.Output.RAW, Mechanism.Input.AS_IT_IS),
                all.mechanism(KeyKind.ED25519).orElseThrow());
        assertEquals(Optional.empty(), all.mechanism(KeyKind.RSA_2048_PSS));
        assertTrue(all.mechanism(KeyKind.RSA_2048_PKCS1).isPresent());
        assertEquals(Optional.empty(), all.mechanism(KeyKind.ML_DSA_44));
        assertEquals(
                new Mechanism(0x80000004L, 0x80008001L, 0xFFFFFFFFL, Mechanism.Output.DER, Mechanism.Input.Z_MESSAGE),
                all.mechanism(KeyKind.SM2).orElseThrow());
        assertArrayEquals(new byte[] {5, 0}, all.keys().parameters(KeyKind.SM2));
        assertEquals(
                "\23\fedwards25519", new String(all.keys().parameters(KeyKind.ED25519), StandardCharsets.US_ASCII));
        assertArrayEquals(KeyKind.ED25519.parameters(), Profiles.STANDARD.keys().parameters(KeyKind.ED25519));
        assertArrayEquals(KeyKind.P256.parameters(), all.keys().parameters(KeyKind.P256));
        assertEquals(Profile.Point.PLAIN, all.keys().point());
        assertEquals(
                new Profile.Initialisation(Profile.Locking.NONE, Optional.of("configdir='sql:/x'"), true),
                all.initialisation());
        assertEquals(new Profile.Answers(true, true, true, true, false, true), all.answers());
    }

    /// A line of a profile, and what the refusal says of it.
    record Mistake(String line, List<String> told) {}

    private static Mistake mistake(String line, String... told) {
        return new Mistake(line, List.of(told));
    }

    static List<Mistake> mistakes() {
        return List.of(
                mistake("ecdsa.key-typ = 0x3", "ecdsa.key-typ: is no property", "ecdsa.key-type"),
                mistake("sm3.input = e", "the nearest that is one: sm2.input"),
                mistake("ecdsa.signature = 4161", "\"4161\" is no number", "0x"),
                mistake("ecdsa.signature = 0x123456789", "is no number"),
                mistake("ecdsa.signature = 0x", "is no number"),
                mistake("ecdsa.signature = -0x1", "is no number"),
                mistake("ecdsa.output = asn1", "is not one of der, raw"),
                mistake("ed25519.output = der", "only ecdsa and sm2"),
                mistake("rsa-pkcs1.input = hash", "is not one of digest-info"),
                mistake("sm2.input = E", "is not one of e, message, z-message"),
                mistake("sm2.signature = 0x1", "are needed together"),
                mistake("ecdsa.key-type = none", "are needed together", "signature = none"),
                mistake("sm2.public-key-parameters = xyz", "is not hexadecimal"),
                mistake("ed25519.public-key-parameters = 1", "is not hexadecimal"),
                mistake("ec.point = both", "either, octet-string, plain"),
                mistake("loses-its-device = yes", "is not one of false, true"),
                mistake("makes-no = P256 | P257", "makes-no: \"P257\" is no kind of key", "SECP256K1"),
                mistake("name = again", "name: stands there twice"),
                mistake("x = \\uZZZZ", "Malformed"));
    }

    @ParameterizedTest
    @MethodSource("mistakes")
    void aMistakeIsToldInOneSentence(Mistake mistake) {
        var refused = assertThrows(IllegalArgumentException.class, () -> read(mistake.line()));
        String message = String.valueOf(refused.getMessage());
        assertTrue(message.startsWith("profile mine.properties: "), message);
        assertEquals(1, message.lines().count(), message);
        for (String told : mistake.told()) {
            assertTrue(message.contains(told), message);
        }
    }

    @Test
    void nameAndStatusAreNeeded() {
        assertThrows(IllegalArgumentException.class, () -> ProfileFile.read("x", "name = x"));
        assertThrows(IllegalArgumentException.class, () -> ProfileFile.read("x", "status = tested"));
        assertThrows(IllegalArgumentException.class, () -> ProfileFile.read("x", "status = tested\nname ="));
        assertThrows(IllegalArgumentException.class, () -> ProfileFile.read("x", LEAST + "#".repeat(65_536)));
    }

    @Test
    void theLongestBeginningOfAManufacturerCounts() {
        assertEquals(Profiles.STANDARD, Profiles.ofManufacturer("Nobody"));
        assertEquals(Profiles.STANDARD, Profiles.ofManufacturer(""));
        assertEquals("SoftHSM", Profiles.ofManufacturer("SoftHSM").name());
        assertEquals("openCryptoki", Profiles.ofManufacturer("IBM Corp.").name());
    }

    @Test
    void aUsersOwnFileIsReadAndAnotherNameRefused() throws Exception {
        Path mine = folder.resolve("mine.properties");
        Files.writeString(mine, LEAST + "ecdsa.signature = 0x80000001\n");
        assertEquals(
                0x80000001L,
                Profiles.named(mine.toString())
                        .mechanism(KeyKind.P256)
                        .orElseThrow()
                        .signature());
        assertEquals(Optional.empty(), Profiles.chosen(Optional.empty()));
        refused("nobody", "there is no profile \"nobody\"; there are softhsm2, ");
        refused(folder.resolve("absent.properties").toString(), "cannot be read");
        Files.write(mine, new byte[] {(byte) 0xff, (byte) 0xfe});
        refused(mine.toString(), "is not text");
        Files.write(mine, "#".repeat(70_000).getBytes(StandardCharsets.US_ASCII));
        refused(mine.toString(), "is larger than");
    }

    private static void refused(String nameOrPath, String why) {
        var refused = assertThrows(IllegalArgumentException.class, () -> Profiles.named(nameOrPath));
        assertTrue(String.valueOf(refused.getMessage()).contains(why), refused.getMessage());
    }

    /// Whatever form a module makes them in, there are keys whose maker used another.
    @Test
    void ed25519IsKnownByEachOfItsNames() {
        for (Profile profile : List.of(Profiles.STANDARD, Profiles.named("yubihsm2"))) {
            for (String form : List.of(
                    "06032b6570",
                    "06092b06010401da470f01",
                    "130c656477617264733235353139",
                    "0c07" + HexFormat.of().formatHex("Ed25519".getBytes(StandardCharsets.US_ASCII)))) {
                byte[] parameters = HexFormat.of().parseHex(form);
                assertTrue(KeyCheck.isCurveOf(profile, KeyKind.ED25519, parameters), form);
                assertFalse(KeyCheck.isCurveOf(profile, KeyKind.P256, parameters), form);
            }
        }
    }

    @Test
    void theFormOfAPointIsKeptTo() {
        byte[] point = HexFormat.of().parseHex("04" + "11".repeat(64));
        byte[] wrapped = HexFormat.of().parseHex("044104" + "11".repeat(64));
        for (Profile.Point form : Profile.Point.values()) {
            assertEquals(
                    form != Profile.Point.OCTET_STRING,
                    PublicKeys.spkiFromEcPoint(KeyKind.P256, form, point).isPresent());
            assertEquals(
                    form != Profile.Point.PLAIN,
                    PublicKeys.spkiFromEcPoint(KeyKind.P256, form, wrapped).isPresent());
        }
    }

    private static Profile read(String more) {
        return ProfileFile.read("mine.properties", LEAST + more);
    }
}
