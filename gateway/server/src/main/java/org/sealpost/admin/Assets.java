package org.sealpost.admin;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;

/// The files that pages are made of, beside their HTML. They come with the program, and a part of their digest stands
/// in their path, so that browsers may keep them for ever and still never show an old one. Any thread.
final class Assets {
    /// Where all of them are served; open to everybody.
    static final String PATH = "/assets/";

    private static final String HTMX = "/META-INF/maven/org.webjars.npm/htmx.org/pom.properties";

    private final Map<String, Answer> answers = new HashMap<>();
    private final Map<String, String> paths = new HashMap<>();

    private Assets() {}

    static Assets load() {
        try {
            var assets = new Assets();
            assets.add("sealpost.css", "text/css; charset=utf-8", read("sealpost.css"));
            assets.add("sealpost.js", "text/javascript; charset=utf-8", read("sealpost.js"));
            assets.add("sealpost.svg", "image/svg+xml", read("sealpost.svg"));
            assets.add("htmx.js", "text/javascript; charset=utf-8", read(htmx()));
            return assets;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// The path under which an asset is served, as pages link to it.
    String path(String name) {
        return Optional.ofNullable(paths.get(name))
                .orElseThrow(() -> new IllegalArgumentException("no asset is called " + name));
    }

    /// What a request for this path gets; empty if there is no such asset, or no longer.
    Optional<Answer> find(String path) {
        return Optional.ofNullable(answers.get(path));
    }

    private void add(String name, String mediaType, byte[] bytes) {
        var path = PATH + Fingerprint.of(bytes).substring(0, 16) + "/" + name;
        paths.put(name, path);
        answers.put(path, new Answer(200, mediaType, bytes, Answer.FOR_EVER));
    }

    /// The WebJar has its version in its paths.
    private static String htmx() throws IOException {
        try (var in = open(HTMX)) {
            var properties = new Properties();
            properties.load(in);
            return "/META-INF/resources/webjars/htmx.org/" + properties.getProperty("version") + "/dist/htmx.min.js";
        }
    }

    private static byte[] read(String resource) throws IOException {
        try (var in = open(resource)) {
            return in.readAllBytes();
        }
    }

    private static InputStream open(String resource) throws IOException {
        var in = Assets.class.getResourceAsStream(resource);
        if (in == null) throw new IOException("the program is incomplete: it lacks " + resource);
        return in;
    }
}
