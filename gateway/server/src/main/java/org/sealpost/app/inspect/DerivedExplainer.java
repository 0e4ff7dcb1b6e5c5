package org.sealpost.app.inspect;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.Optional;

/// Files that are made from the journals, and made anew when they are missing (docs/journal.md §2).
final class DerivedExplainer implements Explainer {
    private static final int BLOCK = 4096;
    private static final String INDEX = "part of the index of records";
    private static final String MADE_ANEW = "made anew from the journal where it is missing";

    @Override
    public Optional<Explanation> explain(Subject subject) throws IOException {
        if (subject.startsWith("SEALPKEY")) return Optional.of(keys(subject));
        if (subject.startsWith("SEALPFLT")) return Optional.of(filter(subject));
        if (subject.startsWith("SEALPIDX")) return Optional.of(index(subject));
        return switch (subject.folder()) {
            case "window" -> inWindow(subject);
            case "index" -> inIndex(subject);
            default -> Optional.empty();
        };
    }

    private static Explanation keys(Subject subject) {
        var draft = Explanation.of("fingerprints of idempotency keys");
        if (!Blocks.isWhole(subject))
            return draft.damaged("the checksum of its first block").done();
        var fields = Blocks.fields(subject);
        return draft.fact("version", Short.toUnsignedInt(fields.getShort(8)))
                .fact("keys", fields.getInt(12))
                .fact("segment", fields.getLong(16))
                .fact("use", HexFormat.of().formatHex(subject.start(), 24, 40))
                .fact("entries", fields.getLong(40) + " to " + (fields.getLong(48) - 1))
                .fact("where it is missing", MADE_ANEW)
                .done();
    }

    private static Explanation filter(Subject subject) {
        var draft = Explanation.of("filter over fingerprints of idempotency keys");
        if (!Blocks.isWhole(subject))
            return draft.damaged("the checksum of its first block").done();
        var fields = Blocks.fields(subject);
        return draft.fact("version", Short.toUnsignedInt(fields.getShort(8)))
                .fact("blocks", fields.getInt(12))
                .fact("entries", fields.getLong(16) + " to " + (fields.getLong(24) - 1))
                .fact("where it is missing", MADE_ANEW)
                .done();
    }

    private static Optional<Explanation> inWindow(Subject subject) {
        if (subject.name().equals("secret")) {
            return Optional.of(Explanation.of("secret of the fingerprints of idempotency keys (not shown)")
                    .fact("size", subject.sizeBytes() + " bytes")
                    .fact("where it is missing", "another is made, and all fingerprints with it")
                    .done());
        }
        return setAside(subject, "fingerprints of idempotency keys");
    }

    private static Explanation index(Subject subject) throws IOException {
        var aside = setAside(subject, INDEX);
        if (aside.isPresent()) return aside.get();
        var draft = Explanation.of(INDEX);
        if (!Blocks.isWhole(subject))
            return draft.damaged("the checksum of its first block").done();
        var fields = Blocks.fields(subject);
        draft.fact("version", Short.toUnsignedInt(fields.getShort(8)))
                .fact("segment", fields.getLong(16))
                .fact("use", HexFormat.of().formatHex(subject.start(), 24, 40))
                .fact("entries", fields.getLong(40) + " to " + (fields.getLong(48) - 1))
                .fact("terms", fields.getLong(64))
                .fact("ranges that could not be read", fields.getInt(12))
                .fact("where it is missing", MADE_ANEW);
        var spoilt = spoiltTable(subject.path(), fields.getLong(72), fields.getInt(80));
        return (spoilt.isPresent() ? draft.damaged(spoilt.get()) : draft).done();
    }

    /// What is wrong with the blocks behind the first one.
    private static Optional<String> spoiltTable(Path file, long tableSize, int checksumOfChecksums) throws IOException {
        if (tableSize <= 0 || tableSize % BLOCK != 0 || tableSize > Integer.MAX_VALUE) {
            return Optional.of("its table has " + tableSize + " bytes");
        }
        int blocks = (int) (tableSize / BLOCK);
        try (var in = new BufferedInputStream(Files.newInputStream(file))) {
            in.skipNBytes(BLOCK);
            var checksums = in.readNBytes(Math.ceilDiv(blocks * Integer.BYTES, BLOCK) * BLOCK);
            if (Blocks.checksum(checksums, 0, checksums.length) != checksumOfChecksums) {
                return Optional.of("the checksum of its checksums");
            }
            var expected = ByteBuffer.wrap(checksums).order(ByteOrder.LITTLE_ENDIAN);
            for (int i = 0; i < blocks; i++) {
                var block = in.readNBytes(BLOCK);
                if (block.length < BLOCK || Blocks.checksum(block, 0, BLOCK) != expected.getInt()) {
                    return Optional.of("the checksum of block " + i + " of its table");
                }
            }
            return Optional.empty();
        }
    }

    private static Optional<Explanation> inIndex(Subject subject) {
        if (subject.name().endsWith(".db")) {
            return Optional.of(Explanation.of(INDEX).damaged("its first block").done());
        }
        return setAside(subject, INDEX);
    }

    private static Optional<Explanation> setAside(Subject subject, String of) {
        if (subject.name().endsWith(".bad")) {
            return Optional.of(Explanation.of(of + ": a file that was found damaged and set aside; it may be deleted")
                    .done());
        }
        if (subject.name().endsWith(".partial")) {
            return Optional.of(Explanation.of(of + ": a file that was being written; made anew")
                    .done());
        }
        return Optional.empty();
    }
}
