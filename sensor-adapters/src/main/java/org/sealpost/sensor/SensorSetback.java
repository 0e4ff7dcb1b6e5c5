package org.sealpost.sensor;

/// A device cannot be opened or read now. The message is the cause in plain words and names the device; the remedy
/// says what a person can do. The supervisor closes the adapter and opens it again after a while.
public final class SensorSetback extends Exception {
    private static final long serialVersionUID = 1L;

    private final String remedy;

    public SensorSetback(String cause, String remedy) {
        super(cause);
        this.remedy = remedy;
    }

    public SensorSetback(String cause, String remedy, Throwable why) {
        super(cause, why);
        this.remedy = remedy;
    }

    public String reason() {
        return String.valueOf(getMessage());
    }

    public String remedy() {
        return remedy;
    }
}
