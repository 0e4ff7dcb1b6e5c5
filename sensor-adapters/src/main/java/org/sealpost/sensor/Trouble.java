package org.sealpost.sensor;

/// What is wrong with a sensor: a sentence, and one that says what to do. `firstBytes` of what came, as hex, or empty:
/// they may be a barcode's content, so they stand in no log, and are for those only who may see what is recorded.
record Trouble(Nature nature, String cause, String firstBytes, String remedy) {
    /// What ends it differs.
    enum Nature {
        /// It cannot be opened or read; ends when it can.
        FAILURE,
        /// It does not speak; ends when it does.
        SILENCE,
        /// It answers, but with nothing that could be recorded; ends with a value.
        NO_VALUE
    }

    Trouble(Nature nature, String cause, String remedy) {
        this(nature, cause, "", remedy);
    }

    static Trouble of(Throwable thrown) {
        String remedy = thrown instanceof SensorSetback setback
                ? setback.remedy()
                : "It is opened again by itself; if it stays: look at the device and its settings.";
        return new Trouble(Nature.FAILURE, Words.sentence(thrown), remedy);
    }

    static Trouble hang(String what, long seconds) {
        return new Trouble(
                Nature.FAILURE,
                what + " has not come back for " + seconds + " s: its thread was given up and the device closed",
                "It is opened again by itself; if it stays: unplug the device and plug it in.");
    }

    static Trouble tooManyHang(int threads) {
        return new Trouble(
                Nature.FAILURE,
                "it hangs, and " + threads + " of its threads did not come back; it is not tried again",
                "Unplug the device, or restart the gateway; then give its settings anew, with a change.");
    }

    static Trouble tooManyHangInAll() {
        return new Trouble(
                Nature.FAILURE,
                "it is not opened: " + Abandoned.MAX + " threads of sensors hang and did not come back",
                "Unplug the devices that hang, or restart the gateway.");
    }

    static Trouble nonsense(Sample.Nonsense nonsense) {
        return new Trouble(
                Nature.NO_VALUE,
                "it talks nonsense: " + nonsense.why(),
                nonsense.bytes(),
                "Compare the settings with what the device sends: speed, parity, frame, register, type.");
    }

    static Trouble silence(String howLong, boolean nonsenseCame) {
        return new Trouble(
                Nature.SILENCE,
                nonsenseCame
                        ? "nothing that can be read came for " + howLong
                        : "it is silent: nothing came for " + howLong,
                "Look whether the device is on and its cable in place.");
    }

    /// The cause with the bytes, for those who may see them.
    static String shown(String cause, String firstBytes) {
        return firstBytes.isEmpty() ? cause : cause + "; the first bytes are " + firstBytes;
    }

    /// Why a sample is none that a sensor owes.
    static String whyNot(Sample sample) {
        return switch (sample) {
            case Sample.Unsettled(String why) -> why;
            case Sample.Refused(String cause, String remedy) -> cause;
            case Sample.Nonsense nonsense -> "it talks nonsense: " + nonsense.why();
            case Sample.Measured measured -> "";
            case Sample.Unchanged unchanged -> "it said nothing new";
            case Sample.Lost(long count, String cause) -> cause;
            case Sample.Several several -> "it gave no value";
            case Sample.Nothing nothing -> "it is silent: it did not answer";
        };
    }
}
