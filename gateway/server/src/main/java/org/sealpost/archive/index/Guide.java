package org.sealpost.archive.index;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.sealpost.archive.index.GuideHeader.Member;
import org.sealpost.journal.Disk;
import org.sealpost.journal.DiskFile;

/// Tells of up to 64 parts which of them may have a term, with one block of its file: so a question need not look
/// into those that do not. It is never right to pass over a part by a guide that was not made of it. Any thread.
final class Guide {
    private static final int BLOCK = GuideHeader.BLOCK;
    private static final int CHECKSUM_AT = BLOCK - Integer.BYTES;

    private final PartFolder folder;
    private final GuideHeader header;
    private final int checksum;
    private final Map<Member, Integer> columns = new HashMap<>();

    private Guide(PartFolder folder, GuideHeader header) {
        this.folder = folder;
        this.header = header;
        this.checksum = header.checksum();
        for (var member : header.members()) columns.put(member, columns.size());
    }

    /// What lies in the folder under a name.
    static Guide find(PartFolder folder, String name) throws PartBad {
        try (DiskFile file = folder.disk().open(name)) {
            var header = GuideHeader.read(file, name);
            if (!header.fileName().equals(name)) throw new PartBad(name + " is that of another entry");
            return new Guide(folder, header);
        } catch (IOException e) {
            throw new PartBad(name + " cannot be read: " + e.getMessage(), e);
        }
    }

    /// Writes one in the place of another, with further parts and without some. Once the folder's names are forced
    /// it is durable; until then either may be there after a power cut.
    ///
    /// @param empty its header without members
    /// @param old   what there was, if anything
    /// @param gone  which of its parts are left out
    /// @param added the columns of further parts
    /// @throws PartBad if the old one is not what was written
    static Guide write(
            PartFolder folder,
            GuideHeader empty,
            @Nullable Guide old,
            List<Member> gone,
            Map<Member, GuideRows.Column> added)
            throws IOException, PartBad {
        List<Member> members = new ArrayList<>();
        long kept = 0;
        if (old != null) {
            for (var member : old.header.members()) {
                if (gone.contains(member)) continue;
                kept |= 1L << old.columns.get(member);
                members.add(member);
            }
        }
        members.addAll(added.keySet());
        var fresh = List.copyOf(added.values());
        var header = new GuideHeader(empty.begins(), empty.made(), empty.blocks(), List.copyOf(members));
        Disk disk = folder.disk();
        String partial = header.fileName() + PartFolder.PARTIAL;
        try (var before = old == null ? null : disk.open(header.fileName())) {
            try (DiskFile file = disk.create(partial, header.fileSize())) {
                file.write(0, header.encode());
                int checksum = header.checksum();
                for (int number = 0; number < header.blocks(); number += PartWriter.WRITTEN_AT_ONCE) {
                    var some = new ByteBuffer[Math.min(PartWriter.WRITTEN_AT_ONCE, header.blocks() - number)];
                    for (int i = 0; i < some.length; i++) {
                        some[i] = before == null || old == null
                                ? ByteBuffer.allocate(BLOCK).order(ByteOrder.LITTLE_ENDIAN)
                                : old.block(before, number + i);
                        rewrite(some[i], number + i, kept, fresh);
                        some[i].putInt(CHECKSUM_AT, GuideRows.checksum(some[i], number + i, checksum));
                    }
                    file.write((1L + number) * BLOCK, some);
                }
                file.force();
            }
            disk.rename(partial, header.fileName());
        } catch (IOException | PartBad e) {
            // It is of no use, and where there was no room it would take what is left.
            if (disk.list().contains(partial)) disk.delete(partial);
            throw e;
        }
        return new Guide(folder, header);
    }

    private static void rewrite(ByteBuffer block, int number, long kept, List<GuideRows.Column> fresh) {
        int first = Long.bitCount(kept);
        for (int row = 0; row < GuideRows.A_BLOCK; row++) {
            long columns = Long.compress(block.getLong(row * Long.BYTES), kept);
            for (int i = 0; i < fresh.size(); i++) {
                if (fresh.get(i).has(number, row)) columns |= 1L << (first + i);
            }
            block.putLong(row * Long.BYTES, columns);
        }
    }

    GuideHeader header() {
        return header;
    }

    /// Where a part stands in it; none if it was not made of this very part.
    Optional<Integer> column(IndexPart part) {
        return Optional.ofNullable(columns.get(Member.of(part)));
    }

    /// Which columns may have a term: a bit for each.
    ///
    /// @throws PartBad if that cannot be said
    long columns(Term.Kind kind, long value) throws PartBad {
        String name = header.fileName();
        long number = GuideRows.of(kind, value);
        try (DiskFile file = folder.disk().open(name)) {
            return GuideRows.columns(block(file, GuideRows.block(number, header.blocks())), number);
        } catch (NoSuchFileException | FileNotFoundException e) {
            throw new PartBad(name + " is gone", e);
        } catch (IOException e) {
            throw PartBad.forNow(name + " cannot be read now: " + e.getMessage(), e);
        }
    }

    private ByteBuffer block(DiskFile file, int number) throws IOException, PartBad {
        var block = ByteBuffer.allocate(BLOCK).order(ByteOrder.LITTLE_ENDIAN);
        if (file.read((1L + number) * BLOCK, block) < BLOCK) {
            throw new PartBad(header.fileName() + " ends before block " + number + " of its rows does");
        }
        int crc = GuideRows.checksum(block, number, checksum);
        if (block.getInt(CHECKSUM_AT) != crc) {
            throw new PartBad("%s: block %d of its rows has checksum %08x, expected %08x"
                    .formatted(header.fileName(), number, block.getInt(CHECKSUM_AT), crc));
        }
        return block.clear();
    }
}
