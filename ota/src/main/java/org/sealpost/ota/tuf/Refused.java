package org.sealpost.ota.tuf;

import java.util.List;

/// A file that is not to be trusted: which, by which rule, and a sentence that says so and what to do.
///
/// @param remarks sentences for the log, as those of [Trusted]: what was odd besides
public record Refused(String file, Rule rule, String sentence, List<String> remarks) implements Refresh, Download {
    public Refused {
        remarks = List.copyOf(remarks);
    }
}
