/// Explains every file that a box writes, to whoever stands before one: what kind and version it is, whether it
/// is whole, and what is in it.
///
/// Only reads. Knows the formats of all steps through their own readers; shows no secret, and no payload unless
/// it is asked for.
@NullMarked
package org.sealpost.app.inspect;

import org.jspecify.annotations.NullMarked;
