package org.sealpost.admin;

import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.LongSupplier;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.sealpost.archive.RecordSearch;
import org.sealpost.archive.RecordState;
import org.sealpost.archive.StoredRecord;

/// The page Records: a form that finds records by what is known of them. Everybody finds what [RecordPages]
/// shows them, and nothing else. Reads disks: for worker threads only.
public final class FinderPage {
    static final String PATH = "/records";

    private static final String TITLE = "Records";
    private static final String SHOWN = "24";

    /// What a browser's field for a time gives, by the box's time, which is UTC.
    private static final Pattern LOCAL_TIME =
            Pattern.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:[0-9]{2})?");

    private final RecordSearch search;
    private final LongSupplier size;
    private final List<String> profiles;

    /// @param refused why nothing was searched for
    private record Content(Form form, Optional<String> refused, Optional<Found> found) {}

    /// What stands in the form.
    ///
    /// @param profiles those that declare a business key; the fields are there only if any does
    private record Form(
            String key, String client, String businessKey, String from, String to, Optional<Choice> profiles) {}

    private record Choice(List<Option> all) {}

    private record Option(String name, boolean chosen) {}

    /// @param none       what it means that no record is there
    /// @param more       where to go on
    /// @param behind     what the index does not know yet
    /// @param unreadable what damage took
    private record Found(
            List<Row> rows,
            Optional<String> none,
            Optional<Link> more,
            Optional<String> behind,
            Optional<String> unreadable) {}

    private record Link(String address, String words) {}

    /// @param evidence whether there is any yet
    private record Row(
            String id,
            String tone,
            String state,
            String time,
            String client,
            String profile,
            Optional<String> key,
            String what,
            boolean evidence) {}

    /// @param size     entries that are durable
    /// @param profiles names of those that declare a business key
    public FinderPage(RecordSearch search, LongSupplier size, List<String> profiles) {
        this.search = search;
        this.size = size;
        this.profiles = List.copyOf(profiles);
    }

    /// @param asked the parameters of the request; without any, only the form is shown
    Answer page(Templates templates, Map<String, String> asked, Session session) throws IOException {
        var form = form(asked);
        var words = new TreeMap<>(asked);
        // A profile that stands chosen says nothing while no key is looked for.
        if (!words.containsKey("business-key")) words.remove("profile");
        if (words.isEmpty())
            return answer(templates, 200, session, new Content(form, Optional.empty(), Optional.empty()));
        words.computeIfPresent("from", (_, text) -> instant(text));
        words.computeIfPresent("to", (_, text) -> instant(text));
        words.putIfAbsent("max", SHOWN);
        RecordSearch.Query query;
        try {
            query = SearchQuery.of(words, session.client(), profiles);
        } catch (IllegalArgumentException e) {
            return refused(templates, asked, session, e);
        }
        long entries = size.getAsLong();
        var client = session.client();
        RecordSearch.Page page;
        try {
            page = search.find(query, RecordPages.sight(client), record -> RecordPages.isFor(record, client));
        } catch (RecordSearch.Busy busy) {
            var content = new Content(form, Optional.of("Others are searching: try again."), Optional.empty());
            return answer(templates, 503, session, content)
                    .with("retry-after", Long.toString(RecordSearch.Busy.RETRY_AFTER.toSeconds()));
        }
        return answer(
                templates,
                200,
                session,
                new Content(form, Optional.empty(), Optional.of(found(page, asked, query.order(), entries))));
    }

    /// The form again with what was given, so that nothing typed is lost.
    Answer refused(Templates templates, Map<String, String> asked, Session session, IllegalArgumentException e) {
        return answer(
                templates, 400, session, new Content(form(asked), Optional.of(e.getMessage() + "."), Optional.empty()));
    }

    private static Answer answer(Templates templates, int status, Session session, Content content) {
        return templates.page(new Page(status, TITLE, "records", content, Optional.of(session.client())));
    }

    private static String instant(String text) {
        if (!LOCAL_TIME.matcher(text).matches()) return text;
        return text.length() == "2026-05-04T12:00".length() ? text + ":00Z" : text + "Z";
    }

    private Form form(Map<String, String> asked) {
        var chosen = asked.getOrDefault("profile", "");
        var options = profiles.stream()
                .map(name -> new Option(name, name.equals(chosen)))
                .toList();
        return new Form(
                asked.getOrDefault("key", ""),
                asked.getOrDefault("client", ""),
                asked.getOrDefault("business-key", ""),
                asked.getOrDefault("from", ""),
                asked.getOrDefault("to", ""),
                options.isEmpty() ? Optional.empty() : Optional.of(new Choice(options)));
    }

    private static Found found(
            RecordSearch.Page page, Map<String, String> asked, RecordSearch.Order order, long entries) {
        var rows = page.records().stream().map(FinderPage::row).toList();
        var more = page.more().isPresent()
                ? Optional.of(new Link(
                        next(asked, order, page.more().getAsLong()), rows.isEmpty() ? "Look through the rest" : "More"))
                : Optional.<Link>empty();
        var behind = page.indexedBelow() < entries
                ? Optional.of(
                        "Entries from " + page.indexedBelow() + " on are not all looked at yet: search again later.")
                : Optional.<String>empty();
        var unreadable = page.unreadable().isEmpty()
                ? Optional.<String>empty()
                : Optional.of("Damage took entries of which nobody can tell whether they are among them: "
                        + page.unreadable().stream()
                                .map(stretch -> stretch.first() == stretch.last()
                                        ? Long.toString(stretch.first())
                                        : stretch.first() + " to " + stretch.last())
                                .collect(Collectors.joining(", "))
                        + ".");
        var none = rows.isEmpty()
                ? Optional.of(none(more.isPresent(), behind.isPresent() || unreadable.isPresent()))
                : Optional.<String>empty();
        return new Found(rows, none, more, behind, unreadable);
    }

    private static String none(boolean more, boolean unknown) {
        if (more) return "None found so far: not all entries were looked through yet.";
        if (unknown) return "None found among the entries that could be looked at.";
        return "No record fits.";
    }

    private static String next(Map<String, String> asked, RecordSearch.Order order, long beyond) {
        var words = new TreeMap<>(asked);
        words.put(SearchQuery.goesOnWith(order), Long.toString(beyond));
        return PATH + "?"
                + words.entrySet().stream()
                        .map(word -> encode(word.getKey()) + "=" + encode(word.getValue()))
                        .collect(Collectors.joining("&"));
    }

    private static String encode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    private static Row row(StoredRecord record) {
        boolean sealed = record.state() != RecordState.CAPTURED;
        return new Row(
                Long.toString(record.index()),
                sealed ? "good" : "note",
                record.state().word(),
                Phrases.time(record.capturedAt().time()),
                record.source().client(),
                record.leaf().profile(),
                record.source().idempotencyKey(),
                record.content().mediaType() + ", "
                        + Phrases.counted(record.content().payload().length, "byte", "bytes"),
                sealed);
    }
}
