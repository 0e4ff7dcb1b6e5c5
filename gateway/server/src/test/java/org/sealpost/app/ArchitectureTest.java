package org.sealpost.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.core.importer.Location;
import com.tngtech.archunit.library.dependencies.SliceAssignment;
import com.tngtech.archunit.library.dependencies.SliceIdentifier;
import com.tngtech.archunit.library.dependencies.SlicesRuleDefinition;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// Holds the arrows between packages to the table below: a later step may know what an earlier step makes; an earlier
/// step never knows who reads it.
class ArchitectureTest {
    private static final String BASE = "org.sealpost.";

    /// A package below `org.sealpost` with its sub-packages, and what it may import beside itself. A row names
    /// only rows above it, so the table has no way to hold a cycle.
    private record Row(String step, Set<String> mayImport) {}

    private static final List<Row> TABLE = List.of(
            // Modules of their own, which know nothing of records.
            row("hsm"),
            row("sensor"),
            // hsm: the release tool signs with a token.
            row("ota", "hsm"),
            // The verifier's module.
            row("record"),
            row("merkle"),
            row("evidence", "record", "merkle"),
            // The contracts' module: what the rules of every ledger are, for a chaincode as well.
            row("lodging", "record", "merkle", "evidence"),
            // The chaincode's module, a process of its own: no row below names it.
            row("chaincode", "record", "merkle", "evidence", "lodging"),
            // The server, in the order of a record's life.
            row("journal"),
            row("stage"),
            row("profile", "record"),
            row("control", "record", "journal", "stage"),
            // stage: the intake's writer is itself a unit of work that is stepped.
            row("capture", "record", "profile", "control", "journal", "stage", "sensor"),
            row("seal", "record", "merkle", "journal", "stage", "evidence", "hsm"),
            // record: an anchorage knows a log by its origin, and that is a type of the record's vocabulary.
            row("anchor", "record", "merkle", "evidence", "lodging", "seal", "journal", "stage", "hsm"),
            // profile: what records of a kind are looked for by.
            row("archive", "record", "merkle", "evidence", "lodging", "profile", "seal", "anchor", "journal", "stage"),
            row(
                    "admin",
                    "control",
                    // Read-only views of the others.
                    "hsm",
                    "sensor",
                    "ota",
                    "record",
                    "merkle",
                    "evidence",
                    "lodging",
                    "journal",
                    "stage",
                    "profile",
                    "capture",
                    "seal",
                    "anchor",
                    "archive"),
            row(
                    "app",
                    "hsm",
                    "sensor",
                    "ota",
                    "record",
                    "merkle",
                    "evidence",
                    "lodging",
                    "journal",
                    "stage",
                    "profile",
                    "control",
                    "capture",
                    "seal",
                    "anchor",
                    "archive",
                    "admin"));

    /// A library that not everybody may see, and the packages that may: `x` with its sub-packages, `x.*` those alone.
    private record Library(String prefix, Set<String> visibleIn) {}

    private static final List<Library> LIBRARIES = List.of(
            // Event loops are for the edges; what lies between them is plain code on threads of its own.
            library("io.vertx.", "capture", "anchor.*", "admin", "app"),
            library("io.netty.", "capture", "anchor.*", "admin", "app"),
            library("picocli.", "app", "ota.release"),
            library("com.samskivert.mustache.", "admin"),
            library("org.mapdb.", "archive.index"),
            // A bus's library is visible in that bus's package only.
            library("com.fazecast.", "sensor.serial"),
            library("com.google.re2j.", "sensor.serial"),
            library("com.digitalpetri.", "sensor.modbus"),
            // A chain's client library is visible in that chain's package only.
            library("org.hyperledger.", "anchor.fabric", "chaincode"),
            library("io.grpc.", "anchor.fabric", "anchor.chainmaker"),
            library("com.google.protobuf.", "anchor.fabric", "anchor.chainmaker"),
            library("org.chainmaker.", "anchor.chainmaker"),
            library("org.web3j.", "anchor.evm"));

    private static JavaClasses classes;

    @BeforeAll
    static void readOurClasses() {
        classes = new ClassFileImporter()
                .withImportOption(new ImportOption.DoNotIncludeTests())
                .withImportOption(ArchitectureTest::isNoTestJar)
                .importPackages("org.sealpost");
    }

    private static boolean isNoTestJar(Location location) {
        return !location.contains("-tests.jar");
    }

    /// Guards the other tests: with nothing imported they would all pass.
    @Test
    void seesTheClassesOfEveryModule() {
        Set<String> seen = classes.stream().map(ArchitectureTest::step).collect(Collectors.toCollection(TreeSet::new));
        assertTrue(seen.containsAll(Set.of("hsm", "record", "merkle")), () -> "classes were found only in " + seen);
    }

    @Test
    void everyPackageHasARowOfItsOwn() {
        Set<String> known = TABLE.stream().map(Row::step).collect(Collectors.toSet());
        Set<String> unknown = classes.stream()
                .map(ArchitectureTest::step)
                .filter(step -> !known.contains(step))
                .collect(Collectors.toCollection(TreeSet::new));
        assertEquals(Set.of(), unknown, "packages without a row: add one, here and in the table of the architecture");
    }

    @Test
    void aRowNamesOnlyRowsAboveIt() {
        Set<String> above = new TreeSet<>();
        for (Row row : TABLE) {
            assertTrue(above.containsAll(row.mayImport), () -> row.step + " names a step that is not above it");
            assertTrue(above.add(row.step), () -> row.step + " has two rows");
        }
    }

    @Test
    void everyArrowStandsInTheTable() {
        assertNone((from, to) -> {
            if (!isOurs(to)
                    || step(from).equals(step(to))
                    || mayImport(step(from)).contains(step(to))) {
                return "";
            }
            return step(from) + " may not know " + step(to)
                    + "; what must flow that way goes through an interface that " + step(from)
                    + " declares and app wires";
        });
    }

    /// The ways in, and the kinds of anchorage, can each be added and taken away alone.
    @Test
    void neighboursBelowOneStepDoNotKnowEachOther() {
        assertNone((from, to) -> {
            boolean neighbours = isOurs(to)
                    && Set.of("capture", "anchor").contains(step(from))
                    && step(from).equals(step(to))
                    && !from.getPackageName().startsWith(to.getPackageName())
                    && !to.getPackageName().startsWith(from.getPackageName());
            return neighbours
                    ? from.getPackageName() + " may not know " + to.getPackageName() + "; what both need lies in "
                            + step(from)
                    : "";
        });
    }

    @Test
    void noPackagesKnowEachOtherInACircle() {
        SlicesRuleDefinition.slices()
                .matching("org.sealpost.(**)")
                .should()
                .beFreeOfCycles()
                .check(classes);
    }

    /// Whoever reads how a chain is reached comes to each part once.
    @Test
    void thePartsOfTheWayToAChainKnowNoCircle() {
        requireNoCircleBehind("anchor.evm.ContractAccess");
        requireNoCircleBehind("anchor.fabric.ChannelAccess");
    }

    /// Of a class and of what its fields are, in the same package.
    private static void requireNoCircleBehind(String name) {
        var front = classes.get(BASE + name);
        var parts = front.getFields().stream()
                .map(field -> field.getRawType())
                .filter(type -> type.getPackageName().equals(front.getPackageName()))
                .map(ArchitectureTest::file)
                .collect(Collectors.toCollection(TreeSet::new));
        assertTrue(parts.size() > 8, () -> "only " + parts);
        parts.add(front.getName());
        SlicesRuleDefinition.slices()
                .assignedFrom(new Parts(parts))
                .should()
                .beFreeOfCycles()
                .check(classes);
    }

    /// Each class by itself, with those in its file; all others are left out.
    private record Parts(Set<String> files) implements SliceAssignment {
        @Override
        public SliceIdentifier getIdentifierOf(JavaClass type) {
            return files.contains(file(type)) ? SliceIdentifier.of(file(type)) : SliceIdentifier.ignore();
        }

        @Override
        public String getDescription() {
            return String.join(", ", files);
        }
    }

    /// The verifier is what a stranger runs, years later: the less it drags in, the more it is worth.
    @Test
    void theVerifierStandsOnTheJdkAndBouncyCastleAlone() {
        List<String> allowed = List.of("java.", "javax.", "org.bouncycastle.", "org.jspecify.annotations.", BASE);
        assertNone((from, to) -> !Set.of("record", "merkle", "evidence").contains(step(from))
                        || allowed.stream().anyMatch(to.getName()::startsWith)
                ? ""
                : step(from) + " is part of the verifier and uses only the JDK and Bouncy Castle");
    }

    @Test
    void librariesAreSeenOnlyWhereTheyBelong() {
        assertNone((from, to) -> LIBRARIES.stream()
                .filter(library -> to.getName().startsWith(library.prefix))
                .filter(library -> library.visibleIn.stream().noneMatch(place -> isIn(place, from)))
                .map(library -> library.prefix + "* belongs in " + String.join(", ", new TreeSet<>(library.visibleIn))
                        + " only")
                .findFirst()
                .orElse(""));
    }

    @Test
    void thePartsOfTheCoreOfHeadsKnowNoCircle() {
        assertPartsKnowNoCircle(BASE + "anchor.RelayTurn");
    }

    @Test
    void thePartsOfTheCoreOfPublicationsKnowNoCircle() {
        assertPartsKnowNoCircle(BASE + "anchor.PublicationTurn");
    }

    /// Whoever reads one part of a core need not read those that are made behind it.
    ///
    /// @param turn the part that all others have
    private static void assertPartsKnowNoCircle(String turn) {
        Set<String> parts = classes.stream()
                .filter(type -> type.getFields().stream()
                        .anyMatch(field -> field.getRawType().getName().equals(turn)))
                .map(JavaClass::getName)
                .collect(Collectors.toCollection(TreeSet::new));
        assertTrue(parts.size() > 10, () -> "only " + parts);
        classes.stream()
                .filter(type -> parts.contains(type.getName()))
                .flatMap(type -> type.getFields().stream())
                .map(field -> field.getRawType())
                .filter(type -> isIn("anchor", type))
                .map(ArchitectureTest::file)
                .forEach(parts::add);
        assertEquals(Map.of(), circles(parts, ArchitectureTest::file), "parts that know each other in a circle");
    }

    /// The same of the relay around it, which makes its parts. What is told of a publication, and of a log, is
    /// no part, though it has its place in the relay.
    @Test
    void thePartsOfTheRelayOfPublicationsKnowNoCircle() {
        String relay = BASE + "anchor.PublicationRelay";
        Set<String> parts = classes.get(relay).getConstructorCallsFromSelf().stream()
                .map(call -> call.getTargetOwner())
                .filter(type -> isIn("anchor", type))
                .map(ArchitectureTest::file)
                .collect(Collectors.toCollection(TreeSet::new));
        parts.add(relay);
        assertTrue(parts.size() > 10, () -> "only " + parts);
        var found = circles(parts, type -> type.getName().startsWith(relay + "$") ? type.getName() : file(type));
        assertEquals(Map.of(), found, "parts that know each other in a circle");
    }

    /// Those of these parts that know each other in a circle, and those that know such; with whom of them they
    /// know.
    ///
    /// @param partOf the name of the part that a class belongs to
    private static Map<String, Set<String>> circles(Set<String> parts, Function<JavaClass, String> partOf) {
        var knows = new TreeMap<String, Set<String>>();
        for (JavaClass from : classes) {
            String part = partOf.apply(from);
            if (!parts.contains(part)) continue;
            var known = knows.computeIfAbsent(part, _ -> new TreeSet<>());
            from.getDirectDependenciesFromSelf().stream()
                    .map(dependency -> partOf.apply(target(dependency)))
                    .filter(to -> parts.contains(to) && !to.equals(part))
                    .forEach(known::add);
        }
        boolean goesOn = true;
        while (goesOn) goesOn = knows.values().removeIf(known -> Collections.disjoint(known, knows.keySet()));
        return knows;
    }

    /// The class that it stands in, by its full name.
    private static String file(JavaClass type) {
        return type.getName().split("[$]", 2)[0];
    }

    /// Judges each dependency of each of our classes; an empty answer is approval.
    private static void assertNone(BiFunction<JavaClass, JavaClass, String> objection) {
        List<String> objections = classes.stream()
                .flatMap(from -> from.getDirectDependenciesFromSelf().stream())
                .filter(dependency -> !target(dependency).isPrimitive())
                .flatMap(dependency -> Stream.of(objection.apply(dependency.getOriginClass(), target(dependency)))
                        .filter(text -> !text.isEmpty())
                        .map(text -> text + ":\n    " + dependency.getDescription()))
                .sorted()
                .toList();
        assertTrue(objections.isEmpty(), () -> String.join("\n", objections));
    }

    private static JavaClass target(Dependency dependency) {
        return dependency.getTargetClass().getBaseComponentType();
    }

    private static boolean isOurs(JavaClass type) {
        return type.getName().startsWith(BASE);
    }

    private static boolean isIn(String place, JavaClass type) {
        return place.endsWith(".*")
                ? type.getPackageName().startsWith(BASE + place.replace("*", ""))
                : (type.getPackageName() + ".").startsWith(BASE + place + ".");
    }

    /// The first part of the package's name below `org.sealpost`.
    private static String step(JavaClass type) {
        return type.getPackageName().substring(BASE.length()).split("\\.", 2)[0];
    }

    private static Set<String> mayImport(String step) {
        return TABLE.stream()
                .filter(row -> row.step.equals(step))
                .findFirst()
                .map(Row::mayImport)
                .orElse(Set.of());
    }

    private static Row row(String step, String... mayImport) {
        return new Row(step, Set.of(mayImport));
    }

    private static Library library(String prefix, String... visibleIn) {
        return new Library(prefix, Set.of(visibleIn));
    }
}
