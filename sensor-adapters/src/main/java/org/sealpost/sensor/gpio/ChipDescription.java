package org.sealpost.sensor.gpio;

/// A GPIO chip as the kernel describes it: `gpiochip0`, what its driver calls it, and how many lines it has.
record ChipDescription(String name, String label, int lines) {
    String words() {
        return label.isEmpty() ? name : name + " (" + label + ")";
    }
}
