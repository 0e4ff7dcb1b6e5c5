package org.sealpost.archive.range;

import java.io.IOException;
import java.util.List;

/// A folder that ranges are carried in, mostly on a stick: it is slow, full, and gone at any moment. The seam
/// where tests put one that is.
interface Stick {
    List<String> names() throws IOException;

    StickFile open(String name) throws IOException;

    /// Makes an empty file; its name is durable when this returns.
    StickFile create(String name) throws IOException;

    void delete(String name) throws IOException;

    /// Room that is left.
    long usableBytes() throws IOException;

    /// For people.
    String describe(String name);
}
