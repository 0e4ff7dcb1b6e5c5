package org.sealpost.archive.index;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.sealpost.journal.FaultyDisk;
import org.sealpost.journal.SegmentUse;
import org.sealpost.record.SourceKind;

/// A part of the index and a guide byte by byte, as `vectors.py` makes it from docs/formats.md §17 alone.
class PartFormatTest {
    private static final int SIZE = 3 * 4096;
    private static final Run RUN = new Run(7, use(), 1000, 1700);
    private static final List<Unread> UNREAD = List.of(new Unread(1010, 1012, "rot"), new Unread(1699, 1700, "rot"));

    private final FaultyDisk disk = new FaultyDisk();
    private final PartFolder folder = new PartFolder(() -> disk);
    private final TermHash hash = new TermHash(secret());
    private final long made = new EntryTerms(hash, IndexRig.PROFILES).made();

    @Test
    void theSameTermsGiveTheSameBytes() throws Exception {
        IndexPart.write(folder, RUN, made, terms(), UNREAD).close();
        assertEquals(List.of("0000000000001000-0000000000001700.db"), disk.list());
        assertArrayEquals(vector(), disk.contents(RUN.fileName()));
    }

    @Test
    void whatTheBytesSayIsRead() throws Exception {
        put(vector());
        try (var file = disk.open(RUN.fileName())) {
            var header = PartHeader.read(file, RUN.fileName());
            assertTrue(header.fits(RUN, made));
            assertEquals(terms().count(), header.terms());
            assertEquals(2, header.unread().size());
            assertTrue(header.unread().getFirst().has(1011));
        }
        assertTrue(IndexPart.find(folder, RUN, made).isEmpty(), "what could not be read is tried again");
        try (var part = IndexPart.write(folder, RUN, made, terms(), UNREAD)) {
            put(vector());
            assertArrayEquals(new long[] {1012}, part.entries(Term.Kind.KEY, key(12), key(12)));
            assertEquals(50, part.entries(Term.Kind.TIME, 0, -1).length);
            assertEquals(new Times(1_790_000_000_000L, 1_790_000_000_049L), part.times());
            assertEquals(
                    List.of(1010L, 1050L, 1699L),
                    part.unknown().stream().map(Unread::first).toList());
            assertArrayEquals(new long[] {1003}, part.entries(Term.Kind.SOURCE_KIND, 3, 3));
        }
    }

    @Test
    void theSamePartsGiveTheSameGuide() throws Exception {
        var columns = new LinkedHashMap<GuideHeader.Member, GuideRows.Column>();
        var before = new GuideRows.Column(4);
        before.add(Term.Kind.KEY, 42);
        var other = new SegmentUse(0x1011121314151617L, 0x18191a1b1c1d1e1fL);
        var neighbour = new GuideHeader.Member(new Run(6, other, 500, 1000), 0x01020304);
        columns.put(neighbour, before);
        var empty = new GuideHeader(500, made, 4, List.of());
        var half = Guide.write(folder, empty, null, List.of(), columns);
        try (var part = IndexPart.write(folder, RUN, made, terms(), UNREAD)) {
            var column = new GuideRows.Column(4);
            part.guided(column::add);
            var guide = Guide.write(folder, empty, half, List.of(), Map.of(GuideHeader.Member.of(part), column));
            byte[] bytes = disk.contents("0000000000000500.guide");
            assertArrayEquals(vector("guide", 5 * 4096), bytes, "in two steps");
            assertEquals(2, guide.columns(Term.Kind.KEY, key(12)));
            assertEquals(1, guide.columns(Term.Kind.KEY, 42));
            assertEquals(2, guide.columns(Term.Kind.SOURCE_KIND, SourceKind.SENSOR.number()));
            assertEquals(
                    1, Guide.find(folder, "0000000000000500.guide").column(part).orElseThrow());
            assertThrows(PartBad.class, () -> half.columns(Term.Kind.KEY, 42), "it is another one now");

            Guide.write(folder, empty, guide, List.of(GuideHeader.Member.of(part)), Map.of());
            half.columns(Term.Kind.KEY, 42);
            var alone = Guide.write(folder, empty, guide(bytes), List.of(neighbour), Map.of());
            assertEquals(1, alone.columns(Term.Kind.KEY, key(12)), "it has moved up");
        }
    }

    private Guide guide(byte[] bytes) throws IOException, PartBad {
        try (var file = disk.open("0000000000000500.guide")) {
            file.write(0, ByteBuffer.wrap(bytes));
        }
        return Guide.find(folder, "0000000000000500.guide");
    }

    @Test
    void anotherVersionOrKindIsNone() throws Exception {
        for (int at : new int[] {0, 8}) {
            var bytes = vector();
            bytes[at]++;
            put(bytes);
            var bad = assertThrows(PartBad.class, () -> IndexPart.find(folder, RUN, made));
            assertTrue(bad.getMessage().contains(at == 0 ? "no part of an index" : "version is 2"), bad::getMessage);
        }
    }

    private TermList terms() {
        var list = new TermList();
        for (int i = 0; i < 50; i++) {
            List<Term> terms = new ArrayList<>();
            long index = 1000 + i;
            if (i % 2 == 0) terms.add(new Term(Term.Kind.KEY, key(i), index));
            terms.add(new Term(Term.Kind.TIME, 1_790_000_000_000L + i, index));
            terms.add(new Term(Term.Kind.SOURCE, hash.source("cr\u00e4ne"), index));
            if (i % 5 == 0) {
                terms.add(new Term(
                        Term.Kind.BUSINESS_KEY,
                        hash.businessKey("cr\u00e4ne", "epcis", "MSKU \u00e9 " + i % 3),
                        index));
            }
            if (i == 3) terms.add(new Term(Term.Kind.SOURCE_KIND, SourceKind.SENSOR.number(), index));
            list.add(terms);
        }
        list.add(List.of(new Term(Term.Kind.LOST, 0, 1050)));
        return list;
    }

    private long key(int number) {
        return hash.key("cr\u00e4ne", "key-" + number);
    }

    private static byte[] secret() {
        byte[] secret = new byte[32];
        for (int i = 0; i < secret.length; i++) secret[i] = (byte) i;
        return secret;
    }

    private static SegmentUse use() {
        return new SegmentUse(0x9091929394959697L, 0x98999a9b9c9d9e9fL);
    }

    private void put(byte[] bytes) throws IOException {
        try (var file = disk.create(RUN.fileName(), bytes.length)) {
            file.write(0, ByteBuffer.wrap(bytes));
        }
    }

    private static byte[] vector() throws IOException {
        return vector("part", SIZE);
    }

    private static byte[] vector(String name, int size) throws IOException {
        byte[] bytes = new byte[size];
        try (var file = Objects.requireNonNull(PartFormatTest.class.getResourceAsStream("/index/" + name + ".txt"))) {
            for (var line : new String(file.readAllBytes(), StandardCharsets.US_ASCII).split("\n")) {
                byte[] row = HexFormat.of().parseHex(line.substring(5));
                System.arraycopy(row, 0, bytes, Integer.parseInt(line, 0, 4, 16), row.length);
            }
        }
        return bytes;
    }
}
