package org.sealpost.ota;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;

/// What the agent knows: the fold of its acts.
///
/// @param next      number of the act that comes next
/// @param source    where releases come from
/// @param epoch     the highest security epoch that was ever confirmed here
/// @param dataFormat the highest data format that was ever confirmed here
/// @param wentBack  the slot that was booted although its security epoch is too low, and was left
/// @param notAgain  versions that fell back here
/// @param setAside  versions that could not be installed once they were ordered; only an order tries them again
/// @param told      refusals since the last offer, which are not written again
/// @param refusal   the last one since the last offer
/// @param last      the last update that came to an end
record Memory(
        long next,
        State state,
        UpdateAct.SourceSet source,
        int epoch,
        int dataFormat,
        Optional<Slot> wentBack,
        SortedSet<Version> notAgain,
        SortedSet<Version> setAside,
        List<UpdateAct.Refused> told,
        Optional<UpdateStatus.Refusal> refusal,
        Optional<UpdateStatus.Last> last) {
    private static final int MAX_TOLD = 64;
    private static final int MAX_VERSIONS = 1_000;

    static final Memory EMPTY = new Memory(
            0,
            new State.Idle(),
            UpdateAct.SourceSet.NONE,
            0,
            0,
            Optional.empty(),
            Collections.emptySortedSet(),
            Collections.emptySortedSet(),
            List.of(),
            Optional.empty(),
            Optional.empty());

    /// @throws IllegalArgumentException if the act cannot follow what is known
    Memory after(ActEntry entry) {
        if (entry.n() != next) throw new IllegalArgumentException("act " + entry.n() + " follows " + (next - 1));
        var memory = with(next + 1, state);
        return switch (entry.act()) {
            case UpdateAct.SourceSet act -> memory.withSource(act);
            case UpdateAct.Offered act -> {
                require(act, state instanceof State.Idle || state instanceof State.Offered);
                yield memory.withRefusals(List.of(), Optional.empty()).with(next + 1, new State.Offered(act.offer()));
            }
            case UpdateAct.Refused act -> {
                require(act, state.target().isEmpty() || state instanceof State.Installing);
                yield memory.refused(entry, act);
            }
            case UpdateAct.Ordered act -> {
                require(act, state instanceof State.Offered && about(act.version()));
                yield memory.withVersions(notAgain, without(setAside, act.version()))
                        .with(next + 1, new State.Fetching(offer()));
            }
            case UpdateAct.Verified act -> {
                require(act, state instanceof State.Fetching && about(act.version()));
                yield memory.with(next + 1, new State.Staged(offer()));
            }
            case UpdateAct.Installing act -> {
                require(act, state instanceof State.Staged && about(act.version()));
                yield memory.with(next + 1, new State.Installing(offer(), act.slot(), act.red()));
            }
            case UpdateAct.Installed act -> {
                if (!(state instanceof State.Installing(var offer, var slot, var red)) || slot != act.slot()) {
                    throw impossible(act);
                }
                yield memory.with(next + 1, new State.Installed(offer, slot, red));
            }
            case UpdateAct.Rebooting act -> {
                if (state instanceof State.Failed(var offer, var slot, var why, var _)) {
                    require(act, about(act.version()) && act.slot() == slot.other());
                    yield memory.with(next + 1, new State.Failed(offer, slot, why, true));
                }
                int reboots = state instanceof State.Trial trial ? trial.reboots() + 1 : 1;
                require(act, state instanceof State.Installed || state instanceof State.Trial);
                require(act, about(act.version()) && state.target().equals(Optional.of(act.slot())));
                yield memory.with(next + 1, new State.Trial(offer(), act.slot(), act.from(), act.red(), reboots));
            }
            case UpdateAct.Failed act -> {
                require(act, state.target().isPresent() && about(act.version()));
                yield memory.with(
                        next + 1, new State.Failed(offer(), state.target().orElseThrow(), act.why(), false));
            }
            case UpdateAct.Confirmed act -> {
                require(act, state.target().equals(Optional.of(act.slot())) && about(act.version()));
                yield memory.ended(entry, act.version(), "confirmed", "")
                        .withHighest(Math.max(epoch, act.epoch()), Math.max(dataFormat, act.dataFormat()))
                        .withWentBack(Optional.empty())
                        .withVersions(without(notAgain, act.version()), without(setAside, act.version()));
            }
            case UpdateAct.RolledBack act -> {
                require(act, state.target().isPresent() && about(act.version()));
                yield memory.ended(entry, act.version(), "rolled-back", act.why())
                        .withVersions(with(notAgain, act.version()), setAside);
            }
            case UpdateAct.Allowed act ->
                memory.withVersions(without(notAgain, act.version()), without(setAside, act.version()))
                        .withRefusals(List.of(), Optional.empty());
            case UpdateAct.Booted act ->
                memory.withWentBack(act.epoch() < epoch ? Optional.of(act.slot()) : Optional.empty());
        };
    }

    /// Whether the box was told to boot the other slot, since this one did not prove itself or is too old.
    boolean hasGivenUp(Slot slot) {
        return state instanceof State.Failed failed && failed.left() && failed.slot() == slot
                || wentBack.equals(Optional.of(slot));
    }

    private Memory refused(ActEntry entry, UpdateAct.Refused act) {
        var more = new ArrayList<>(told);
        more.add(act);
        if (more.size() > MAX_TOLD) more.removeFirst();
        var known = withRefusals(
                List.copyOf(more), Optional.of(new UpdateStatus.Refusal(act.rule(), act.sentence(), entry.at())));
        // What an order asked for in vain is not what is offered, and one source says nothing of what another offers.
        boolean ofOtherVersion =
                act.version().isPresent() && !about(act.version().get());
        boolean ofOtherSource = state instanceof State.Offered(var offer) && offer.from() != act.from();
        if (state.inQuestion().isPresent() && (ofOtherVersion || ofOtherSource)) return known;
        boolean ordered = !(state instanceof State.Idle || state instanceof State.Offered);
        // What may be over tomorrow is tried again by itself, and what metadata are refused for is no release's fault.
        boolean passing = act.version().isEmpty()
                || Set.of(Rule.ROOM, Rule.UNAVAILABLE, Rule.WITHDRAWN).contains(act.rule());
        return known.withVersions(notAgain, ordered && !passing ? with(setAside, offer().version()) : setAside)
                .with(next, new State.Idle());
    }

    private Offer offer() {
        return state.inQuestion().orElseThrow();
    }

    private boolean about(Version version) {
        return state.inQuestion().map(Offer::version).equals(Optional.of(version));
    }

    private void require(UpdateAct act, boolean possible) {
        if (!possible) throw impossible(act);
    }

    private IllegalArgumentException impossible(UpdateAct act) {
        return new IllegalArgumentException(act + " cannot follow the state " + state.word());
    }

    private Memory ended(ActEntry entry, Version version, String outcome, String why) {
        var end = new UpdateStatus.Last(version.toString(), outcome, entry.at(), why);
        return new Memory(
                next,
                new State.Idle(),
                source,
                epoch,
                dataFormat,
                wentBack,
                notAgain,
                setAside,
                List.of(),
                Optional.empty(),
                Optional.of(end));
    }

    private Memory with(long next, State state) {
        return new Memory(next, state, source, epoch, dataFormat, wentBack, notAgain, setAside, told, refusal, last);
    }

    private Memory withSource(UpdateAct.SourceSet source) {
        return new Memory(
                next,
                state,
                source,
                epoch,
                dataFormat,
                wentBack,
                notAgain,
                setAside,
                List.of(),
                Optional.empty(),
                last);
    }

    private Memory withHighest(int epoch, int dataFormat) {
        return new Memory(next, state, source, epoch, dataFormat, wentBack, notAgain, setAside, told, refusal, last);
    }

    private Memory withWentBack(Optional<Slot> wentBack) {
        return new Memory(next, state, source, epoch, dataFormat, wentBack, notAgain, setAside, told, refusal, last);
    }

    private Memory withVersions(SortedSet<Version> notAgain, SortedSet<Version> setAside) {
        return new Memory(next, state, source, epoch, dataFormat, wentBack, notAgain, setAside, told, refusal, last);
    }

    private Memory withRefusals(List<UpdateAct.Refused> told, Optional<UpdateStatus.Refusal> refusal) {
        return new Memory(next, state, source, epoch, dataFormat, wentBack, notAgain, setAside, told, refusal, last);
    }

    private static SortedSet<Version> with(SortedSet<Version> versions, Version version) {
        var more = new TreeSet<>(versions);
        more.add(version);
        // The lowest are the least likely to be offered again.
        if (more.size() > MAX_VERSIONS) more.pollFirst();
        return Collections.unmodifiableSortedSet(more);
    }

    private static SortedSet<Version> without(SortedSet<Version> versions, Version version) {
        var fewer = new TreeSet<>(versions);
        fewer.remove(version);
        return Collections.unmodifiableSortedSet(fewer);
    }
}
