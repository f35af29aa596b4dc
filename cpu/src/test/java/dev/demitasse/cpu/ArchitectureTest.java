package dev.demitasse.cpu;

import static com.tngtech.archunit.library.Architectures.layeredArchitecture;

import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

/** Checks the layers of cpu: the code that generates kernels stays out of the page. */
class ArchitectureTest {
    @Test
    void packagesDependOneWay() {
        layeredArchitecture()
                .consideringOnlyDependenciesInLayers()
                .layer("wasm")
                .definedBy("dev.demitasse.cpu.wasm")
                .layer("layout")
                .definedBy("dev.demitasse.cpu.layout")
                .layer("kernels")
                .definedBy("dev.demitasse.cpu.kernels")
                .layer("cpu")
                .definedBy("dev.demitasse.cpu")
                .whereLayer("wasm")
                .mayNotAccessAnyLayer()
                .whereLayer("layout")
                .mayNotAccessAnyLayer()
                .whereLayer("kernels")
                .mayOnlyAccessLayers("wasm", "layout")
                .whereLayer("cpu")
                .mayOnlyAccessLayers("layout")
                .check(new ClassFileImporter()
                        .withImportOption(new ImportOption.DoNotIncludeTests())
                        .importPackages("dev.demitasse.cpu"));
    }
}
