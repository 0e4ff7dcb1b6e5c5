package org.sealpost.anchor;

/// How an anchorage is. What it says is for people; nothing is decided by it.
public sealed interface AnchorageHealth {
    /// It answers. `detail` in words: height, age of the newest block, account and balance.
    record Good(String detail) implements AnchorageHealth {}

    /// It does not do what it should.
    record Bad(String cause, String remedy) implements AnchorageHealth {}
}
