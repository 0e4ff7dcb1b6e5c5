package org.sealpost.record;

/// By which door a record came: public, part of the leaf.
public enum SourceKind {
    BOX(0),
    HTTP(1),
    MQTT(2),
    SENSOR(3);

    private final int number;

    SourceKind(int number) {
        this.number = number;
    }

    public int number() {
        return number;
    }

    static SourceKind read(CborReader in) throws CborMalformed {
        return values()[(int) in.unsigned("kind of source", 0, values().length - 1)];
    }
}
