package org.sealpost.ota.tuf;

import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.stream.Collectors;

/// Paths in a repository: relative, by slashes, and never upwards.
final class Paths {
    private static final int MAX_LENGTH = 512;

    private Paths() {}

    static boolean isPlain(String path) {
        return !path.isEmpty()
                && path.length() <= MAX_LENGTH
                && path.chars().noneMatch(c -> c < 0x20 || c == 0x7f || c == '\\' || c == ':')
                && Arrays.stream(path.split("/", -1)).allMatch(Paths::isPlainName);
    }

    static void check(String path) {
        if (!isPlain(path)) throw new IllegalArgumentException("not a plain relative path: " + path);
    }

    /// The path below a base that ends with a slash.
    static URI below(URI base, String path) {
        check(path);
        var encoded = Arrays.stream(path.split("/"))
                .map(name -> URLEncoder.encode(name, StandardCharsets.UTF_8).replace("+", "%20"))
                .collect(Collectors.joining("/"));
        return base.resolve(encoded);
    }

    private static boolean isPlainName(String name) {
        return !name.isEmpty() && !name.equals(".") && !name.equals("..") && name.length() <= 255;
    }
}
