package org.sealpost.anchor;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;
import org.sealpost.anchor.PublishingFolder.Part;
import org.sealpost.journal.Journal;
import org.sealpost.lodging.Publication;

/// What a relay of publications has on its disk: the entries of its journal, and beside them in its folder what
/// may have to be erased. What an entry asks for is durable before it, and is deleted once it is durable that
/// nothing does.
///
/// Belongs to the stepping thread, but for what is marked.
final class PublicationKeeping {
    /// A payload has 64 MiB at most (`max-payload`), and the rest is what it is wrapped in.
    private static final int LARGEST_CONTENT = 65 << 20;

    private final String relay;
    private final Journal journal;
    private final PublishingFolder folder;
    private final PublicationProgress progress;
    private final PublishableRecords records;
    private final PublicationFaults faults;

    // Files that are asked for no more and are not deleted yet; written by the stepping thread, read by any.
    private final ConcurrentSkipListMap<Long, Leftover> undeleted = new ConcurrentSkipListMap<>();

    // The number that content was written for which no entry names yet; 0 for none. Owned by the stepping thread.
    private long unnamed;

    // The first number of which it is not durable that there is one; written by the stepping thread, read by any.
    private volatile long unforcedFrom = Long.MAX_VALUE;

    private record Leftover(PublicationEntry.Made made, List<Part> parts) {}

    /// @param relay    as people know it
    /// @param progress the fold over the journal
    PublicationKeeping(
            String relay,
            Journal journal,
            PublishingFolder folder,
            PublicationProgress progress,
            PublishableRecords records,
            PublicationFaults faults) {
        this.relay = relay;
        this.journal = journal;
        this.folder = folder;
        this.progress = progress;
        this.records = records;
        this.faults = faults;
    }

    // --- entries

    /// As [PublicationWant.Surroundings#write].
    long write(PublicationEntry entry) throws IOException {
        long next = journal.size();
        byte[] leaf = entry.toBytes();
        EntryRefused.unless(relay, () -> progress.requireFollows(PublicationJournal.decode(leaf, next), next));
        long index = journal.append(leaf, new byte[0]);
        switch (entry) {
            case PublicationEntry.Made e -> {
                unnamed = 0;
                unforcedFrom = Math.min(unforcedFrom, e.number());
            }
            case PublicationEntry.Final e -> {
                forget(e.number(), Part.REQUEST, Part.CONTENT);
                records.forget(e.number());
            }
            // A request that takes the place of another has its file.
            case PublicationEntry.Prepared e -> undeleted.remove(e.number());
            case PublicationEntry.GivenUp e -> forget(e.number(), Part.REQUEST, Part.CONTENT);
            case PublicationEntry.Dropped e -> forget(e.number(), Part.REQUEST);
            case PublicationEntry.SetAside e -> forget(e.number(), Part.REQUEST);
            default -> {}
        }
        return index;
    }

    /// Once its entry is durable; nothing else is done before it is gone.
    private void forget(long number, Part... parts) {
        var item = Optional.ofNullable(progress.open().get(number));
        undeleted.put(number, new Leftover(item.orElseThrow().made(), List.of(parts)));
        faults.forgetUnread(number);
    }

    /// As [PublicationWant.Surroundings#makeDurable].
    void makeDurable() throws IOException {
        folder.force();
        journal.force();
        unforcedFrom = Long.MAX_VALUE;
        deleteLeftovers();
    }

    private void deleteLeftovers() throws IOException {
        for (var leftover : undeleted.entrySet()) {
            var made = leftover.getValue().made;
            // Commitments tell nobody anything, and what is back after a power cut is deleted at the opening.
            if (made.kind() == Publication.Kind.COMMITMENTS) folder.drop(leftover.getKey(), leftover.getValue().parts);
            else folder.delete(leftover.getKey(), leftover.getValue().parts);
            undeleted.remove(leftover.getKey());
        }
    }

    // --- files

    /// Content that cannot be made again. Its entry comes next; until then nobody else knows that it is there.
    void keepContent(long number, byte[] content) throws IOException {
        unnamed = number;
        folder.write(number, Part.CONTENT, content);
    }

    /// Of what no entry names nobody else knows that it is there.
    void deleteUnnamed() throws IOException {
        if (unnamed == 0) return;
        folder.delete(unnamed, List.of(Part.CONTENT));
        unnamed = 0;
    }

    Optional<byte[]> content(long number) throws IOException {
        return folder.read(number, Part.CONTENT, LARGEST_CONTENT);
    }

    /// As [PublicationWant.Surroundings#keep].
    void keepRequest(long number, SignedRequest request) throws IOException {
        // What is to be deleted under this name is the one before.
        if (undeleted.containsKey(number)) makeDurable();
        folder.write(number, Part.REQUEST, request.bytes());
    }

    /// As [PublicationWant.Surroundings#kept]. Also of threads that ask for several at the same time, while the
    /// stepping thread waits for them, or signs others.
    Optional<SignedRequest> request(long number, PublicationEntry.Request known) throws IOException {
        return folder.read(number, Part.REQUEST, SignedRequest.MAX_SIZE)
                .filter(bytes -> bytes.length > 0)
                .map(bytes -> new SignedRequest(known.id(), known.nonce(), bytes))
                .filter(known::is);
    }

    // --- what others may ask

    /// Whether no file of what is over lies there, of any of these records. Any thread.
    boolean isClear(long first, long end) {
        return undeleted.values().stream()
                .noneMatch(leftover -> leftover.made.first() < end && first < leftover.made.end());
    }

    /// Whether it is durable that there is this number, if there is. Any thread.
    boolean isForced(long number) {
        return number < unforcedFrom;
    }
}
