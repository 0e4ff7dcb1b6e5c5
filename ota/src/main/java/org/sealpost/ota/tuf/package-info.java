/// What may be installed: metadata after The Update Framework (TUF) 1.0.34. It knows roles, keys and files, and
/// nothing of releases, bundles or slots.
///
/// The model serves both sides: the release tool writes it, the client judges it. Delegations are not used:
/// metadata that has them is accepted, but delegated roles are not searched.
@NullMarked
package org.sealpost.ota.tuf;

import org.jspecify.annotations.NullMarked;
