/// What cannot be derived from records: who may hand them over, who owns the box, what its owner's CA says of
/// its key.
///
/// It takes effect through the `control` journal (docs/formats.md §13), and each act is copied into the log.
/// Knows no protocol: it is given a secret and says whose it is. Secrets are never logged and never kept; what
/// is kept are their hashes.
@NullMarked
package org.sealpost.control;

import org.jspecify.annotations.NullMarked;
