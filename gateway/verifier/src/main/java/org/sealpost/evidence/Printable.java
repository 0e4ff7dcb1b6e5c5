package org.sealpost.evidence;

/// Makes text from strangers fit for a terminal: nothing in it can move the cursor, change colours, reorder what is
/// read, or pass for a line of ours.
public final class Printable {
    private Printable() {}

    /// The text in quotes, all that is not visible escaped.
    public static String quote(String text) {
        return "\"" + escape(text) + "\"";
    }

    public static String escape(String text) {
        var safe = new StringBuilder();
        text.codePoints().forEach(point -> {
            if (point == '"' || point == '\\') safe.append('\\').appendCodePoint(point);
            else if (isVisible(point)) safe.appendCodePoint(point);
            else safe.append(String.format("\\u{%x}", point));
        });
        return safe.toString();
    }

    private static boolean isVisible(int point) {
        return point == ' '
                || switch (Character.getType(point)) {
                    case Character.CONTROL,
                            Character.FORMAT,
                            Character.SURROGATE,
                            Character.PRIVATE_USE,
                            Character.UNASSIGNED,
                            Character.LINE_SEPARATOR,
                            Character.PARAGRAPH_SEPARATOR,
                            Character.SPACE_SEPARATOR -> false;
                    default -> true;
                };
    }
}
