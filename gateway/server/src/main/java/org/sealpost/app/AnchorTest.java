package org.sealpost.app;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import org.sealpost.anchor.Anchorage;
import org.sealpost.anchor.AnchorageHealth;
import org.sealpost.anchor.AnchorageSetback;
import org.sealpost.anchor.Beginning;
import org.sealpost.anchor.HeadRefused;
import org.sealpost.anchor.IdentityDifference;
import org.sealpost.anchor.Preparation;
import org.sealpost.anchor.evm.EvmContract;
import org.sealpost.anchor.evm.EvmLedger;
import org.sealpost.anchor.evm.EvmPublications;
import org.sealpost.anchor.fabric.FabricPublications;
import org.sealpost.anchor.tsa.TimestampAuthority;
import org.sealpost.evidence.AnchorIdentity;
import org.sealpost.hsm.TokenSetback;
import org.sealpost.journal.BrokenPromise;
import org.sealpost.lodging.Finding;
import org.sealpost.lodging.LodgeableHead;
import org.sealpost.merkle.Hash;
import org.sealpost.seal.SealLog;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "test",
        mixinStandardHelpOptions = true,
        description = {
            "Looks at all that lodging on an anchorage needs, and lodges nothing: who it is, whether its newest block is"
                    + " of now, what the account holds, and whether it would take the newest head of this log, by a"
                    + " call that is simulated and never sent. A time-stamping authority is asked for a stamp over"
                    + " random bytes, which is judged as that of a head and not kept. A contract for publications that is"
                    + " pinned beside the one for heads is told by its code, by what made it, and by whom it asks for"
                    + " keys; on a channel to which"
                    + " profiles are published the chaincode is asked for their last number.",
            "A gateway may run meanwhile. Exits 0 if all is well, 1 if something is not, with a sentence each."
        })
final class AnchorTest implements Callable<Integer> {
    @Option(names = "--config", required = true, description = "the configuration file, sealpost.toml")
    private Path config = Path.of("");

    @Mixin
    private TlsTrust trust = new TlsTrust();

    @Mixin
    private HsmOutput out = new HsmOutput();

    @Parameters(paramLabel = "NAME", description = "the anchorage")
    private String name = "";

    private final List<Check> checks = new ArrayList<>();
    private Optional<AnchorIdentity> known = Optional.empty();

    /// A question and its answer.
    ///
    /// @param remedy empty where nothing is to be done
    private record Check(String about, boolean isWell, String words, String remedy) {}

    @Override
    public Integer call() throws Exception {
        return out.run(() -> {
            var settings = GatewayConfig.read(config);
            if (OpenedAnchorage.require(settings, name) instanceof FabricSettings fabric) {
                fabric.warning().ifPresent(words -> checks.add(new Check("peers", true, words, FabricSettings.REMEDY)));
            }
            // Where that cannot be read, all else is looked at: only whether it is another one by now is not known.
            look("relay", () -> known = OpenedAnchorage.known(settings, name));
            look("account", () -> {
                try (var opened = OpenedAnchorage.open(settings, name, known)) {
                    nodes(opened);
                    // Who does not answer to the first question, or is another one, is not asked the others.
                    look("identity", () -> identity(opened));
                    if (!isWell("identity")) return;
                    look("health", () -> health(opened.anchorage()));
                    look("lodging", () -> lodging(settings, opened));
                }
            });
            if (isWell("identity")) look("publications", () -> publications(settings));
            return answer();
        });
    }

    private interface Look {
        void look() throws Exception;
    }

    private void look(String about, Look look) throws Exception {
        try {
            look.look();
        } catch (AnchorageSetback e) {
            bad(about, String.valueOf(e.getMessage()), e.remedy());
        } catch (HeadRefused e) {
            bad(about, String.valueOf(e.getMessage()), e.remedy());
        } catch (StartRefused e) {
            bad(about, e.problem(), e.remedy());
        } catch (TokenSetback e) {
            bad(about, String.valueOf(e.getMessage()), e.remedy());
        } catch (IOException e) {
            bad(about, Refusal.words(e), "look at the file that is named");
        } catch (BrokenPromise e) {
            bad(
                    about,
                    Refusal.words(e),
                    "copy the data directory before anything else; sealpost journal examine says what is lost");
        }
    }

    private void identity(OpenedAnchorage opened) throws AnchorageSetback {
        long begun = System.nanoTime();
        var found = opened.anchorage().identity(opened.known());
        long millis = Duration.ofNanos(System.nanoTime() - begun).toMillis();
        if (opened.known().isPresent() && !opened.known().get().equals(found)) {
            bad(
                    "identity",
                    "it is another one than was reached first: "
                            + IdentityDifference.words(found, opened.known().get()),
                    "check its address; nothing is sent to another one under the same name");
        } else if (opened.anchorage().beginning(found) instanceof Beginning.Unknown(var cause, var remedy)) {
            bad("identity", cause, remedy);
        } else {
            var creation = opened.anchorage() instanceof EvmLedger ledger ? "; " + ledger.creation() : "";
            good("identity", found + ", told in " + millis + " ms" + creation);
        }
    }

    private void publications(GatewayConfig settings) throws Exception {
        switch (OpenedAnchorage.require(settings, name)) {
            case EvmSettings evm -> publications(settings, evm);
            case FabricSettings fabric when fabric.publishing().isPresent() -> publications(settings, fabric);
            case FabricSettings _, LocalSettings _, AuthoritySettings _ -> {}
        }
    }

    /// They go through the chaincode that takes heads; whether it has functions for them shows where one is asked.
    private void publications(GatewayConfig settings, FabricSettings fabric) throws Exception {
        if (!hasLog(settings)) {
            good("publications", "not asked for, since this machine has no log of its own");
            return;
        }
        var origin = ExportedHead.of(settings, OptionalLong.empty(), trust.ca())
                .checked()
                .originId();
        try (var token = OpenedAnchorage.token(settings);
                var ledger = FabricPublications.open(
                        fabric.config(),
                        OpenedAnchorage.identity(token, fabric.identityKey()),
                        KernelClock.open(settings.discipline()),
                        fabric.collection())) {
            var identity = ledger.identity();
            long last = ledger.last(origin);
            ledger.requireCollection(origin, Math.max(1, last));
            var privately = fabric.collection()
                    .map(named -> "; collection " + named + " can be read")
                    .orElse("");
            good(
                    "publications",
                    "they go to " + identity + "; the last number of this log there is " + last + privately);
        }
    }

    /// The contract for publications, where one is pinned beside the one for heads. Nothing is signed.
    private void publications(GatewayConfig settings, EvmSettings evm) throws Exception {
        var heads = EvmContract.pinned(evm.contract());
        var contract = EvmContract.creation(EvmContract.publicationsPin(evm.contract()));
        if (heads.isEmpty()) return;
        if (contract.isEmpty()) {
            if (evm.publishingAccount().isPresent())
                notDeployed(settings, evm, evm.publishingAccount().get());
            return;
        }
        var payer = evm.publishingAccount().map(PublishingAccount::key).orElse(evm.accountKey());
        try (var keys = new OpenedAccounts(settings);
                var ledger = EvmPublications.open(
                        evm.config(),
                        heads.get(),
                        contract.get(),
                        it -> PublishingStanding.anyGoesOn(settings, it),
                        keys.open(evm, payer))) {
            // As before anything is sent there, whether or not this box has reached it.
            good("publications", "they go to " + ledger.identity(Optional.empty()) + "; " + ledger.creation());
        }
    }

    private void notDeployed(GatewayConfig settings, EvmSettings evm, PublishingAccount publishing) throws Exception {
        try (var keys = new OpenedAccounts(settings)) {
            var account = EvmLedger.accountOf(keys.open(evm, publishing.key()));
            bad(
                    "publications",
                    publishing.contract() + " is not there: this box knows no contract for them yet",
                    "see that account " + account + " can pay; then sealpost anchor deploy " + name
                            + ", or the gateway's next start, deploys it");
        }
    }

    private void nodes(OpenedAnchorage opened) {
        if (!(opened.anchorage() instanceof EvmLedger ledger)) return;
        for (var node : ledger.nodes(opened.known())) {
            var about = "node " + node.name();
            // What a node is told of by everywhere else begins with its name, too.
            var words =
                    node.words().startsWith(about + ": ") ? node.words().substring(about.length() + 2) : node.words();
            checks.add(new Check(about, node.isWell(), words, node.remedy()));
        }
    }

    private void health(Anchorage anchorage) {
        // An authority shows what it is by stamping, and by nothing else.
        var health = anchorage instanceof TimestampAuthority authority ? authority.trial() : anchorage.health();
        switch (health) {
            case AnchorageHealth.Good(var detail) -> good("health", detail);
            case AnchorageHealth.Bad(var cause, var remedy) -> bad("health", cause, remedy);
        }
    }

    private void lodging(GatewayConfig settings, OpenedAnchorage opened) throws Exception {
        if (!hasLog(settings)) {
            good("lodging", "not tried, since this machine has no log of its own");
            return;
        }
        var file = ExportedHead.of(settings, OptionalLong.empty(), trust.ca());
        var head = file.checked();
        opened.requireSealsNothing(file);
        var anchorage = opened.anchorage();
        var older = OlderCopy.found(settings, trust.ca(), anchorage, head);
        if (older.isPresent()) {
            bad("lodging", older.get(), OlderCopy.REMEDY);
            return;
        }
        switch (anchorage.find(head.originId(), head.size(), head.root())) {
            case Finding.Present _ ->
                simulate(anchorage, head, 0, List.of(), "it holds this very head", head.size() + " entries");
            case Finding.Covered(var size, var _) ->
                simulate(anchorage, head, 0, List.of(), "it holds the head of " + size + " entries");
            case Finding.Conflict(var other) ->
                bad(
                        "lodging",
                        "it holds another root for " + head.size() + " entries of this log: " + other,
                        "find out which box made the other history");
            case Finding.Absent(var base, var root)
            when root == null -> simulate(anchorage, head, 0, List.of(), "it holds nothing of this log");
            case Finding.Absent(var base, var _) -> {
                // It may hold more than the relay knows of, and the log has grown meanwhile.
                var leading = file.from(base).isPresent()
                        ? file
                        : ExportedHead.of(settings, OptionalLong.of(base), trust.ca());
                simulate(
                        anchorage,
                        leading.checked(),
                        base,
                        leading.from(base).orElseThrow(),
                        "it holds the head of " + base + " entries");
            }
        }
    }

    private static boolean hasLog(GatewayConfig settings) {
        return Files.isDirectory(settings.data().resolve(SealLog.KIND));
    }

    private void simulate(Anchorage anchorage, LodgeableHead head, long base, List<Hash> proof, String held)
            throws AnchorageSetback {
        simulate(anchorage, head, base, proof, held, "it would take the head of " + head.size() + " entries");
    }

    /// @param taken where it would take it
    private void simulate(
            Anchorage anchorage, LodgeableHead head, long base, List<Hash> proof, String held, String taken)
            throws AnchorageSetback {
        switch (anchorage.prepare(head, base, proof)) {
            case Preparation.Refused(var reason) ->
                bad("lodging", held + "; it would refuse the head of " + head.size() + " entries: " + reason, "");
            case Preparation.TooManyHandOvers many ->
                good(
                        "lodging",
                        held + "; " + many.count() + " hand-overs lie between, at most " + many.most()
                                + " are followed with one head, so heads between are lodged first; nothing was sent");
            case Preparation.Ready _ -> good("lodging", held + "; " + taken + "; nothing was sent of it");
        }
    }

    private void good(String about, String words) {
        checks.add(new Check(about, true, words, ""));
    }

    private void bad(String about, String words, String remedy) {
        checks.add(new Check(about, false, words, remedy));
    }

    /// Whether it was looked at, and nothing of it is bad.
    private boolean isWell(String about) {
        var found = checks.stream().filter(check -> check.about.equals(about)).toList();
        return !found.isEmpty() && found.stream().allMatch(Check::isWell);
    }

    private boolean isAllWell() {
        return checks.stream().allMatch(Check::isWell);
    }

    private HsmOutput.Answer answer() {
        boolean good = isAllWell();
        var json = HsmOutput.object().put("name", name).put("good", good);
        var all = json.putArray("checks");
        var lines = new ArrayList<String>();
        for (var check : checks) {
            all.add(HsmOutput.object()
                    .put("about", check.about)
                    .put("good", check.isWell)
                    .put("words", check.words)
                    .put("remedy", check.remedy));
            lines.add((check.isWell ? "good  " : "BAD   ") + check.about + ": " + check.words
                    + (check.remedy.isEmpty() ? "" : "; " + check.remedy));
        }
        return new HsmOutput.Answer(json, lines, good ? HsmCommand.DONE : HsmCommand.REFUSED);
    }
}
