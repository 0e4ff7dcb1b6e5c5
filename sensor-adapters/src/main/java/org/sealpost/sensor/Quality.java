package org.sealpost.sensor;

/// How sure a reading is. What a device does not stand behind at all is no reading.
public enum Quality {
    /// The device stands behind it.
    GOOD,
    /// The device says so itself, or the value lies outside of the range that was configured.
    UNCERTAIN
}
