package org.sealpost.admin;

import java.util.List;
import java.util.Locale;
import java.util.function.ToLongFunction;

/// How far lodging is on one anchorage, for Prometheus.
///
/// @param finalSize entries that its newest final head covers
/// @param waiting   entries beyond it
/// @param parked    whether somebody ordered that nothing more is sent there
/// @param trouble   whether something is wrong with it
/// @param waitingPublications that are not final, but for those that were set aside
public record AnchorFigures(
        String name, long finalSize, long waiting, boolean parked, boolean trouble, long waitingPublications) {
    private record Figure(String name, String help, ToLongFunction<AnchorFigures> value) {}

    private static final List<Figure> GAUGES = List.of(
            new Figure("final_size", "Entries that the newest final head covers.", AnchorFigures::finalSize),
            new Figure("waiting_entries", "Entries beyond the newest final head.", AnchorFigures::waiting),
            new Figure("parked", "1 while nothing more is sent there, as somebody ordered.", of -> of.parked ? 1 : 0),
            new Figure("trouble", "1 while something is wrong with it.", of -> of.trouble ? 1 : 0),
            new Figure(
                    "waiting_publications",
                    "Publications that are not final there, but for those that were set aside.",
                    AnchorFigures::waitingPublications));

    /// Nothing where there are no anchorages. The names are letters, digits and dashes: nothing needs quoting.
    static void write(StringBuilder out, List<AnchorFigures> all) {
        if (all.isEmpty()) return;
        for (var figure : GAUGES) {
            out.append(String.format(Locale.ROOT, "# HELP sealpost_anchor_%s %s\n", figure.name, figure.help));
            out.append(String.format(Locale.ROOT, "# TYPE sealpost_anchor_%s gauge\n", figure.name));
            for (var one : all) {
                out.append("sealpost_anchor_")
                        .append(figure.name)
                        .append("{anchorage=\"")
                        .append(one.name);
                out.append("\"} ").append(figure.value.applyAsLong(one)).append('\n');
            }
        }
    }
}
