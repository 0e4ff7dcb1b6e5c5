package org.sealpost.archive.index;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.core.filter.FilteringParserDelegate;
import com.fasterxml.jackson.core.filter.JsonPointerBasedFilter;
import com.fasterxml.jackson.core.filter.TokenFilter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;
import org.sealpost.archive.StoredRecord;
import org.sealpost.journal.JournalEntry;
import org.sealpost.profile.Profiles;
import org.sealpost.record.Body;
import org.sealpost.record.CborMalformed;
import org.sealpost.record.ClockReading;
import org.sealpost.record.Content;
import org.sealpost.record.HeaderLeaf;
import org.sealpost.record.Leaf;
import org.sealpost.record.Slot;
import org.sealpost.record.Source;
import org.sealpost.record.SourceKind;

/// By what an entry can be found. Any thread.
final class EntryTerms {
    static final int MOST_VALUE_CHARACTERS = 255;

    /// Changes when terms of the same entries do: parts that were made by other ones are made again.
    private static final String RULES = "2\n";

    private static final JsonFactory JSON = new JsonFactory();

    private final TermHash hash;
    private final Map<String, JsonPointer> businessKeys = new HashMap<>();
    private final long made;

    EntryTerms(TermHash hash, Profiles profiles) {
        this.hash = hash;
        var declared = new CRC32C();
        declared.update(RULES.getBytes(StandardCharsets.US_ASCII));
        for (var profile : profiles.all()) {
            if (profile.businessKey().isEmpty()) continue;
            var pointer = profile.businessKey().get();
            businessKeys.put(profile.name(), JsonPointer.compile(pointer));
            declared.update((profile.name() + "\n" + pointer + "\n").getBytes(StandardCharsets.UTF_8));
        }
        this.made = hash.id() ^ declared.getValue();
    }

    /// Tells terms by this secret and these declarations from all others.
    long made() {
        return made;
    }

    TermHash hash() {
        return hash;
    }

    /// None for the genesis and hand-overs, which are no records, and where the body was erased. Of what damage
    /// took nobody knows more than that.
    ///
    /// @throws IOException if the entry is not what intake writes
    List<Term> of(JournalEntry entry) throws IOException {
        if (entry.isLost()) return List.of(new Term(Term.Kind.LOST, 0, entry.index()));
        if (!entry.hasBody()) return List.of();
        try {
            if (!(Leaf.parse(entry.leaf()) instanceof HeaderLeaf leaf)) return List.of();
            return of(entry.index(), leaf, Body.parse(entry.body()).slots());
        } catch (CborMalformed e) {
            throw new IOException("entry " + entry.index() + " is not what intake writes: " + e.getMessage(), e);
        }
    }

    private List<Term> of(long index, HeaderLeaf leaf, List<Slot> slots) throws CborMalformed {
        var source = Source.parse(shown(slots, Slot.SOURCE));
        var clock = ClockReading.parse(shown(slots, Slot.CLOCK));
        List<Term> terms = new ArrayList<>(5);
        source.idempotencyKey()
                .ifPresent(key -> terms.add(new Term(Term.Kind.KEY, hash.key(source.client(), key), index)));
        terms.add(new Term(Term.Kind.TIME, clock.timeMillis(), index));
        terms.add(new Term(Term.Kind.SOURCE, hash.source(source.client()), index));
        // Those of clients are found by their clients; these are shown to others, too.
        if (leaf.source() == SourceKind.BOX || leaf.source() == SourceKind.SENSOR) {
            terms.add(new Term(Term.Kind.SOURCE_KIND, leaf.source().number(), index));
        }
        if (businessKeys.containsKey(leaf.profile())) {
            businessKey(leaf.profile(), Content.parse(shown(slots, Slot.CONTENT)))
                    .map(value -> hash.businessKey(source.client(), leaf.profile(), value))
                    .ifPresent(value -> terms.add(new Term(Term.Kind.BUSINESS_KEY, value, index)));
        }
        return terms;
    }

    /// The business key of a record, where its profile declares one and its payload has it.
    Optional<String> businessKey(StoredRecord record) {
        return businessKey(record.leaf().profile(), record.content());
    }

    /// What is no JSON up to there has none: a profile declares what may be looked for, and refuses nothing.
    /// The payload is not held as a tree, which could take many times its size.
    private Optional<String> businessKey(String profile, Content content) {
        @Nullable JsonPointer pointer = businessKeys.get(profile);
        if (pointer == null) return Optional.empty();
        try (var json = new FilteringParserDelegate(
                JSON.createParser(content.payload()),
                new JsonPointerBasedFilter(pointer),
                TokenFilter.Inclusion.ONLY_INCLUDE_ALL,
                false)) {
            var token = json.nextToken();
            if (token == null
                    || !token.isScalarValue()
                    || json.hasToken(com.fasterxml.jackson.core.JsonToken.VALUE_NULL)) return Optional.empty();
            return Optional.of(json.getText())
                    .filter(text -> !text.isEmpty() && text.length() <= MOST_VALUE_CHARACTERS);
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    private static byte[] shown(List<Slot> slots, int position) throws CborMalformed {
        if (slots.get(position) instanceof Slot.Shown shown) return shown.bytes();
        throw new CborMalformed(0, "slot " + Slot.LABELS.get(position) + " is withheld");
    }
}
