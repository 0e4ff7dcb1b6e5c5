package org.sealpost.ota.tuf;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SignedTest {
    private static final Instant EXPIRES = Instant.parse("2030-01-01T00:00:00Z");

    private static final Signer ONE = Signer.make("Ed25519");
    private static final Signer TWO = Signer.make("EC");
    private static final Signer THREE = Signer.make("RSA");

    @Test
    void whatIsWrittenIsReadAgain() throws Exception {
        var root = root(2, ONE, TWO, THREE);
        assertEquals(root, reread(Root.class, root).metadata());

        var timestamp = new Timestamp(7, EXPIRES, FileVersion.of(3, new byte[] {1, 2}));
        assertEquals(timestamp, reread(Timestamp.class, timestamp).metadata());

        var snapshot = new Snapshot(
                3, EXPIRES, Map.of("targets.json", new FileVersion(9, Optional.empty(), Optional.empty())));
        assertEquals(snapshot, reread(Snapshot.class, snapshot).metadata());

        var custom = StrictJson.object().put("for", "the page");
        var target = new Target("a/b.json", 3, Hashes.sha256(new byte[3]), Optional.of(custom));
        var targets = new Targets(9, EXPIRES, Map.of("a/b.json", target));
        assertEquals(targets, reread(Targets.class, targets).metadata());
    }

    @Test
    void signaturesOfEveryKindOfKeyCountOnceEach() throws Exception {
        var root = root(3, ONE, TWO, THREE);
        var signed = Signed.draft(root).signedBy(ONE).signedBy(TWO).signedBy(ONE);
        assertEquals(2, root.signers(Role.ROOT, signed));
        assertFalse(root.accepts(Role.ROOT, signed));
        assertTrue(root.accepts(
                Role.ROOT, Signed.parse(Root.class, signed.signedBy(THREE).toBytes())));
    }

    @Test
    void aKeyThatIsNotOfTheRoleDoesNotCount() throws Exception {
        var signed = Signed.draft(root(1, ONE)).signedBy(TWO);
        assertEquals(0, root(1, ONE).signers(Role.ROOT, signed));
    }

    @Test
    void aSignatureHoldsForUnknownMembersToo() throws Exception {
        var root = root(1, ONE);
        var plain = new String(Signed.draft(root).signedBy(ONE).toBytes(), StandardCharsets.UTF_8);
        var added = plain.replace("\"_type\" :", "\"later\" : \"member\", \"_type\" :");
        assertEquals(0, root.signers(Role.ROOT, parse(added)));
        // Signed as it stands, it is good, and it stays in the file.
        var signed = parse(added).signedBy(ONE);
        assertEquals(1, root.signers(Role.ROOT, signed));
        assertTrue(new String(signed.toBytes(), StandardCharsets.UTF_8).contains("later"));
        assertEquals(1, root.signers(Role.ROOT, Signed.parse(Root.class, signed.toBytes())));
    }

    @Test
    void oneKeyUnderTwoIdsCountsOnce() throws Exception {
        var twin = ONE.key().json().put("comment", "another id");
        var keys = new LinkedHashMap<String, TufKey>();
        var other = TufKey.read(new Fields("key", twin));
        keys.put(ONE.key().id(), ONE.key());
        keys.put(other.id(), other);
        var root = new Root(1, EXPIRES, true, keys, roles(new RoleKeys(List.copyOf(keys.keySet()), 2)));
        var signed = Signed.draft(root).signedBy(ONE).signedBy(ONE.as(other));
        assertEquals(2, signed.signatures().size());
        assertEquals(1, root.signers(Role.ROOT, signed));
    }

    @Test
    void aKeyUnderAnIdThatIsNotItsOwnDoesNotCount() throws Exception {
        var wrongId = TWO.key().id();
        var root = new Root(1, EXPIRES, true, Map.of(wrongId, ONE.key()), roles(new RoleKeys(List.of(wrongId), 1)));
        var text = new String(Signed.draft(root).signedBy(ONE).toBytes(), StandardCharsets.UTF_8);
        assertEquals(0, root.signers(Role.ROOT, parse(text.replace(ONE.key().id(), wrongId))));
    }

    @Test
    void aKeyOfAnUnknownTypeIsKeptButDoesNotCount() throws Exception {
        var json = ONE.key().json().put("scheme", "of-tomorrow");
        var strange = TufKey.read(new Fields("key", json));
        var keys = Map.of(strange.id(), strange, TWO.key().id(), TWO.key());
        var root = new Root(1, EXPIRES, true, keys, roles(new RoleKeys(List.copyOf(keys.keySet()), 1)));
        var signed = Signed.draft(root).signedBy(ONE.as(strange));
        assertEquals(0, root.signers(Role.ROOT, signed));
        assertEquals(1, root.signers(Role.ROOT, signed.signedBy(TWO)));
        assertEquals(root, Signed.parse(Root.class, signed.toBytes()).metadata());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "zz", "abc", "00", "30060201010201ff"})
    void anUnusableSignatureDoesNotSpoilTheOthers(String hex) throws Exception {
        var root = root(1, ONE, TWO);
        var signed = Signed.draft(root).signedBy(ONE).signedBy(TWO);
        var spoilt = new String(signed.toBytes(), StandardCharsets.UTF_8)
                .replace(signed.signatures().getLast().hex(), hex);
        assertEquals(1, root.signers(Role.ROOT, parse(spoilt)));
    }

    @Test
    void anyChangedByteOfWhatIsSignedIsNoticed() throws Exception {
        var timestamp = new Timestamp(7, EXPIRES, FileVersion.of(3, new byte[] {1, 2}));
        var signed = Signed.draft(timestamp).signedBy(ONE);
        var root = root(1, ONE);
        byte[] file = signed.toBytes();
        for (int i = 0; i < file.length; i++) {
            byte[] changed = file.clone();
            changed[i] ^= 1;
            try {
                var read = Signed.parse(Timestamp.class, changed);
                // White space and the hex digits' case are the only freedom.
                if (root.accepts(Role.TIMESTAMP, read)) assertEquals(timestamp, read.metadata());
            } catch (Malformed refused) {
                assertFalse(refused.getMessage().isEmpty());
            }
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "[]",
                "{",
                "{\"signatures\":[],\"signed\":{}}",
                "{\"signatures\":{},\"signed\":{}}",
                "{\"signed\":{},\"signed\":{},\"signatures\":[]}",
                "{\"signatures\":[],\"signed\":{}} x",
                "{\"signatures\":[],\"signed\":{\"_type\":\"timestamp\",\"spec_version\":\"2.0.0\"}}",
                "{\"signatures\":[],\"signed\":{\"_type\":\"snapshot\",\"spec_version\":\"1.0.0\"}}",
            })
    void whatIsNoTimestampIsRefused(String text) {
        assertThrows(Malformed.class, () -> Signed.parse(Timestamp.class, text.getBytes(StandardCharsets.UTF_8)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"version\" : 7|\"version\" : 0",
                "\"version\" : 7|\"version\" : -1",
                "\"version\" : 7|\"version\" : 7.0",
                "\"version\" : 7|\"version\" : \"7\"",
                "\"version\" : 7|\"version\" : true",
                "\"version\" : 7|\"version\" : 9007199254740992",
                "\"version\" : 7|\"version\" : 99999999999999999999999999",
                "\"version\" : 7|\"version\" : 7, \"version\" : 8",
                "\"version\" : 7|\"version\" : 7, \"later\" : 1.5",
                "\"version\" : 7|\"version\" : 7, \"later\" : \"\\ud800\"",
                "2030-01-01T00:00:00Z|2030-01-01T00:00:00+00:00",
                "2030-01-01T00:00:00Z|2030-02-30T00:00:00Z",
                "2030-01-01T00:00:00Z|2030-01-01T00:00:00.5Z",
                "snapshot.json|other.json",
                "\"sha256\" :|\"sha256\" : [], \"sha512\" :",
            })
    void everyMemberHasItsTypeAndItsBound(String change) {
        var timestamp = new Timestamp(7, EXPIRES, FileVersion.of(3, new byte[] {1, 2}));
        var text = new String(Signed.draft(timestamp).toBytes(), StandardCharsets.UTF_8);
        var parts = change.split("\\|");
        assertTrue(text.contains(parts[0]), text);
        var changed = text.replace(parts[0], parts[1]).getBytes(StandardCharsets.UTF_8);
        assertThrows(Malformed.class, () -> Signed.parse(Timestamp.class, changed));
    }

    @Test
    void nestingAndSizeHaveBounds() {
        var deep = "{\"signatures\":[],\"signed\":" + "[".repeat(100) + "]".repeat(100) + "}";
        assertThrows(Malformed.class, () -> Signed.parse(Root.class, deep.getBytes(StandardCharsets.UTF_8)));
        assertThrows(Malformed.class, () -> Signed.parse(Root.class, new byte[StrictJson.MAX_BYTES + 1]));
        assertThrows(Malformed.class, () -> Signed.parse(Root.class, new byte[] {'{', (byte) 0xff, '}'}));
    }

    @Test
    void anIdenticalFileIsWrittenEachTime() throws Exception {
        var root = root(1, ONE, TWO);
        assertArrayEquals(Signed.draft(root).toBytes(), Signed.draft(root).toBytes());
    }

    private static Signed<Root> parse(String text) throws Malformed {
        return Signed.parse(Root.class, text.getBytes(StandardCharsets.UTF_8));
    }

    private <M extends Metadata> Signed<M> reread(Class<M> kind, M metadata) throws Exception {
        return Signed.parse(kind, Signed.draft(metadata).signedBy(ONE).toBytes());
    }

    private static Root root(int threshold, Signer... signers) {
        var keys = new LinkedHashMap<String, TufKey>();
        for (var signer : signers) keys.put(signer.key().id(), signer.key());
        return new Root(1, EXPIRES, true, keys, roles(new RoleKeys(List.copyOf(keys.keySet()), threshold)));
    }

    private static Map<Role, RoleKeys> roles(RoleKeys keys) {
        var roles = new EnumMap<Role, RoleKeys>(Role.class);
        for (var role : Role.values()) roles.put(role, keys);
        return roles;
    }

    /// A server's words must not reach a terminal as they are.
    @Test
    void controlCharactersOfAFileAreNotShown() {
        var file = "{\"signatures\":[],\"signed\":{\"_type\":\"\\u001b[2Jroot\\u202e\"}}";
        var malformed = assertThrows(Malformed.class, () -> Signed.parse(Root.class, file.getBytes()));
        assertEquals("is metadata of another kind: ?[2Jroot?", malformed.getMessage());
        var refused = new Refusal("a\nb", Rule.FORM, "c\u0007", "publish again").refused();
        assertEquals("a?b: c?; publish again.", refused.sentence());
    }

    @Test
    void aKeyOfAnUnknownTypeIsReadWhateverItHolds() throws Exception {
        for (String value : List.of("\"keyval\":{\"public\":[1,2]}", "\"keyval\":7", "\"more\":{}")) {
            var key = "{\"keytype\":\"tomorrow\",\"scheme\":\"tomorrow-1\"," + value + "}";
            assertEquals(
                    Optional.empty(),
                    TufKey.read(new Fields("key", StrictJson.object(key.getBytes())))
                            .usable());
        }
    }
}
