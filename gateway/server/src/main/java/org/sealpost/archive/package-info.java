/// Finds entries and assembles their evidence from what the earlier steps left behind.
///
/// Writes nothing but what is ordered to be erased ([org.sealpost.archive.erasure]), and knows nothing of
/// connections or pages.
@org.jspecify.annotations.NullMarked
package org.sealpost.archive;
