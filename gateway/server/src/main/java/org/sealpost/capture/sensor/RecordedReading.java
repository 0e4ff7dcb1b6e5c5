package org.sealpost.capture.sensor;

import org.sealpost.capture.Receipt;
import org.sealpost.sensor.Reading;

/// A reading that is durable, and its record.
public record RecordedReading(Reading reading, Receipt receipt) {}
