package io.github.duckpool;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.conditions.ArchPredicates.are;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaCall;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaMember;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.FileReader;
import java.io.FileWriter;
import java.io.RandomAccessFile;
import java.nio.channels.AsynchronousFileChannel;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The arrows between the packages, and what no code of the library may do. */
@AnalyzeClasses(packages = "io.github.duckpool", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
    private static final String[] JDK = {"java..", "javax..", "org.jspecify.annotations.."};

    private static final Set<String> FILES_OPENERS = Set.of(
            "copy",
            "lines",
            "mismatch",
            "newBufferedReader",
            "newBufferedWriter",
            "newByteChannel",
            "newInputStream",
            "newOutputStream",
            "readAllBytes",
            "readAllLines",
            "readString",
            "setLastModifiedTime",
            "write",
            "writeString");

    @ArchTest
    static final ArchRule WAIT = knowsOnly("internal.wait");

    @ArchTest
    static final ArchRule GATE = knowsOnly("internal.gate", "internal.wait");

    @ArchTest
    static final ArchRule MUTEX = knowsOnly("mutex", "internal.wait");

    @ArchTest
    static final ArchRule FILES = knowsOnly("internal.files");

    @ArchTest
    static final ArchRule LOCK = knowsOnly("lock", "internal.files", "internal.wait");

    @ArchTest
    static final ArchRule LEASE_KNOWS_NO_POOL = noClasses()
            .that()
            .resideInAPackage("io.github.duckpool.internal.lease..")
            .should()
            .dependOnClassesThat(resideInAnyPackage(
                            "io.github.duckpool.internal.pool..",
                            "io.github.duckpool.internal.gate..",
                            "org.apache.commons.pool2..")
                    .or(are(root())));

    @ArchTest
    static final ArchRule NOBODY_BELOW_KNOWS_THE_WRITE_PATH = noClasses()
            .that(DescribedPredicate.not(resideInAPackage("io.github.duckpool.internal.write..")
                    .or(root())
                    .or(resideInAPackage("io.github.duckpool.observe.."))))
            .should()
            .dependOnClassesThat()
            .resideInAPackage("io.github.duckpool.internal.write..");

    @ArchTest
    static final ArchRule WRITE_PATH_KNOWS_NEITHER_GATE_NOR_LEASE = noClasses()
            .that()
            .resideInAPackage("io.github.duckpool.internal.write..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "io.github.duckpool.internal.gate..",
                    "io.github.duckpool.internal.lease..",
                    "io.github.duckpool.observe..");

    @ArchTest
    static final ArchRule POOL_KNOWS_NO_API = noClasses()
            .that()
            .resideInAPackage("io.github.duckpool.internal..")
            .should()
            .dependOnClassesThat(root());

    @ArchTest
    static final ArchRule COMMONS_POOL_STAYS_IN_POOL = noClasses()
            .that()
            .resideOutsideOfPackage("io.github.duckpool.internal.pool..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("org.apache.commons.pool2..");

    @ArchTest
    static final ArchRule COMMAND_LINE = classes()
            .that()
            .resideInAPackage("io.github.duckpool.cli..")
            .should()
            .onlyDependOnClassesThat(resideInAnyPackage(JDK)
                    .or(resideInAnyPackage(
                            "picocli..",
                            "io.github.duckpool.cli..",
                            "io.github.duckpool.internal.files..",
                            "io.github.duckpool.lock..",
                            "io.github.duckpool.mutex..")));

    @ArchTest
    static final ArchRule PICOCLI_STAYS_IN_THE_COMMAND_LINE = noClasses()
            .that()
            .resideOutsideOfPackage("io.github.duckpool.cli..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("picocli..");

    @ArchTest
    static final ArchRule NOBODY_KNOWS_THE_COMMAND_LINE = noClasses()
            .that()
            .resideOutsideOfPackage("io.github.duckpool.cli..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("io.github.duckpool.cli..");

    @ArchTest
    static final ArchRule NO_CYCLES =
            slices().matching("io.github.(**)").should().beFreeOfCycles();

    /**
     * A process loses DuckDB's lock when it closes any descriptor of the database file. The queue's companion file is
     * opened in {@code mutex} alone; {@code lock} reads {@code /proc}; the probe of the command line makes a scratch file of its own.
     */
    @ArchTest
    static final ArchRule NO_FILE_IS_OPENED = noClasses()
            .that()
            .resideOutsideOfPackages("io.github.duckpool.lock..", "io.github.duckpool.mutex..")
            .and()
            .doNotHaveFullyQualifiedName("io.github.duckpool.cli.LockProbe")
            .should()
            .accessTargetWhere(opensAFile().or(opensAChannel()));

    /** One descriptor of each companion, opened in one class. */
    @ArchTest
    static final ArchRule MUTEX_OPENS_THE_COMPANION_IN_ONE_PLACE = noClasses()
            .that()
            .resideInAPackage("io.github.duckpool.mutex..")
            .and()
            .doNotHaveSimpleName("QueueDescriptors")
            .should()
            .accessTargetWhere(opensAFile().or(opensAChannel()))
            .allowEmptyShould(true);

    /** It looks at the files of all processes, and must not open one of them: the one class that opens any refuses all but /proc. */
    @ArchTest
    static final ArchRule LOCK_OPENS_PROC_IN_ONE_PLACE = noClasses()
            .that()
            .resideInAPackage("io.github.duckpool.lock..")
            .and()
            .doNotHaveSimpleName("ProcFile")
            .should()
            .accessTargetWhere(opensAFile().or(opensAChannel()));

    @ArchTest
    static final ArchRule LOCK_OPENS_NO_CHANNELS = noClasses()
            .that()
            .resideInAPackage("io.github.duckpool.lock..")
            .should()
            .accessTargetWhere(opensAChannel())
            .allowEmptyShould(true);

    @ArchTest
    static final ArchRule ONLY_THE_COMMAND_LINE_PRINTS = noClasses()
            .that()
            .resideOutsideOfPackage("io.github.duckpool.cli..")
            .should()
            .accessField(System.class, "out")
            .orShould()
            .accessField(System.class, "err");

    @ArchTest
    static final ArchRule API_SHOWS_NO_INTERNALS = classes()
            .that()
            .areNotAssignableTo(Throwable.class)
            .and(resideInAPackage("io.github.duckpool..")
                    .and(DescribedPredicate.not(resideInAPackage("io.github.duckpool.internal.."))))
            .and()
            .arePublic()
            .should(showNoInternals());

    @Test
    void aForbiddenCallIsNoticed() {
        JavaClasses offender = new ClassFileImporter().importClasses(Offender.class);
        assertThat(NO_FILE_IS_OPENED.evaluate(offender).getFailureReport().getDetails())
                .hasSize(2);
        assertThat(ONLY_THE_COMMAND_LINE_PRINTS
                        .evaluate(offender)
                        .getFailureReport()
                        .getDetails())
                .hasSize(1);
        assertThat(API_SHOWS_NO_INTERNALS
                        .evaluate(new ClassFileImporter()
                                .importClasses(Indiscreet.class, io.github.duckpool.internal.lease.OpenDatabase.class))
                        .getFailureReport()
                        .getDetails())
                .hasSize(1);
    }

    /** Does what is forbidden, so that the rules can be seen to fail. */
    static final class Offender {
        static void offend(java.nio.file.Path database) throws java.io.IOException {
            System.out.println(Files.readAllBytes(database).length);
            FileChannel.open(database).close();
        }
    }

    /** Hands an internal type to its callers. */
    public abstract static class Indiscreet {
        public abstract io.github.duckpool.internal.lease.OpenDatabase database();
    }

    private static ArchRule knowsOnly(String room, String... others) {
        String[] packages = new String[1 + others.length];
        packages[0] = "io.github.duckpool." + room + "..";
        for (int i = 0; i < others.length; i++) {
            packages[i + 1] = "io.github.duckpool." + others[i] + "..";
        }
        return classes()
                .that()
                .resideInAPackage(packages[0])
                .should()
                .onlyDependOnClassesThat(resideInAnyPackage(JDK).or(resideInAnyPackage(packages)))
                .allowEmptyShould(true);
    }

    private static DescribedPredicate<JavaClass> root() {
        return describe("the public pool", type -> type.getPackageName().equals("io.github.duckpool"));
    }

    private static DescribedPredicate<JavaAccess<?>> opensAFile() {
        return describe(
                "opens a file",
                access -> isConstructorOf(
                                access,
                                FileInputStream.class,
                                FileOutputStream.class,
                                FileReader.class,
                                FileWriter.class,
                                RandomAccessFile.class)
                        || (access.getTargetOwner().isEquivalentTo(Files.class)
                                && FILES_OPENERS.contains(access.getName())));
    }

    private static DescribedPredicate<JavaAccess<?>> opensAChannel() {
        return describe(
                "opens a file channel",
                access -> access.getName().equals("open")
                        && (access.getTargetOwner().isEquivalentTo(FileChannel.class)
                                || access.getTargetOwner().isEquivalentTo(AsynchronousFileChannel.class)));
    }

    private static boolean isConstructorOf(JavaAccess<?> access, Class<?>... types) {
        if (!(access instanceof JavaCall<?>) || !access.getName().equals("<init>")) {
            return false;
        }
        for (Class<?> type : types) {
            if (access.getTargetOwner().isEquivalentTo(type)) {
                return true;
            }
        }
        return false;
    }

    private static ArchCondition<JavaClass> showNoInternals() {
        return new ArchCondition<>("show no internal type in a public or protected member") {
            @Override
            public void check(JavaClass type, ConditionEvents events) {
                for (JavaMember member : type.getMembers()) {
                    boolean visible = member.getModifiers().contains(JavaModifier.PUBLIC)
                            || member.getModifiers().contains(JavaModifier.PROTECTED);
                    if (!visible || member.getModifiers().contains(JavaModifier.SYNTHETIC)) {
                        continue;
                    }
                    for (JavaClass seen : member.getAllInvolvedRawTypes()) {
                        if (seen.getPackageName().startsWith("io.github.duckpool.internal")) {
                            events.add(SimpleConditionEvent.violated(
                                    member, member.getFullName() + " shows " + seen.getName()));
                        }
                    }
                }
            }
        };
    }
}
