package org.sealpost.hsm;

import java.util.Map;

/// What a vendor's module means by its answers, where that is not what the standard says. Data, because vendors
/// differ; docs/decisions/0011-tpm.md says what was seen.
///
/// @param name              of the module
/// @param losesItsDevice    [ReturnCode#GENERAL_ERROR] from a signature means that the chip was reset or went
///     away, and that this life of the module is of no use any more
/// @param storeNeedsItsChip the key blobs lie in a store on disk, and only the chip that made them can use
///     them: with another, C_Login fails with [ReturnCode#GENERAL_ERROR], as it does when the chip is away
/// @param unlocksByItself   [ReturnCode#PIN_LOCKED] says that the chip answers nobody for a while, and nothing
///     of the PIN; power cuts count as failed tries
/// @param blamesThePin      C_Login may return [ReturnCode#PIN_INCORRECT] because the chip has just gone away
/// @param toldPinIsSet      the token's flag "user PIN set" is true; elsewhere it is raised with the token
///     already
record Vendor(
        String name,
        boolean losesItsDevice,
        boolean storeNeedsItsChip,
        boolean unlocksByItself,
        boolean blamesThePin,
        boolean toldPinIsSet) {

    static final Vendor STANDARD = new Vendor("standard", false, false, false, false, true);

    /// Version 1.9.0 over tpm2-abrmd and swtpm.
    static final Vendor TPM2_PKCS11 = new Vendor("tpm2-pkcs11", true, true, true, true, false);

    private static final Map<String, Vendor> BY_MANUFACTURER = Map.of("tpm2-software.github.io", TPM2_PKCS11);

    /// What an error of a signature asks of us.
    ReturnCode.Remedy remedy(ReturnCode code) {
        boolean lost = losesItsDevice && code.value() == ReturnCode.GENERAL_ERROR;
        return lost ? ReturnCode.Remedy.REINITIALISE : code.remedy();
    }

    /// `manufacturer` as the module's C_GetInfo tells it.
    static Vendor of(String manufacturer) {
        return BY_MANUFACTURER.getOrDefault(manufacturer, STANDARD);
    }
}
