package org.sealpost.seal;

import java.util.Optional;
import org.sealpost.hsm.SigningKey;

/// The keys that sign heads.
///
/// @param seal       P-256, in force: of the seals and the first line of checkpoints
/// @param checkpoint Ed25519, of the second line, where the token can make one
public record SealingKeys(SigningKey seal, Optional<SigningKey> checkpoint) {}
