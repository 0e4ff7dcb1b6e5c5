package org.sealpost.ota.tuf;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.sealpost.ota.tuf.Publisher.NOW;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What the attacks of `TufAttacksIT` leave open: the store's faults, power cuts, and the bounds.
class TufClientTest {
    private final Publisher publisher = new Publisher();
    private final MemoryStore store = new MemoryStore();

    @Test
    void whatOurOwnWriterPublishesIsTrusted() throws Exception {
        publisher.target("a/b.json", new byte[] {1, 2, 3});
        publisher.publish();
        var trusted = trusted();
        assertEquals(2, trusted.targets().version());
        var target = trusted.targets().target("a/b.json").orElseThrow();
        assertInstanceOf(Download.Content.class, client().fetch(trusted, target, 3));
        assertEquals(Rule.SIZE, ((Refused) client().fetch(trusted, target, 2)).rule());
    }

    /// Whatever is damaged, a box goes on, says so, and still refuses what is older than what is left.
    @ParameterizedTest
    @EnumSource
    void aDamagedStoreIsSaidToBeAndGuardsAsFarAsKnown(Role damaged) throws Exception {
        publisher.publish();
        trusted();
        var old = publisher.copyOfFiles();
        publisher.publish();
        trusted();
        var newest = publisher.files.get("metadata/timestamp.json");
        for (byte[] damage : new byte[][] {{}, {'{'}, flipped(store.files.get(damaged))}) {
            var whole = store.files.put(damaged, damage);
            var found = trusted();
            assertTrue(
                    found.remarks().stream().anyMatch(remark -> remark.contains(damaged.file())),
                    found.remarks()::toString);
            assertEquals(3, found.timestamp().version());
            store.files.put(damaged, damage);
            publisher.files.put("metadata/timestamp.json", timestamp(2, old));
            var refused = refused();
            assertEquals(Rule.VERSION, refused.rule());
            // The timestamp is refused before the others are looked at.
            if (damaged == Role.ROOT || damaged == Role.TIMESTAMP) {
                assertTrue(refused.remarks().stream().anyMatch(remark -> remark.contains(damaged.file())));
            }
            publisher.files.put("metadata/timestamp.json", newest);
            store.files.put(damaged, whole);
        }
    }

    @Test
    void aNewerRootOfTheImageReplacesTheStoredOne() throws Exception {
        trusted();
        var olderImage = publisher.imageRoot();
        publisher.publishRoot(Role.ROOT, Role.TIMESTAMP);
        publisher.publish();
        var image = publisher.files.get("metadata/2.root.json");
        publisher.files.remove("metadata/2.root.json");
        var newer = new TufClient(publisher, store, image, MetadataLimits.STANDARD);
        assertEquals(
                2, assertInstanceOf(Trusted.class, newer.refresh(NOW)).root().version());
        // And an older image, after a fallback, does not bring back the old root.
        assertEquals(2, trusted().root().version());
        assertEquals(1, Signed.parse(Root.class, olderImage).metadata().version());
    }

    /// A release on trial was built with another repository's root: it falls back, and the old slot goes on.
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aRootOfTheImageThatTheRepositoryDoesNotKnowIsNotKept(boolean nothingIsStored) throws Exception {
        if (!nothingIsStored) trusted();
        var before = new EnumMap<>(store.files);
        var foreign = new Publisher();
        foreign.publishRoot(Role.ROOT);
        var image = foreign.files.get("metadata/2.root.json");
        var trial = new TufClient(publisher, store, image, MetadataLimits.STANDARD);
        assertEquals(
                Rule.SIGNATURE,
                assertInstanceOf(Refused.class, trial.refresh(NOW)).rule());
        assertEquals(before, store.files);
        publisher.publish();
        assertEquals(2, trusted().timestamp().version());
    }

    /// And it may be meant so: then what the old keys said is forgotten with the first timestamp of the new ones.
    @Test
    void aHigherRootOfTheImageLeadsToAnotherRepository() throws Exception {
        publisher.versions.put(Role.TIMESTAMP, 1_000L);
        publisher.publish();
        trusted();
        var next = new Publisher();
        next.publishRoot();
        next.publishRoot(Role.TIMESTAMP);
        next.publish();
        var image = next.files.get("metadata/2.root.json");
        var found = assertInstanceOf(
                Trusted.class, new TufClient(next, store, image, MetadataLimits.STANDARD).refresh(NOW));
        assertEquals(3, found.root().version());
        assertEquals(2, found.timestamp().version());
        assertEquals(
                3,
                Signed.parse(Root.class, store.files.get(Role.ROOT)).metadata().version());
    }

    @Test
    void aDamagedRootDoesNotForgetWhatTheNewestKeysSigned() throws Exception {
        publisher.publishRoot(Role.TIMESTAMP, Role.SNAPSHOT);
        publisher.publish();
        trusted();
        var old = publisher.copyOfFiles();
        publisher.publish();
        trusted();
        store.files.put(Role.ROOT, new byte[] {'{'});
        publisher.files.put("metadata/timestamp.json", timestamp(2, old));
        assertEquals(Rule.VERSION, refused().rule());
    }

    @Test
    void anImageWithoutAGoodRootIsRefused() throws Exception {
        var client = new TufClient(publisher, store, flipped(publisher.imageRoot()), MetadataLimits.STANDARD);
        assertInstanceOf(Refused.class, client.refresh(NOW));
        assertEquals(Map.of(), store.files);
    }

    @Test
    void soManyRootsAreTakenInOneRunAndTheRestInTheNext() throws Exception {
        for (int i = 0; i < 9; i++) publisher.publishRoot(Role.ROOT);
        var client = new TufClient(publisher, store, publisher.imageRoot(), new MetadataLimits(64 << 10, 512 << 10, 4));
        assertEquals(
                5, assertInstanceOf(Trusted.class, client.refresh(NOW)).root().version());
        assertEquals(
                9, assertInstanceOf(Trusted.class, client.refresh(NOW)).root().version());
        assertEquals(
                10, assertInstanceOf(Trusted.class, client.refresh(NOW)).root().version());
    }

    @Test
    void otherContentUnderTheSameTimestampVersionIsRemarkedOn() throws Exception {
        trusted();
        publisher.versions.put(Role.TIMESTAMP, 0L);
        publisher.publish();
        var found = trusted();
        assertEquals(1, found.snapshot().version());
        assertTrue(found.remarks().getFirst().contains("other content"), found.remarks()::toString);
    }

    /// Cuts the power before and after every write of the store, while the repository goes from one state to
    /// the next with all keys rotated. Whatever was written, the next run comes to the end, and none goes back.
    @Test
    void aPowerCutAtAnyWriteIsHarmless() throws Exception {
        trusted();
        var before = new EnumMap<>(store.files);
        for (int i = 0; i < 3; i++) {
            publisher.publishRoot(Role.values());
            publisher.publish();
        }
        int writes = 0;
        while (true) {
            store.files.clear();
            store.files.putAll(before);
            store.writesUntilTheCut = ++writes;
            try {
                trusted();
                break;
            } catch (PowerCut cut) {
                store.writesUntilTheCut = Integer.MAX_VALUE;
                var found = trusted();
                assertEquals(4, found.root().version());
                assertEquals(4, found.targets().version());
            }
        }
        assertTrue(writes > 10, "only " + writes + " writes");
    }

    /// Somebody had the keys and has let the versions run far ahead. Which key is replaced then, and whenever the
    /// power is cut: the box takes what is published after it.
    @ParameterizedTest
    @EnumSource(names = {"TIMESTAMP", "SNAPSHOT"})
    void aPowerCutWhileAFastForwardIsForgottenIsHarmless(Role rotated) throws Exception {
        var honest = new EnumMap<>(publisher.versions);
        publisher.versions.put(rotated, 1_000_000L);
        publisher.publish();
        trusted();
        var before = new EnumMap<>(store.files);
        publisher.versions.putAll(honest);
        publisher.publishRoot(rotated);
        // Only the version that somebody let run ahead falls.
        publisher.versions.put(rotated == Role.SNAPSHOT ? Role.TIMESTAMP : Role.SNAPSHOT, 10L);
        publisher.publish();
        long expected = publisher.versions.get(rotated);
        boolean isCut = true;
        for (int writes = 1; isCut; writes++) {
            store.files.clear();
            store.files.putAll(before);
            store.writesUntilTheCut = writes;
            try {
                trusted();
                isCut = false;
            } catch (PowerCut cut) {
                store.writesUntilTheCut = Integer.MAX_VALUE;
                var found = trusted();
                assertEquals(
                        expected,
                        (rotated == Role.SNAPSHOT ? found.snapshot() : found.timestamp()).version(),
                        "cut at write " + writes);
            }
        }
        store.writesUntilTheCut = Integer.MAX_VALUE;
    }

    @Test
    void aRepositoryThatCannotBeAskedIsNoRefusalAndChangesNothing() throws Exception {
        trusted();
        var before = new EnumMap<>(store.files);
        for (int failing = 1; failing <= 2; failing++) {
            var client =
                    new TufClient(new Flaky(publisher, failing), store, publisher.imageRoot(), MetadataLimits.STANDARD);
            assertThrows(Repository.Unreachable.class, () -> client.refresh(NOW));
            assertEquals(before, store.files);
        }
    }

    private TufClient client() {
        return new TufClient(publisher, store, publisher.imageRoot(), MetadataLimits.STANDARD);
    }

    private Trusted trusted() throws IOException {
        return assertInstanceOf(Trusted.class, client().refresh(NOW));
    }

    private Refused refused() throws IOException {
        return assertInstanceOf(Refused.class, client().refresh(NOW));
    }

    private static byte[] timestamp(long version, Map<String, byte[]> files) throws Malformed {
        var file = files.get("metadata/timestamp.json");
        assertEquals(version, Signed.parse(Timestamp.class, file).metadata().version());
        return file;
    }

    /// A digit of the first signature becomes another.
    private static byte[] flipped(byte[] file) {
        var text = new String(file);
        int digit = text.indexOf("\"sig\" : \"") + 12;
        var flipped = text.substring(0, digit) + (text.charAt(digit) == '0' ? '1' : '0') + text.substring(digit + 1);
        return flipped.getBytes();
    }

    private static final class PowerCut extends RuntimeException {
        private static final long serialVersionUID = 1;
    }

    private static final class MemoryStore implements TrustedStore {
        private final Map<Role, byte[]> files = new EnumMap<>(Role.class);
        private int writesUntilTheCut = Integer.MAX_VALUE;

        @Override
        public Optional<byte[]> load(Role role) {
            return Optional.ofNullable(files.get(role));
        }

        @Override
        public void replace(Role role, byte[] file) {
            write();
            files.put(role, file.clone());
        }

        @Override
        public void forget(Role role) {
            write();
            files.remove(role);
        }

        private void write() {
            if (--writesUntilTheCut == 0) throw new PowerCut();
        }
    }

    /// Fails at the nth fetch.
    private record Flaky(Repository repository, int failing, int[] count) implements Repository {
        Flaky(Repository repository, int failing) {
            this(repository, failing, new int[1]);
        }

        @Override
        public byte[] fetch(String path, int maxLength) throws IOException {
            if (++count[0] == failing) throw new Unreachable(path + ": no connection");
            return repository.fetch(path, maxLength);
        }

        @Override
        public void fetchInto(String path, Path part, long length, Progress progress) {
            throw new UnsupportedOperationException(Arrays.toString(count));
        }
    }
}
