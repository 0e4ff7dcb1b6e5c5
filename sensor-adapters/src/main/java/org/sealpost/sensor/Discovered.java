package org.sealpost.sensor;

/// Something on this machine that could be a sensor, with a piece of settings to begin with.
public record Discovered(String kind, String title, String description, String toml) {}
