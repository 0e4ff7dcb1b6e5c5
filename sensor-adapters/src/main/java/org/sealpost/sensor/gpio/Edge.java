package org.sealpost.sensor.gpio;

/// A change of a line that the kernel saw. `missed` counts those between the one before and this one that nobody
/// fetched in time, so that the kernel threw them away; `raw` is the kernel's event as it came, and the caller's.
record Edge(boolean isActive, long missed, byte[] raw) {}
