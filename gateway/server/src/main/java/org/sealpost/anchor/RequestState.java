package org.sealpost.anchor;

import org.sealpost.lodging.Place;
/// What became of a request.

public sealed interface RequestState {
    /// The anchorage does not know it. It may have been lost, or may come up later.
    record Unknown() implements RequestState {}

    /// It waits to be included.
    record Pooled() implements RequestState {}

    /// It was included and executed.
    record Included(Place place) implements RequestState {}

    /// The same, beyond being taken back.
    record Final(Place place) implements RequestState {}

    /// It was included and had no effect; once `isFinal`, it never will.
    record Reverted(Place place, boolean isFinal) implements RequestState {}

    /// It was not included and provably never will be, or only behind the one that is made in its place.
    record CannotLand(String reason) implements RequestState {}
}
