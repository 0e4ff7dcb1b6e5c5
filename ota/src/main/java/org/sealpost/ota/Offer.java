package org.sealpost.ota;

/// A release that may be installed here, and where it comes from.
record Offer(ReleaseDescriptor release, From from) {
    /// Where a release comes from.
    enum From {
        URL,
        STICK;

        String word() {
            return this == URL ? "url" : "stick";
        }

        static From of(String word) {
            return switch (word) {
                case "url" -> URL;
                case "stick" -> STICK;
                default -> throw new IllegalArgumentException("\"" + word + "\" is neither url nor stick");
            };
        }
    }

    Version version() {
        return release.version();
    }
}
