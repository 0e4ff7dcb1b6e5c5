package org.sealpost.admin;

import java.util.Optional;

/// A page before it is HTML.
///
/// @param status   of HTTP
/// @param title    in the browser's tab; the box's own name follows it
/// @param template name of the template in this package's resources, without `.mustache`
/// @param content  what the template takes its values from: a record, or a map
/// @param client   who is logged in; the frame then offers to log out
record Page(int status, String title, String template, Object content, Optional<String> client) {
    /// A page for whoever asks.
    static Page open(int status, String title, String template, Object content) {
        return new Page(status, title, template, content, Optional.empty());
    }

    /// One sentence, for what has no page of its own.
    static Page sentence(int status, String title, String sentence) {
        return open(status, title, "sentence", new Sentence(title, sentence));
    }

    record Sentence(String heading, String sentence) {}
}
