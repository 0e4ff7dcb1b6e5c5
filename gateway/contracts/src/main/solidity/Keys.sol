// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// A public key on P-256.
struct Key {
    bytes32 x;
    bytes32 y;
}

/// An ECDSA signature with P-256.
struct Signature {
    bytes32 r;
    bytes32 s;
}

/// How keys are written down: DER SubjectPublicKeyInfo of an uncompressed point.
library Keys {
    /// The SPKI up to its coordinates.
    bytes internal constant SPKI_PREFIX = hex"3059301306072a8648ce3d020106082a8648ce3d03010703420004";

    /// SHA-256 over the SPKI.
    function thumbprint(Key memory key) internal pure returns (bytes32) {
        return sha256(abi.encodePacked(SPKI_PREFIX, key.x, key.y));
    }

    function same(Key memory one, Key memory other) internal pure returns (bool) {
        return one.x == other.x && one.y == other.y;
    }
}
