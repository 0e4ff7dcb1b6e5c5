package org.sealpost.anchor;

/// Whether it is known how an anchorage began: what is sent to one that began by another hand is worth nothing,
/// whatever runs there since. That one is known to have begun otherwise is an [AnchorageSetback].
public sealed interface Beginning {
    /// As it should, or this box has gone on with it before.
    record Known() implements Beginning {}

    /// Nobody tells, and nobody will by himself.
    ///
    /// @param cause  who was asked
    /// @param remedy what a person can do
    record Unknown(String cause, String remedy) implements Beginning {}
}
