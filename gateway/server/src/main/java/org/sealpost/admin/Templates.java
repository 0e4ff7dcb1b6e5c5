package org.sealpost.admin;

import com.samskivert.mustache.DefaultCollector;
import com.samskivert.mustache.Mustache;
import com.samskivert.mustache.Template;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.util.Iterator;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/// Makes HTML of this package's templates: what is put in is escaped, a value that the template names and its content
/// lacks is a broken promise. Any thread; no disk but the program itself.
final class Templates {
    /// Nothing but what this box serves itself, and nothing inline: text that slips into a page cannot become a script.
    static final Map<String, String> SECURITY_HEADERS = Map.of(
            "content-security-policy",
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
                    + "form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
            "referrer-policy",
            "no-referrer");

    private static final String HTML = "text/html; charset=utf-8";

    private final Mustache.Compiler compiler = Mustache.compiler()
            .strictSections(true)
            .emptyStringIsFalse(true)
            .withCollector(new WithOptionals())
            .withLoader(Templates::open);
    private final Map<String, Template> compiled = new ConcurrentHashMap<>();
    private final Frame.Links links;
    private final boolean updates;

    /// What surrounds a page's own part.
    ///
    /// @param body HTML
    private record Frame(String title, String body, Optional<Who> who, Links links) {
        /// @param updates whether the page Updates is theirs
        record Who(String client, boolean owner, boolean updates) {}

        record Links(String style, String script, String htmx, String icon) {}
    }

    Templates(Assets assets, boolean updates) {
        this.updates = updates;
        links = new Frame.Links(
                assets.path("sealpost.css"),
                assets.path("sealpost.js"),
                assets.path("htmx.js"),
                assets.path("sealpost.svg"));
    }

    /// A whole page.
    Answer page(Page page) {
        var body = fill(page.template(), page.content());
        var who = page.client().map(this::who);
        return html(page.status(), fill("frame", new Frame(page.title(), body, who, links)));
    }

    private Frame.Who who(String client) {
        boolean owner = new Session(client).isOwner();
        return new Frame.Who(client, owner, owner && updates);
    }

    /// A part of a page, for htmx to put in place of what is there.
    Answer fragment(String template, Object content) {
        return html(200, fill(template, content));
    }

    private String fill(String template, Object content) {
        return compiled.computeIfAbsent(template, name -> compiler.compile(open(name)))
                .execute(content);
    }

    private static Answer html(int status, String text) {
        return new Answer(status, HTML, text.getBytes(StandardCharsets.UTF_8), Answer.NEVER, SECURITY_HEADERS);
    }

    private static Reader open(String name) {
        var in = Templates.class.getResourceAsStream(name + ".mustache");
        if (in == null) throw new IllegalArgumentException("no template is called " + name);
        return new InputStreamReader(in, StandardCharsets.UTF_8);
    }

    /// An [Optional] is a section that is there once or not at all.
    private static final class WithOptionals extends DefaultCollector {
        @Override
        public @Nullable Iterator<?> toIterator(Object value) {
            return value instanceof Optional<?> optional ? optional.stream().iterator() : super.toIterator(value);
        }
    }
}
