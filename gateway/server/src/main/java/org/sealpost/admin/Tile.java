package org.sealpost.admin;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// A figure of Home that is read from afar, and below it what belongs to it.
///
/// @param tone  `good`, `note` for what should be known, `bad` for what needs somebody: a class of the style
///     sheet
/// @param word  what the tone means here, since colour alone tells nobody
/// @param meter how full something is, 0 to 100; empty where nothing is
/// @param link  path of the page that says more; empty where there is none
record Tile(
        String label,
        String tone,
        String word,
        String value,
        String unit,
        List<Line> lines,
        Optional<Long> meter,
        Optional<String> link) {

    /// @param time kept on one line where the page is narrow
    record Line(String text, Optional<String> time) {}

    static Tile good(String label, String word) {
        return new Tile(label, "good", word, "", "", List.of(), Optional.empty(), Optional.empty());
    }

    static Tile note(String label, String word) {
        return new Tile(label, "note", word, "", "", List.of(), Optional.empty(), Optional.empty());
    }

    static Tile bad(String label, String word) {
        return new Tile(label, "bad", word, "", "", List.of(), Optional.empty(), Optional.empty());
    }

    Tile showing(String figure) {
        return showing(figure, "");
    }

    Tile showing(String figure, String of) {
        return new Tile(label, tone, word, figure, of, lines, meter, link);
    }

    Tile filledTo(long percent) {
        return new Tile(label, tone, word, value, unit, lines, Optional.of(percent), link);
    }

    Tile leadingTo(String path) {
        return new Tile(label, tone, word, value, unit, lines, meter, Optional.of(path));
    }

    Tile line(String text) {
        return line(new Line(text, Optional.empty()));
    }

    Tile line(String text, String time) {
        return line(new Line(text, Optional.of(time)));
    }

    private Tile line(Line line) {
        var more = new ArrayList<>(lines);
        more.add(line);
        return new Tile(label, tone, word, value, unit, List.copyOf(more), meter, link);
    }
}
