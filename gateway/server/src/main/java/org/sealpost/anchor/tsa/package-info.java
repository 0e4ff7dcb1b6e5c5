/// Time-stamping authorities as anchorages (RFC 3161 over HTTP).
///
/// An authority proves when a head was there, and nothing of other histories: it stamps whatever it is given and
/// remembers none of it. So what it answered is the anchor, and this box keeps it. Every answer is judged by the
/// verifier's own code before it counts.
@NullMarked
package org.sealpost.anchor.tsa;

import org.jspecify.annotations.NullMarked;
