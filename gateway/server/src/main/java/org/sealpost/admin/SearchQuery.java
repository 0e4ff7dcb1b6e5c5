package org.sealpost.admin;

import io.vertx.core.http.HttpServerRequest;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.sealpost.archive.RecordSearch;

/// What somebody searches for, as it stands in an address (docs/integrators.md).
final class SearchQuery {
    static final String PARAMETERS = "after, before, business-key, client, from, key, max, order, profile, to";

    private static final String NEWEST = "newest";
    private static final String OLDEST = "oldest";
    private static final int USUAL_MAX = 20;

    private SearchQuery() {}

    /// The parameters of a request.
    ///
    /// @throws IllegalArgumentException if they cannot be read, or one is given twice; with a sentence for
    ///     whoever asks
    static Map<String, String> parameters(HttpServerRequest request) {
        return parameters(request, _ -> true);
    }

    /// The same of a form: what was not filled in is sent as empty, and as good as not there.
    static Map<String, String> formParameters(HttpServerRequest request) {
        return parameters(request, value -> !value.isEmpty());
    }

    private static Map<String, String> parameters(HttpServerRequest request, Predicate<String> counts) {
        var found = new TreeMap<String, String>();
        try {
            for (var parameter : request.params()) {
                if (!counts.test(parameter.getValue())) continue;
                if (found.put(parameter.getKey(), parameter.getValue()) != null) {
                    throw new Twice("'" + safe(parameter.getKey()) + "' is given twice");
                }
            }
        } catch (Twice twice) {
            throw twice;
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("the parameters are not percent-encoded UTF-8", e);
        }
        return found;
    }

    private static final class Twice extends IllegalArgumentException {
        private static final long serialVersionUID = 1;

        Twice(String sentence) {
            super(sentence);
        }
    }

    /// @param client   who asks: a key without a client is theirs
    /// @param profiles those that declare a business key
    /// @throws IllegalArgumentException with a sentence for whoever asks
    static RecordSearch.Query of(Map<String, String> parameters, String client, List<String> profiles) {
        var asked = new TreeMap<>(parameters);
        asked.forEach((name, value) -> {
            if (value.isEmpty()) {
                throw new IllegalArgumentException("'" + safe(name) + "' is empty: give it a value or leave it out");
            }
        });
        var key = take(asked, "key");
        var of = take(asked, "client").or(() -> key.map(_ -> client));
        var businessKey = take(asked, "business-key");
        var profile = take(asked, "profile");
        if (businessKey.isPresent() != profile.isPresent()) {
            throw new IllegalArgumentException("'business-key' and 'profile' go together");
        }
        profile.filter(name -> !profiles.contains(name)).ifPresent(_ -> {
            throw new IllegalArgumentException(
                    profiles.isEmpty()
                            ? "no profile of this box declares a business key"
                            : "'profile' declares no business key; these do: " + String.join(", ", profiles));
        });
        var order = take(asked, "order").map(SearchQuery::order).orElse(RecordSearch.Order.NEWEST_FIRST);
        var query = new RecordSearch.Query(
                of,
                key,
                businessKey.map(value -> new RecordSearch.BusinessKey(profile.orElseThrow(), value)),
                take(asked, "from").map(text -> time("from", text)),
                take(asked, "to").map(text -> time("to", text)),
                order,
                beyond(asked, order),
                take(asked, "max").map(SearchQuery::max).orElse(USUAL_MAX));
        if (!asked.isEmpty()) throw new IllegalArgumentException("'" + safe(asked.firstKey()) + "' is not known here");
        return query;
    }

    private static Optional<String> take(TreeMap<String, String> asked, String name) {
        return Optional.ofNullable(asked.remove(name));
    }

    private static Instant time(String name, String text) {
        try {
            return Instant.parse(text);
        } catch (DateTimeException e) {
            throw new IllegalArgumentException("'" + name + "' is no time such as 2026-05-04T12:00:00Z", e);
        }
    }

    private static RecordSearch.Order order(String text) {
        return switch (text) {
            case NEWEST -> RecordSearch.Order.NEWEST_FIRST;
            case OLDEST -> RecordSearch.Order.OLDEST_FIRST;
            default -> throw new IllegalArgumentException("'order' is '" + NEWEST + "' or '" + OLDEST + "'");
        };
    }

    /// The name of the parameter with which who goes through the pages in an order goes on.
    static String goesOnWith(RecordSearch.Order order) {
        return switch (order) {
            case NEWEST_FIRST -> "before";
            case OLDEST_FIRST -> "after";
        };
    }

    /// The other one is refused: who goes on the wrong way would come to the same page for ever.
    private static OptionalLong beyond(TreeMap<String, String> asked, RecordSearch.Order order) {
        for (var other : RecordSearch.Order.values()) {
            if (other != order && asked.containsKey(goesOnWith(other))) {
                throw new IllegalArgumentException("'" + goesOnWith(other) + "' goes with 'order="
                        + (order == RecordSearch.Order.NEWEST_FIRST ? OLDEST : NEWEST) + "'");
            }
        }
        var name = goesOnWith(order);
        return take(asked, name)
                .map(text -> OptionalLong.of(number(name, text)))
                .orElse(OptionalLong.empty());
    }

    private static int max(String text) {
        long max = number("max", text);
        if (max < 1 || max > RecordSearch.MOST_RECORDS) {
            throw new IllegalArgumentException("'max' is " + max + ", allowed are 1 to " + RecordSearch.MOST_RECORDS);
        }
        return (int) max;
    }

    private static long number(String name, String text) {
        if (!text.matches("[0-9]{1,18}")) throw new IllegalArgumentException("'" + name + "' is no whole number");
        return Long.parseLong(text);
    }

    private static String safe(String name) {
        return name.substring(0, Math.min(name.length(), 40)).replaceAll("[^A-Za-z0-9_.-]", "?");
    }
}
