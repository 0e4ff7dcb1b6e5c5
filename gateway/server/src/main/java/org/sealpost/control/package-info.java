/// What cannot be derived from records: who may hand them over.
///
/// Knows no protocol: it is given a secret and says whose it is. Secrets are never logged and never kept; what is
/// kept are their hashes.
@NullMarked
package org.sealpost.control;

import org.jspecify.annotations.NullMarked;
