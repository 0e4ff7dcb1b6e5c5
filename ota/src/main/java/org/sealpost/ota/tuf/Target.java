package org.sealpost.ota.tuf;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Optional;

/// A file that may be trusted: its path below `targets/`, its length in bytes, its hashes, and whatever its
/// publisher says of it (`custom`, opaque to TUF; a copy of the caller's own).
public record Target(String path, long length, Hashes hashes, Optional<ObjectNode> custom) {
    public Target {
        if (length < 0) throw new IllegalArgumentException("length " + length);
    }

    /// What a writer says of a file.
    public static Target of(String path, byte[] content) {
        return new Target(path, content.length, Hashes.sha256(content), Optional.empty());
    }

    @Override
    public Optional<ObjectNode> custom() {
        return custom.map(ObjectNode::deepCopy);
    }

    /// Where it lies in a repository: `board/<hash>.name` with consistent snapshots, else `board/name`.
    Optional<String> location(boolean consistentSnapshot) {
        if (!consistentSnapshot) return Optional.of(path);
        int name = path.lastIndexOf('/') + 1;
        return hashes.first().map(hash -> path.substring(0, name) + hash + "." + path.substring(name));
    }
}
