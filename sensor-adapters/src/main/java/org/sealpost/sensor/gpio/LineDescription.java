package org.sealpost.sensor.gpio;

/// A line of a chip. Name and consumer are empty where there are none; a consumer is whoever uses it just now.
record LineDescription(int offset, String name, String consumer, boolean isUsed) {
    String words() {
        return "line " + offset + (name.isEmpty() ? "" : " (" + name + ")");
    }
}
