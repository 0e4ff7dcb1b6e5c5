package org.sealpost.hsm;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.sealpost.hsm.KeyKind.Family;

/// What sets a vendor's module apart from others: the numbers of its mechanisms, the form of its keys, how it wants
/// to be initialised, and what it means by its answers. Data, read from a file by [ProfileFile]; docs/hsm.md
/// explains each property.
///
/// @param manufacturers beginnings of what the module's C_GetInfo says of its maker; none: chosen by name only
/// @param mechanisms    what it has; a family that is not in it cannot be used with this module
/// @param unmade        kinds of keys of those families that it makes none of, and says so in no way that tells it
///     from a fault
record Profile(
        String name,
        Status status,
        List<String> manufacturers,
        Map<Family, Mechanism> mechanisms,
        Set<KeyKind> unmade,
        KeyForm keys,
        Initialisation initialisation,
        Answers answers) {

    /// How it is known that the profile is right.
    enum Status {
        /// This project's tests run with the module.
        TESTED,
        /// Taken from what its vendor or others published.
        DOCUMENTATION
    }

    /// @param point         the form in which CKA_EC_POINT is accepted
    /// @param sm2Parameters what stands in CKA_EC_PARAMS of an SM2 key
    /// @param ed25519Parameters the same of an Ed25519 key that is made; one that is there may have another form
    record KeyForm(Point point, byte[] sm2Parameters, byte[] ed25519Parameters) {
        KeyForm {
            sm2Parameters = sm2Parameters.clone();
            ed25519Parameters = ed25519Parameters.clone();
        }

        byte[] parameters(KeyKind kind) {
            return switch (kind.family()) {
                case SM2 -> sm2Parameters.clone();
                case ED25519 -> ed25519Parameters.clone();
                case ECDSA, RSA_PKCS1, RSA_PSS, ML_DSA -> kind.parameters();
            };
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof KeyForm that
                    && point == that.point
                    && Arrays.equals(sm2Parameters, that.sm2Parameters)
                    && Arrays.equals(ed25519Parameters, that.ed25519Parameters);
        }

        @Override
        public int hashCode() {
            return point.hashCode() + 31 * Arrays.hashCode(sm2Parameters) + 961 * Arrays.hashCode(ed25519Parameters);
        }
    }

    /// Forms of CKA_EC_POINT.
    enum Point {
        /// Wrapped, as the standard says.
        OCTET_STRING,
        /// The bytes of the point alone.
        PLAIN,
        /// Whichever it is; a BIT STRING too.
        EITHER
    }

    /// @param reserved           for all tokens that do not name a string of their own
    /// @param officersPinIsGiven whether an empty token has a security officer's PIN already, so that a random
    ///     one would cost one of its tries
    record Initialisation(Locking locking, Optional<String> reserved, boolean officersPinIsGiven) {}

    /// What C_Initialize is told of threads.
    enum Locking {
        /// The library locks by the operating system's means.
        OS,
        /// Nothing; the library is then called by one thread at a time.
        NONE
    }

    /// What the module means by its answers, where that is not what the standard says; decision 0011 says what was
    /// seen.
    ///
    /// @param losesItsDevice    [ReturnCode#GENERAL_ERROR] from a signature means that the chip was reset or went
    ///     away, and that this life of the module is of no use any more
    /// @param storeNeedsItsChip the key blobs lie in a store on disk, and only the chip that made them can use
    ///     them: with another, C_Login fails with [ReturnCode#GENERAL_ERROR], as it does when the chip is away
    /// @param unlocksByItself   [ReturnCode#PIN_LOCKED] says that the chip answers nobody for a while, and nothing
    ///     of the PIN; power cuts count as failed tries
    /// @param blamesThePin      C_Login may return [ReturnCode#PIN_INCORRECT] because the chip has just gone away
    /// @param toldPinIsSet      the token's flag "user PIN set" is true; elsewhere it is raised with the token
    ///     already
    /// @param mixesUpHandles    after an object was destroyed, a new one may be given the handle of another, until
    ///     the module is initialised anew
    record Answers(
            boolean losesItsDevice,
            boolean storeNeedsItsChip,
            boolean unlocksByItself,
            boolean blamesThePin,
            boolean toldPinIsSet,
            boolean mixesUpHandles) {}

    Profile {
        manufacturers = List.copyOf(manufacturers);
        mechanisms = Map.copyOf(mechanisms);
        unmade = Set.copyOf(unmade);
    }

    Optional<Mechanism> mechanism(KeyKind kind) {
        return Optional.ofNullable(mechanisms.get(kind.family()));
    }

    /// What an error of a signature asks of us.
    ReturnCode.Remedy remedy(ReturnCode code) {
        boolean lost = answers.losesItsDevice() && code.value() == ReturnCode.GENERAL_ERROR;
        return lost ? ReturnCode.Remedy.REINITIALISE : code.remedy();
    }
}
