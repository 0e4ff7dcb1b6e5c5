package org.sealpost.hsm;

/// A PKCS#11 function returned something else than CKR_OK.
final class CryptokiError extends Exception {
    private static final long serialVersionUID = 1L;

    private final long value;

    CryptokiError(String function, long value) {
        super(function + " returned " + new ReturnCode(value));
        this.value = value;
    }

    ReturnCode code() {
        return new ReturnCode(value);
    }

    ReturnCode.Remedy remedy() {
        return code().remedy();
    }
}
