/// What a record, its leaf, its body and its commitment are, and their canonical bytes (docs/formats.md §1 to §3).
///
/// Knows nothing of trees, signatures, files or clients: it turns values into their only encoding and back.
@org.jspecify.annotations.NullMarked
package org.sealpost.record;
