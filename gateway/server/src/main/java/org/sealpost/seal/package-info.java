/// Extends the tree by what the entries journal holds and has the HSM sign its head.
///
/// Knows the journal below it and the key it signs with; knows nothing of clients, ledgers or evidence readers.
@org.jspecify.annotations.NullMarked
package org.sealpost.seal;
