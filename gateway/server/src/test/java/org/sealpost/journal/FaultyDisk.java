package org.sealpost.journal;

import java.io.Closeable;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.FileAlreadyExistsException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.BiConsumer;

/// A disk in memory that is as unkind as real ones are: it forgets what was not forced, tears, reorders and spoils
/// what was being written, fails, and lies about it. All its choices come from seeds.
///
/// What reads show is the page cache; what survives [#powerCut] is the medium. [#kill] keeps the page cache, as the
/// end of a process does. Files opened before either cannot be used any more, and the lock is free again.
public final class FaultyDisk implements Disk {
    public static final int SECTOR_SIZE = 512;

    private final Map<String, Content> names = new TreeMap<>();
    private final Map<String, Content> durableNames = new TreeMap<>();
    private final List<NameChange> unforcedNames = new ArrayList<>();
    private long capacityBytes = 1L << 30;
    private long operationsLeft = Long.MAX_VALUE;
    private long operations;
    private int generation;
    private boolean locked;
    private boolean spoilsSectors;
    private ForceFault forceFault = ForceFault.NONE;
    private final Map<Call, Integer> failing = new EnumMap<>(Call.class);
    private long roomInWrites = Long.MAX_VALUE;
    private Random random = new Random(0);
    private Branches branches = Branches.NONE;
    private boolean keepsFreed;

    // Those without a name, too: until a restart somebody may have them open.
    private final List<Content> contents = new ArrayList<>();

    // Those that had no name any more at a restart: their blocks are free, and hold what they held.
    private final List<Content> freed = new ArrayList<>();

    /// What can be made to fail, once.
    public enum Call {
        CREATE,
        OPEN,
        READ,
        /// A part of it is written.
        WRITE,
        RENAME,
        LINK,
        DELETE,
        FORCE_DIRECTORY
    }

    /// Whoever wants to know what a power cut during an operation would have left, while the life goes on.
    public interface Branches {
        Branches NONE = new Branches() {
            @Override
            public boolean wants() {
                return false;
            }

            @Override
            public void take(FaultyDisk branch) {}
        };

        /// Asked before each write, force and change of names.
        boolean wants();

        /// @param branch a disk of its own, on which that operation was under way, a write in part; what is left
        ///     of it tells [FaultyDisk#powerCut]
        void take(FaultyDisk branch) throws IOException;
    }

    /// What the next force does.
    private enum ForceFault {
        NONE,
        FAILS,
        FAILS_AND_DROPS
    }

    /// The power went while an operation was under way.
    public static final class PowerCut extends IOException {
        private static final long serialVersionUID = 1;

        PowerCut() {
            super("the power is gone");
        }
    }

    // Neighbouring seeds make `Random` begin alike, so they are spread first.
    private static Random random(long seed) {
        return new Random(seed * 0x9e37_79b9_7f4a_7c15L);
    }

    private record NameChange(String from, String to, Content content) {}

    private static final class Content {
        private byte[] cache;
        private byte[] medium;
        // All that was written to a sector since it was last forced, in order.
        private final Map<Integer, List<byte[]>> unforced = new HashMap<>();

        boolean holds(byte[] wanted) {
            return contains(cache, wanted) || contains(medium, wanted);
        }

        private static boolean contains(byte[] bytes, byte[] wanted) {
            int last = bytes.length - wanted.length;
            for (int place = 0; place <= last; place++) {
                if (bytes[place] == wanted[0]
                        && Arrays.equals(bytes, place, place + wanted.length, wanted, 0, wanted.length)) {
                    return true;
                }
            }
            return false;
        }

        Content(int sizeBytes) {
            cache = new byte[sizeBytes];
            medium = new byte[sizeBytes];
        }

        Content(Content other) {
            cache = other.cache.clone();
            medium = other.medium.clone();
            other.unforced.forEach((sector, versions) -> unforced.put(sector, new ArrayList<>(versions)));
        }

        void write(long offset, byte[] bytes) {
            int end = (int) offset + bytes.length;
            if (end > cache.length) {
                cache = Arrays.copyOf(cache, end);
                medium = Arrays.copyOf(medium, end);
            }
            System.arraycopy(bytes, 0, cache, (int) offset, bytes.length);
            for (int sector = (int) offset / SECTOR_SIZE; sector * SECTOR_SIZE < end; sector++) {
                int from = sector * SECTOR_SIZE;
                byte[] version = Arrays.copyOfRange(cache, from, Math.min(from + SECTOR_SIZE, cache.length));
                unforced.computeIfAbsent(sector, any -> new ArrayList<>()).add(version);
            }
        }

        void force() {
            unforced.keySet().forEach(sector -> copySector(sector, cache, medium));
            unforced.clear();
        }

        /// Some of what was not forced reaches the medium, some not, some in part.
        void persistSome(Random random, boolean spoils) {
            List<Integer> sectors = new ArrayList<>(unforced.keySet());
            sectors.sort(null);
            for (int sector : sectors) {
                List<byte[]> versions = unforced.get(sector);
                byte[] version = versions.get(random.nextInt(versions.size()));
                int from = sector * SECTOR_SIZE;
                int choice = random.nextInt(spoils ? 5 : 4);
                if (choice == 1 || choice == 2) {
                    System.arraycopy(version, 0, medium, from, version.length);
                } else if (choice == 3) {
                    System.arraycopy(version, 0, medium, from, random.nextInt(version.length + 1));
                } else if (choice == 4) {
                    byte[] garbage = new byte[version.length];
                    random.nextBytes(garbage);
                    System.arraycopy(garbage, 0, medium, from, garbage.length);
                }
            }
            unforced.clear();
        }

        void forgetCache() {
            unforced.clear();
            cache = medium.clone();
        }

        private static void copySector(int sector, byte[] from, byte[] to) {
            int start = sector * SECTOR_SIZE;
            System.arraycopy(from, start, to, start, Math.min(SECTOR_SIZE, from.length - start));
        }
    }

    // --- what a test does to it

    /// The machine loses its power: of what was not forced, any part in any order is there afterwards.
    public synchronized void powerCut(long seed) {
        Random choices = random(seed);
        for (NameChange change : unforcedNames) {
            if (choices.nextBoolean()) {
                apply(change, durableNames);
            }
        }
        unforcedNames.clear();
        names.clear();
        names.putAll(durableNames);
        for (Content content : names.values()) {
            content.persistSome(choices, spoilsSectors);
            content.forgetCache();
        }
        restart();
    }

    /// The process ends; the page cache stays.
    public synchronized void kill() {
        restart();
    }

    private void restart() {
        if (keepsFreed) {
            Set<Content> named = Collections.newSetFromMap(new IdentityHashMap<>());
            named.addAll(names.values());
            contents.stream().filter(content -> !named.contains(content)).forEach(freed::add);
        }
        generation++;
        locked = false;
        operationsLeft = Long.MAX_VALUE;
        forceFault = ForceFault.NONE;
        failing.clear();
        roomInWrites = Long.MAX_VALUE;
        contents.clear();
        contents.addAll(names.values());
    }

    /// The page cache is given up: from now on reads show what is on the medium, and what was not forced is gone.
    public synchronized void evictCache() {
        names.values().forEach(Content::forgetCache);
    }

    /// Power cuts may also leave garbage in a sector that was being written, whatever it held before.
    public synchronized void spoilSectors() {
        spoilsSectors = true;
    }

    /// The power goes during the operation that follows `count` more; then only [#powerCut] helps.
    public synchronized void cutPowerAfter(long count, long seed) {
        operationsLeft = count;
        random = random(seed);
    }

    /// From now on [#whereIs] also finds what lies in blocks that are free since a restart.
    public synchronized void keepFreedBlocks() {
        keepsFreed = true;
    }

    /// Whether the power went during an operation, and has not come back.
    public synchronized boolean isWithoutPower() {
        return operationsLeft < 0;
    }

    public synchronized void branch(Branches to) {
        branches = to;
    }

    /// Writes, forces and changes of names so far.
    public synchronized long operations() {
        return operations;
    }

    /// The next force fails and leaves everything as it is.
    public synchronized void failNextForce() {
        forceFault = ForceFault.FAILS;
    }

    /// The next force fails, and of what was to be written only some is; reads go on to show it, and the force
    /// after that reports success.
    public synchronized void failNextForceAndDropPages(long seed) {
        forceFault = ForceFault.FAILS_AND_DROPS;
        random = random(seed);
    }

    /// The call of this kind that follows `count` more fails and, but for a write, changes nothing; those
    /// behind it succeed.
    public synchronized void failAfter(Call call, int count) {
        failing.put(call, count);
    }

    /// Writes take so many bytes more, and the one that finds no room is done in part: as on file systems that
    /// need room also where a file has its size already.
    public synchronized void fullAfter(long bytes) {
        roomInWrites = bytes;
    }

    /// The files that hold these bytes, in the page cache or on the medium; `(no name)` stands for those that
    /// were deleted or replaced since the last restart, `(free blocks)` for [#keepFreedBlocks].
    public synchronized Set<String> whereIs(byte[] wanted) {
        Set<String> found = new TreeSet<>();
        for (Content content : contents) {
            if (content.holds(wanted)) {
                found.add(nameOf(content));
            }
        }
        if (freeBlocksHold(wanted)) {
            found.add("(free blocks)");
        }
        return found;
    }

    /// Whether these bytes lie in blocks that are free since a restart, where that is kept.
    public synchronized boolean freeBlocksHold(byte[] wanted) {
        return freed.stream().anyMatch(content -> Content.contains(content.medium, wanted));
    }

    /// Shows the bytes of every file, those of the page cache and those of the medium, in the same order for the
    /// same disk; `(no name)` as in [#whereIs]. The bytes are not to be written to.
    public synchronized void look(BiConsumer<String, byte[]> visitor) {
        for (Content content : contents) {
            String name = nameOf(content);
            visitor.accept(name, content.cache);
            if (!Arrays.equals(content.cache, content.medium)) {
                visitor.accept(name, content.medium);
            }
        }
    }

    private String nameOf(Content content) {
        for (Map<String, Content> known : List.of(names, durableNames)) {
            for (Map.Entry<String, Content> entry : known.entrySet()) {
                if (entry.getValue() == content) {
                    return entry.getKey();
                }
            }
        }
        return "(no name)";
    }

    public synchronized void capacity(long bytes) {
        capacityBytes = bytes;
    }

    /// An independent copy, not locked, with the same page cache and the same unforced changes.
    public synchronized FaultyDisk copy() {
        return copy(new IdentityHashMap<>());
    }

    private FaultyDisk copy(Map<Content, Content> copies) {
        FaultyDisk copy = new FaultyDisk();
        names.forEach((name, content) -> copy.names.put(name, copies.computeIfAbsent(content, Content::new)));
        durableNames.forEach(
                (name, content) -> copy.durableNames.put(name, copies.computeIfAbsent(content, Content::new)));
        for (NameChange change : unforcedNames) {
            copy.unforcedNames.add(
                    new NameChange(change.from, change.to, copies.computeIfAbsent(change.content, Content::new)));
        }
        copy.contents.addAll(copies.values());
        copy.capacityBytes = capacityBytes;
        copy.spoilsSectors = spoilsSectors;
        copy.keepsFreed = keepsFreed;
        return copy;
    }

    public synchronized byte[] contents(String name) throws IOException {
        return content(name).cache.clone();
    }

    /// Changes bytes on the medium and in the page cache, as rot or a vandal does.
    public synchronized void overwrite(String name, long offset, byte... bytes) throws IOException {
        Content content = content(name);
        System.arraycopy(bytes, 0, content.cache, (int) offset, bytes.length);
        System.arraycopy(bytes, 0, content.medium, (int) offset, bytes.length);
    }

    public synchronized void flipBit(String name, long offset, int bit) throws IOException {
        overwrite(name, offset, (byte) (content(name).cache[(int) offset] ^ 1 << bit));
    }

    public synchronized void truncate(String name, int sizeBytes) throws IOException {
        Content content = content(name);
        content.cache = Arrays.copyOf(content.cache, sizeBytes);
        content.medium = Arrays.copyOf(content.medium, sizeBytes);
        content.unforced.clear();
    }

    // --- what the journal sees

    @Override
    public synchronized List<String> list() {
        return List.copyOf(names.keySet());
    }

    @Override
    public synchronized DiskFile open(String name) throws IOException {
        failIfAsked(Call.OPEN, name);
        return new OpenFile(content(name), generation);
    }

    @Override
    public synchronized DiskFile create(String name, long sizeBytes) throws IOException {
        count();
        failIfAsked(Call.CREATE, name);
        if (usableBytes() < sizeBytes) {
            throw new DiskFull("no room for %d bytes, %d usable".formatted(sizeBytes, usableBytes()), null);
        }
        Content content = new Content((int) sizeBytes);
        contents.add(content);
        change(new NameChange("", name, content));
        return new OpenFile(content, generation);
    }

    @Override
    public synchronized void rename(String from, String to) throws IOException {
        Content content = content(from);
        count();
        failIfAsked(Call.RENAME, from);
        change(new NameChange(from, to, content));
    }

    @Override
    public synchronized void link(String name, String second) throws IOException {
        Content content = content(name);
        if (names.containsKey(second)) {
            throw new FileAlreadyExistsException(second);
        }
        count();
        failIfAsked(Call.LINK, name);
        change(new NameChange("", second, content));
    }

    @Override
    public synchronized void delete(String name) throws IOException {
        Content content = content(name);
        count();
        failIfAsked(Call.DELETE, name);
        change(new NameChange(name, "", content));
    }

    private void change(NameChange change) {
        apply(change, names);
        unforcedNames.add(change);
    }

    private static void apply(NameChange change, Map<String, Content> names) {
        if (names.get(change.from) == change.content) {
            names.remove(change.from);
        }
        if (!change.to.isEmpty()) {
            names.put(change.to, change.content);
        }
    }

    @Override
    public synchronized void forceDirectory() throws IOException {
        count();
        failIfAsked(Call.FORCE_DIRECTORY, "the directory");
        durableNames.clear();
        durableNames.putAll(names);
        unforcedNames.clear();
    }

    @Override
    public synchronized Closeable lock() throws IOException {
        if (locked) {
            throw new IOException("the disk is in use by another journal");
        }
        locked = true;
        int mine = generation;
        return () -> {
            synchronized (this) {
                if (generation == mine) {
                    locked = false;
                }
            }
        };
    }

    @Override
    public synchronized long usableBytes() {
        return capacityBytes
                - names.values().stream()
                        .distinct()
                        .mapToLong(content -> content.cache.length)
                        .sum();
    }

    @Override
    public void inBackground(Runnable task) {
        task.run();
    }

    private Content content(String name) throws IOException {
        Content content = names.get(name);
        if (content == null) {
            throw new FileNotFoundException(name);
        }
        return content;
    }

    private boolean isAsked(Call call) {
        Integer left = failing.remove(call);
        if (left == null || left == 0) {
            return left != null;
        }
        failing.put(call, left - 1);
        return false;
    }

    private void failIfAsked(Call call, String what) throws IOException {
        if (isAsked(call)) {
            throw new IOException("%s of %s failed".formatted(call, what));
        }
    }

    private void count() throws IOException {
        countDown();
        if (branches.wants()) {
            branches.take(copy());
        }
    }

    private void countWrite(Content content, long offset, byte[] bytes) throws IOException {
        countDown();
        if (branches.wants()) {
            Map<Content, Content> copies = new IdentityHashMap<>();
            FaultyDisk branch = copy(copies);
            Content written = copies.get(content);
            // Else it has lost its name, and nobody finds it after a power cut.
            if (written != null) {
                written.write(offset, Arrays.copyOf(bytes, random.nextInt(bytes.length + 1)));
            }
            branches.take(branch);
        }
    }

    private void countDown() throws PowerCut {
        operations++;
        if (operationsLeft <= 0) {
            operationsLeft = -1;
            throw new PowerCut();
        }
        operationsLeft--;
    }

    private final class OpenFile implements DiskFile {
        private final Content content;
        private final int openedIn;
        private boolean closed;

        OpenFile(Content content, int openedIn) {
            this.content = content;
            this.openedIn = openedIn;
        }

        private void check() throws IOException {
            if (closed || openedIn != generation) {
                throw new IOException("the file is closed");
            }
        }

        @Override
        public int read(long offset, ByteBuffer target) throws IOException {
            synchronized (FaultyDisk.this) {
                check();
                if (isAsked(Call.READ)) {
                    throw new IOException("READ of %s failed".formatted(nameOf(content)));
                }
                int length = (int) Math.clamp(content.cache.length - offset, 0, target.remaining());
                if (length > 0) {
                    target.put(content.cache, (int) offset, length);
                }
                return length;
            }
        }

        @Override
        public void write(long offset, ByteBuffer... sources) throws IOException {
            synchronized (FaultyDisk.this) {
                check();
                int length = 0;
                for (ByteBuffer source : sources) {
                    length += source.remaining();
                }
                ByteBuffer all = ByteBuffer.allocate(length);
                for (ByteBuffer source : sources) {
                    all.put(source);
                }
                boolean alive = operationsLeft >= 0;
                try {
                    countWrite(content, offset, all.array());
                } catch (PowerCut cut) {
                    if (alive) {
                        content.write(offset, Arrays.copyOf(all.array(), random.nextInt(length + 1)));
                    }
                    throw cut;
                }
                if (isAsked(Call.WRITE)) {
                    content.write(offset, Arrays.copyOf(all.array(), random.nextInt(length + 1)));
                    throw new IOException("WRITE of %s failed".formatted(nameOf(content)));
                }
                if (length > roomInWrites) {
                    content.write(offset, Arrays.copyOf(all.array(), (int) roomInWrites));
                    roomInWrites = 0;
                    throw new IOException("No space left on device");
                }
                roomInWrites -= length;
                content.write(offset, all.array());
            }
        }

        @Override
        public void force() throws IOException {
            synchronized (FaultyDisk.this) {
                check();
                count();
                ForceFault fault = forceFault;
                forceFault = ForceFault.NONE;
                switch (fault) {
                    case NONE -> content.force();
                    case FAILS -> throw new IOException("force failed");
                    case FAILS_AND_DROPS -> {
                        content.persistSome(random, false);
                        throw new IOException("force failed");
                    }
                }
            }
        }

        @Override
        public long size() {
            synchronized (FaultyDisk.this) {
                return content.cache.length;
            }
        }

        @Override
        public void close() {
            closed = true;
        }
    }
}
