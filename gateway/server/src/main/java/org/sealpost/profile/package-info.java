/// What kinds of record there are and what each must look like.
///
/// Knows nothing of clients, files or chains: it answers whether there is such a profile, and in which version.
@NullMarked
package org.sealpost.profile;

import org.jspecify.annotations.NullMarked;
