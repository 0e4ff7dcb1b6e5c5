package org.sealpost.admin;

import java.io.IOException;

/// How a box is, for its pages: read-only, and declared here so that pages know no wiring.
@FunctionalInterface
public interface BoxView {
    /// At this moment. May read disks: for worker threads only.
    BoxState now() throws IOException;
}
