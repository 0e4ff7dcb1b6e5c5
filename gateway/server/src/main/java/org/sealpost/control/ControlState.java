package org.sealpost.control;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// What is in force: a fold over the acts. Immutable.
///
/// @param wrongCodes   how many wrong claim codes were entered, ever
/// @param owner        who claimed the box; empty as long as nobody has
/// @param certificates of the sealing key, DER, its own first; empty as long as none was accepted
/// @param sensors      the settings document in force; empty as long as none was given
/// @param copiedBelow  acts below this position of the journal are in the log
/// @param updates      which acts of the update agent are in the log; empty as long as none is
/// @param anchorages   what was ordered of each, by its name
public record ControlState(
        long wrongCodes,
        Optional<Owner> owner,
        List<byte[]> certificates,
        Optional<String> sensors,
        long copiedBelow,
        Optional<Updates> updates,
        Map<String, Ordered> anchorages) {
    static final ControlState UNCLAIMED =
            new ControlState(0, Optional.empty(), List.of(), Optional.empty(), 0, Optional.empty(), Map.of());

    /// The client that claimed the box.
    public record Owner(String client, SecretHash token) {}

    /// How far the acts of the update agent are in the log.
    ///
    /// @param below the number after the last that is
    /// @param index where the log has that one
    public record Updates(long below, long index) {}

    /// What was ordered of an anchorage.
    ///
    /// @param parked      the act by which it is; empty while it is not
    /// @param resubmitted where the journal has the last order to resubmit; -1 if it has none
    /// @param resubmit    that order's act
    /// @param publications the last order about each publication that there was one about, by its number
    public record Ordered(
            Optional<Act.Stamp> parked,
            long resubmitted,
            Optional<Act.Stamp> resubmit,
            Map<Long, OfPublication> publications) {
        static final Ordered NOTHING = new Ordered(Optional.empty(), -1, Optional.empty(), Map.of());

        /// @param position where the journal has it
        public record OfPublication(Act.Order order, long position) {}

        public Ordered {
            publications = Map.copyOf(publications);
        }

        Ordered after(Act.AnchorageOrdered act, long position) {
            return switch (act.order()) {
                case PARK ->
                    new Ordered(parked.or(() -> Optional.of(act.stamp())), resubmitted, resubmit, publications);
                case UNPARK -> new Ordered(Optional.empty(), resubmitted, resubmit, publications);
                case RESUBMIT -> new Ordered(parked, position, Optional.of(act.stamp()), publications);
                case GIVE_UP, TAKE_UP -> {
                    var all = new HashMap<>(publications);
                    all.put(act.number().orElseThrow(), new OfPublication(act.order(), position));
                    yield new Ordered(parked, resubmitted, resubmit, all);
                }
            };
        }
    }

    public ControlState {
        certificates = List.copyOf(certificates);
        anchorages = Map.copyOf(anchorages);
    }

    /// What was ordered of the anchorage of this name.
    public Ordered of(String anchorage) {
        return anchorages.getOrDefault(anchorage, Ordered.NOTHING);
    }

    public boolean isClaimed() {
        return owner.isPresent();
    }

    /// @throws ControlDamaged if no box writes this act after those before
    ControlState after(Act act, long position) {
        return switch (act) {
            case Act.ClaimRefused _ -> {
                require(!isClaimed(), position, "a claim refused on a box that has an owner");
                yield new ControlState(wrongCodes + 1, owner, certificates, sensors, copiedBelow, updates, anchorages);
            }
            case Act.Claimed claimed -> {
                require(!isClaimed(), position, "a second claim");
                yield new ControlState(
                        wrongCodes,
                        Optional.of(new Owner(claimed.client(), claimed.token())),
                        certificates,
                        sensors,
                        copiedBelow,
                        updates,
                        anchorages);
            }
            case Act.CertificateAccepted accepted -> {
                // Where nobody claims anything, a gateway that is no box of its own, the gateway itself gets one.
                require(isClaimed() || act.stamp().by().equals(Act.BOX), position, "a certificate before the claim");
                yield new ControlState(
                        wrongCodes, owner, accepted.certificates(), sensors, copiedBelow, updates, anchorages);
            }
            case Act.SensorsSet set -> {
                require(isClaimed(), position, "settings of sensors before the claim");
                yield new ControlState(
                        wrongCodes, owner, certificates, Optional.of(set.document()), copiedBelow, updates, anchorages);
            }
            case Act.Copied copied -> {
                require(
                        copied.below() > copiedBelow && copied.below() <= position,
                        position,
                        "acts below " + copied.below() + " copied, after those below " + copiedBelow);
                yield new ControlState(wrongCodes, owner, certificates, sensors, copied.below(), updates, anchorages);
            }
            case Act.UpdateCopied copied -> {
                long below = updates.map(Updates::below).orElse(0L);
                require(
                        copied.below() > below,
                        position,
                        "acts of updates below " + copied.below() + " copied, after those below " + below);
                var reached = new Updates(copied.below(), copied.index());
                yield new ControlState(
                        wrongCodes, owner, certificates, sensors, copiedBelow, Optional.of(reached), anchorages);
            }
            case Act.AnchorageOrdered ordered -> {
                var all = new HashMap<>(anchorages);
                all.put(ordered.anchorage(), of(ordered.anchorage()).after(ordered, position));
                yield new ControlState(wrongCodes, owner, certificates, sensors, copiedBelow, updates, all);
            }
        };
    }

    private static void require(boolean holds, long position, String what) {
        if (!holds) throw new ControlDamaged(position, what);
    }
}
