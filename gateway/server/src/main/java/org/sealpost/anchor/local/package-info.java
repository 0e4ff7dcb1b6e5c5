/// A ledger in a file of this box: an anchorage that is always there.
///
/// It exists so that the whole way of a record can be walked without a network, and so that an owner who copies it
/// regularly can show in which order heads came. It proves nothing to others by itself, and says so.
@NullMarked
package org.sealpost.anchor.local;

import org.jspecify.annotations.NullMarked;
