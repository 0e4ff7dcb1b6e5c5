package org.sealpost.merkle;

/// Takes the nodes of a growing tree, each exactly once, as soon as nothing can change it any more.
@FunctionalInterface
public interface NodeSink {
    NodeSink NOWHERE = (level, index, hash) -> {};

    /// @param level 0 for leaf hashes, one more for each step up
    /// @param index place in its level, from 0, counted from the left
    void completed(int level, long index, Hash hash);
}
