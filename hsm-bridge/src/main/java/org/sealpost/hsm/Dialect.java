package org.sealpost.hsm;

import java.util.Map;
import java.util.Optional;
import org.sealpost.hsm.KeyKind.Family;
import org.sealpost.hsm.Mechanism.Input;
import org.sealpost.hsm.Mechanism.Output;

/// The mechanisms of a vendor's module. They are data, because vendors differ.
record Dialect(String name, Map<Family, Mechanism> mechanisms) {

    /// PKCS#11 2.40, 3.0 for Ed25519, 3.2 for ML-DSA; no SM2, which the standard does not know.
    static final Dialect STANDARD = new Dialect(
            "standard",
            Map.of(
                    Family.ECDSA, new Mechanism(0x03, 0x1040, 0x1041, Output.RAW, Input.AS_IT_IS),
                    Family.ED25519, new Mechanism(0x40, 0x1055, 0x1057, Output.RAW, Input.AS_IT_IS),
                    Family.RSA_PKCS1, new Mechanism(0x00, 0x0000, 0x0001, Output.RAW, Input.DIGEST_INFO),
                    Family.RSA_PSS, new Mechanism(0x00, 0x0000, 0x000D, Output.RAW, Input.AS_IT_IS),
                    Family.ML_DSA, new Mechanism(0x4A, 0x001C, 0x001D, Output.RAW, Input.AS_IT_IS)));

    Optional<Mechanism> of(KeyKind kind) {
        return Optional.ofNullable(mechanisms.get(kind.family()));
    }
}
