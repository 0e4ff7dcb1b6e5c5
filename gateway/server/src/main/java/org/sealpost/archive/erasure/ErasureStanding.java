package org.sealpost.archive.erasure;

import java.util.OptionalLong;

/// How far an order has come. It is in force whatever this says.
///
/// @param copiedAs where the log has it; empty as long as it has not
/// @param removed  whether the bytes are in no file any more
public record ErasureStanding(Erasure order, OptionalLong copiedAs, boolean removed) {
    ErasureStanding copied(long index) {
        return new ErasureStanding(order, OptionalLong.of(index), removed);
    }

    ErasureStanding gone() {
        return new ErasureStanding(order, copiedAs, true);
    }
}
