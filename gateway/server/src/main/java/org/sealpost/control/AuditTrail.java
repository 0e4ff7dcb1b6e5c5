package org.sealpost.control;

import java.io.IOException;

/// Where acts are copied to, so that they can be proved: the log, as the scribe needs it.
public interface AuditTrail {
    /// Makes an entry of the box's own with this content, durable when it returns; may wait for the disk.
    /// Repeating it with the same key and content makes no second entry.
    ///
    /// @return the entry's index
    /// @throws IOException a setback: it cannot be taken now, and is offered again later
    long add(String key, byte[] content) throws IOException;
}
