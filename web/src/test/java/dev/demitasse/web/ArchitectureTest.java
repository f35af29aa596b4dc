package dev.demitasse.web;

import static com.tngtech.archunit.library.Architectures.layeredArchitecture;

import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

/** The store knows nothing of engines, and the views of the browser nothing of either. */
class ArchitectureTest {
    @Test
    void packagesDependOneWay() {
        layeredArchitecture()
                .consideringOnlyDependenciesInLayers()
                .layer("web")
                .definedBy("dev.demitasse.web")
                .layer("store")
                .definedBy("dev.demitasse.web.store")
                .layer("js")
                .definedBy("dev.demitasse.web.js")
                .whereLayer("web")
                .mayOnlyAccessLayers("store", "js")
                .whereLayer("store")
                .mayOnlyAccessLayers("js")
                .whereLayer("js")
                .mayNotAccessAnyLayer()
                .check(new ClassFileImporter()
                        .withImportOption(new ImportOption.DoNotIncludeTests())
                        .importPackages("dev.demitasse.web"));
    }
}
