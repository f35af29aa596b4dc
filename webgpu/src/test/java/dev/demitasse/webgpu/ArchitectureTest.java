package dev.demitasse.webgpu;

import static com.tngtech.archunit.library.Architectures.layeredArchitecture;

import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

/** The backend accesses a GPU only through {@link Device}, so that tests can replace it. */
class ArchitectureTest {
    @Test
    void packagesDependOneWay() {
        layeredArchitecture()
                .consideringOnlyDependenciesInLayers()
                .layer("webgpu")
                .definedBy("dev.demitasse.webgpu")
                .layer("js")
                .definedBy("dev.demitasse.webgpu.js")
                .whereLayer("webgpu")
                .mayNotAccessAnyLayer()
                .whereLayer("js")
                .mayOnlyAccessLayers("webgpu")
                .check(new ClassFileImporter()
                        .withImportOption(new ImportOption.DoNotIncludeTests())
                        .importPackages("dev.demitasse.webgpu"));
    }
}
