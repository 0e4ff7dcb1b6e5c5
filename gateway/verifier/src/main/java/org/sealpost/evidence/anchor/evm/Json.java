package org.sealpost.evidence.anchor.evm;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/// A JSON value (RFC 8259), read strictly: no duplicate names, nothing after the end, at most 32 deep.
sealed interface Json {
    record Text(String value) implements Json {}

    /// A number, `true`, `false` or `null`, as it was written: nothing here computes with them.
    record Word(String value) implements Json {}

    record Items(List<Json> values) implements Json {}

    record Members(Map<String, Json> values) implements Json {}

    /// The member of this name, if this is an object and has it.
    default Optional<Json> member(String name) {
        return this instanceof Members members
                ? Optional.ofNullable(members.values().get(name))
                : Optional.empty();
    }

    default Optional<String> text() {
        return this instanceof Text text ? Optional.of(text.value()) : Optional.empty();
    }

    /// @throws IllegalArgumentException if it is not one JSON value
    static Json parse(String text) {
        var reader = new Reader(text);
        var value = reader.value(0);
        reader.end();
        return value;
    }

    /// One pass over a text. Not thread-safe.
    final class Reader {
        private static final int MAX_DEPTH = 32;
        private static final Pattern WORD =
                Pattern.compile("true|false|null|-?(0|[1-9][0-9]*)(\\.[0-9]+)?([eE][+-]?[0-9]+)?");

        private final String text;
        private int position;

        private Reader(String text) {
            this.text = text;
        }

        private Json value(int depth) {
            if (depth > MAX_DEPTH) throw malformed("nested too deep");
            skipSpace();
            return switch (peek()) {
                case '"' -> new Text(string());
                case '[' -> items(depth);
                case '{' -> members(depth);
                default -> word();
            };
        }

        private Json items(int depth) {
            position++;
            var values = new ArrayList<Json>();
            if (take(']')) return new Items(values);
            do values.add(value(depth + 1));
            while (take(','));
            expect(']');
            return new Items(values);
        }

        private Json members(int depth) {
            position++;
            var values = new LinkedHashMap<String, Json>();
            if (take('}')) return new Members(values);
            do {
                skipSpace();
                if (peek() != '"') throw malformed("expected a name");
                var name = string();
                expect(':');
                if (values.put(name, value(depth + 1)) != null) throw malformed("a name occurs twice");
            } while (take(','));
            expect('}');
            return new Members(values);
        }

        private Json word() {
            int start = position;
            while (position < text.length() && "+-.".indexOf(text.charAt(position)) >= 0
                    || position < text.length() && Character.isLetterOrDigit(text.charAt(position))) position++;
            var word = text.substring(start, position);
            if (!WORD.matcher(word).matches()) throw malformed("not a value");
            return new Word(word);
        }

        private String string() {
            position++;
            var value = new StringBuilder();
            while (true) {
                char c = peek();
                position++;
                if (c == '"') return value.toString();
                if (c < 0x20) throw malformed("a control character in a string");
                value.append(c == '\\' ? escaped() : c);
            }
        }

        private char escaped() {
            char c = peek();
            position++;
            return switch (c) {
                case '"', '\\', '/' -> c;
                case 'b' -> '\b';
                case 'f' -> '\f';
                case 'n' -> '\n';
                case 'r' -> '\r';
                case 't' -> '\t';
                case 'u' -> unicode();
                default -> throw malformed("unknown escape");
            };
        }

        private char unicode() {
            if (position + 4 > text.length()) throw malformed("ends in an escape");
            int value = 0;
            for (int i = 0; i < 4; i++) {
                int digit = Character.digit(text.charAt(position++), 16);
                if (digit < 0) throw malformed("not a hex digit");
                value = value << 4 | digit;
            }
            return (char) value;
        }

        private void end() {
            skipSpace();
            if (position < text.length()) throw malformed("something after the end");
        }

        private boolean take(char wanted) {
            skipSpace();
            if (peek() != wanted) return false;
            position++;
            return true;
        }

        private void expect(char wanted) {
            if (!take(wanted)) throw malformed("expected " + wanted);
        }

        private void skipSpace() {
            while (position < text.length() && " \t\r\n".indexOf(text.charAt(position)) >= 0) position++;
        }

        private char peek() {
            if (position >= text.length()) throw malformed("ends too early");
            return text.charAt(position);
        }

        private IllegalArgumentException malformed(String what) {
            return new IllegalArgumentException("not JSON at character " + position + ": " + what);
        }
    }
}
