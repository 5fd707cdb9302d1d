package io.polder.house;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import io.polder.enrich.TableStatus;
import io.polder.query.PlantedKafka;
import io.polder.query.PlantedStep;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

/**
 * The way the packages may look at each other: {@code record ← format ← config ← places ← steps ← web ← app}. Places hold
 * data, steps move it; steps never look at each other and meet in places.
 */
class ArchitectureTest {
    private static final JavaClasses PROGRAM = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("io.polder");

    private static final String[] VOCABULARY = {"record", "format", "config", "sql", "statistics"};
    private static final String[] PLACES = {"record", "format", "config", "sql", "statistics", "log", "store"};

    private static final ArchRule LAYERS = layeredArchitecture()
            .consideringOnlyDependenciesInAnyPackage("io.polder..")
            .layer("record")
            .definedBy("io.polder.record..")
            .layer("format")
            .definedBy("io.polder.format..")
            .layer("config")
            .definedBy("io.polder.config..")
            .layer("sql")
            .definedBy("io.polder.sql..")
            .layer("statistics")
            .definedBy("io.polder.statistics..")
            .layer("log")
            .definedBy("io.polder.log..")
            .layer("store")
            .definedBy("io.polder.store..")
            .layer("ingest")
            .definedBy("io.polder.ingest..")
            .layer("enrich")
            .definedBy("io.polder.enrich..")
            .layer("query")
            .definedBy("io.polder.query..")
            .layer("profile")
            .definedBy("io.polder.profile..")
            .layer("predict")
            .definedBy("io.polder.predict..")
            .layer("simulate")
            .definedBy("io.polder.simulate..")
            .layer("agent")
            .definedBy("io.polder.agent..")
            .layer("superset")
            .definedBy("io.polder.superset..")
            .layer("hive")
            .definedBy("io.polder.hive..")
            .layer("shell")
            .definedBy("io.polder.shell..")
            .layer("web")
            .definedBy("io.polder.web..")
            .layer("app")
            .definedBy("io.polder.app..")
            .whereLayer("record")
            .mayNotAccessAnyLayer()
            .whereLayer("format")
            .mayOnlyAccessLayers("record")
            .whereLayer("config")
            .mayOnlyAccessLayers("record", "format")
            .whereLayer("sql")
            .mayOnlyAccessLayers("record")
            .whereLayer("statistics")
            .mayNotAccessAnyLayer()
            .whereLayer("log")
            .mayOnlyAccessLayers(VOCABULARY)
            .whereLayer("store")
            .mayOnlyAccessLayers(VOCABULARY)
            .whereLayer("ingest")
            .mayOnlyAccessLayers(PLACES)
            .whereLayer("enrich")
            .mayOnlyAccessLayers(PLACES)
            .whereLayer("query")
            .mayOnlyAccessLayers(PLACES)
            .whereLayer("profile")
            .mayOnlyAccessLayers(PLACES)
            .whereLayer("predict")
            .mayOnlyAccessLayers(PLACES)
            .whereLayer("simulate")
            .mayOnlyAccessLayers(PLACES)
            .whereLayer("agent")
            .mayOnlyAccessLayers(PLACES)
            .whereLayer("superset")
            .mayOnlyAccessLayers(VOCABULARY)
            .whereLayer("hive")
            .mayOnlyBeAccessedByLayers("app")
            .whereLayer("shell")
            .mayOnlyBeAccessedByLayers("app")
            .whereLayer("shell")
            .mayOnlyAccessLayers("record", "sql")
            .whereLayer("web")
            .mayOnlyBeAccessedByLayers("app")
            .whereLayer("app")
            .mayNotBeAccessedByAnyLayer();

    private static final ArchRule ONLY_LOG_KNOWS_KAFKA =
            only("io.polder.log..", "io.polder.agent.kafka..").mayImport("org.apache.kafka..");

    @Test
    void packagesLookOnlyTheWayThatTheDataCameFrom() {
        LAYERS.check(PROGRAM);
    }

    @Test
    void packagesHaveNoCycles() {
        slices().matching("io.polder.(*)..").should().beFreeOfCycles().check(PROGRAM);
    }

    @Test
    void onlyTheLogAndTheAgentsAdapterKnowKafka() {
        ONLY_LOG_KNOWS_KAFKA.check(PROGRAM);
    }

    @Test
    void onlyTheWebAndTheAgentsAdapterKnowTheHttpServer() {
        only("io.polder.web..", "io.polder.agent.http..")
                .mayImport("io.javalin..", "org.eclipse.jetty..", "jakarta.servlet..")
                .check(PROGRAM);
    }

    @Test
    void onlyTheHivePortKnowsThrift() {
        only("io.polder.hive..")
                .mayImport("org.apache.thrift..", "org.apache.hive..")
                .check(PROGRAM);
    }

    @Test
    void onlyTheStoreAndWhatRunsSqlInItKnowTheEngine() {
        only(
                        "io.polder.store.duck..",
                        "io.polder.enrich..",
                        "io.polder.query..",
                        "io.polder.profile..",
                        "io.polder.predict..")
                .mayImport("org.duckdb..", "java.sql..")
                .check(PROGRAM);
    }

    @Test
    void onlyTheProgramItselfKnowsTheCommandLineAndWhereLogLinesGo() {
        only("io.polder.agent.avro..", "io.polder.profile..")
                .mayImport("org.apache.avro..", "io.netty..")
                .check(PROGRAM);
        only("io.polder.app..").mayImport("picocli..", "ch.qos.logback..").check(PROGRAM);
        only("io.polder.shell..").mayImport("org.jline..").check(PROGRAM);
    }

    @Test
    void aStepThatLooksAtAnotherIsCaught() {
        JavaClasses planted = new ClassFileImporter().importClasses(PlantedStep.class, TableStatus.class);

        assertThatThrownBy(() -> LAYERS.check(planted)).hasMessageContaining("PlantedStep");
    }

    @Test
    void aPackageThatImportsKafkaIsCaught() {
        JavaClasses planted = new ClassFileImporter().importClasses(PlantedKafka.class, TopicPartition.class);

        assertThatThrownBy(() -> ONLY_LOG_KNOWS_KAFKA.check(planted)).hasMessageContaining("PlantedKafka");
    }

    private interface Imports {
        ArchRule mayImport(String... packages);
    }

    private static Imports only(String... importers) {
        return packages -> noClasses()
                .that()
                .resideInAPackage("io.polder..")
                .and()
                .resideOutsideOfPackages(importers)
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(packages);
    }
}
