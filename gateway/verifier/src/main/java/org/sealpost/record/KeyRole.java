package org.sealpost.record;

/// What a key of a box is for; a key has one role (docs/formats.md §1).
public enum KeyRole {
    SEAL(1),
    STATEMENT(2),
    CHAIN_ACCOUNT(3),
    UPDATE(4),
    CHECKPOINT(5),
    CHECKPOINT_FOR_TOOLS_ONLY(6);

    private final int number;

    KeyRole(int number) {
        this.number = number;
    }

    public int number() {
        return number;
    }

    static KeyRole read(CborReader in) throws CborMalformed {
        return values()[(int) in.unsigned("role of a key", 1, values().length) - 1];
    }
}
