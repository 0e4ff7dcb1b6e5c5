package org.sealpost.admin;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.sealpost.archive.RecordSearch;
import org.sealpost.archive.StoredRecord;
import org.sealpost.capture.Problem;

/// Finds records by their keys, source and time, for programs. Everybody finds what [RecordPages] shows them,
/// and nothing else.
public final class SearchPages {
    private static final ObjectMapper JSON = new ObjectMapper();

    private static final Problem BUSY = new Problem(
            503,
            "busy",
            "Others are searching",
            "searches at once",
            "few, so that memory does not grow with them",
            "ask again",
            Optional.of(RecordSearch.Busy.RETRY_AFTER));

    private final RecordSearch search;
    private final LongSupplier size;
    private final List<String> profiles;

    /// @param size     entries that are durable
    /// @param profiles names of those that declare a business key
    public SearchPages(RecordSearch search, LongSupplier size, List<String> profiles) {
        this.search = search;
        this.size = size;
        this.profiles = List.copyOf(profiles);
    }

    /// @param asked the parameters of the request
    RecordPages.Outcome page(Map<String, String> asked, String client) throws IOException {
        RecordSearch.Query query;
        try {
            query = SearchQuery.of(asked, client, profiles);
        } catch (IllegalArgumentException e) {
            return new RecordPages.Outcome.Refused(refused(e));
        }
        // Taken first: what comes while it is looked for is not missing.
        long entries = size.getAsLong();
        try {
            var page = search.find(query, RecordPages.sight(client), record -> RecordPages.isFor(record, client));
            return new RecordPages.Outcome.Found(Answer.json(200, describe(page, entries)));
        } catch (RecordSearch.Busy busy) {
            return new RecordPages.Outcome.Refused(BUSY);
        }
    }

    static Problem refused(IllegalArgumentException problem) {
        return new Problem(
                400,
                "search-not-understood",
                "This cannot be searched for",
                String.valueOf(problem.getMessage()),
                SearchQuery.PARAMETERS,
                "see docs/integrators.md");
    }

    private static String describe(RecordSearch.Page page, long entries) {
        var answer = JSON.createObjectNode();
        var records = answer.putArray("records");
        for (var record : page.records()) records.add(describe(record));
        page.more().ifPresent(beyond -> answer.put("more", beyond));
        if (page.indexedBelow() < entries) answer.put("indexedBelow", page.indexedBelow());
        if (!page.unreadable().isEmpty()) {
            var unreadable = answer.putArray("unreadable");
            for (var stretch : page.unreadable()) {
                unreadable
                        .addObject()
                        .put("first", Long.toString(stretch.first()))
                        .put("last", Long.toString(stretch.last()));
            }
        }
        return answer.toPrettyString() + "\n";
    }

    private static ObjectNode describe(StoredRecord record) {
        var node = JSON.createObjectNode()
                .put("id", Long.toString(record.index()))
                .put("client", record.source().client())
                .put("state", record.state().word())
                .put("capturedAt", record.capturedAt().time().toString())
                .put("profile", record.leaf().profile())
                .put("mediaType", record.content().mediaType())
                .put("size", record.content().payload().length);
        record.source().idempotencyKey().ifPresent(key -> node.put("idempotencyKey", key));
        return node;
    }
}
