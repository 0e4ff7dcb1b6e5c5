package org.sealpost.capture.mqtt;

import io.netty.buffer.ByteBufUtil;
import java.util.Optional;
import org.sealpost.record.HeaderLeaf;
import org.sealpost.record.Source;

/// What a topic of the form `records/<profile>[/<key>]` says.
///
/// @param name as received
record Topic(String name, String profile, Optional<String> key) {
    static final String FORM = "records/<profile> or records/<profile>/<idempotency key>, at most 1024 bytes";
    private static final String START = "records/";
    private static final int MAX_BYTES = 1024;

    /// Empty if it is no topic for records.
    static Optional<Topic> parse(String name) {
        if (!name.startsWith(START) || ByteBufUtil.utf8Bytes(name) > MAX_BYTES) return Optional.empty();
        int slash = name.indexOf('/', START.length());
        String profile = name.substring(START.length(), slash < 0 ? name.length() : slash);
        if (!HeaderLeaf.isProfile(profile)) return Optional.empty();
        if (slash < 0) return Optional.of(new Topic(name, profile, Optional.empty()));
        String key = name.substring(slash + 1);
        if (!Source.isKey(key) || key.indexOf('/') >= 0) return Optional.empty();
        return Optional.of(new Topic(name, profile, Optional.of(key)));
    }
}
