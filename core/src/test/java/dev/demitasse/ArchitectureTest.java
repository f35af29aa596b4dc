package dev.demitasse;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaCall.Predicates.target;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.belongToAnyOf;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.type;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.nameMatching;
import static com.tngtech.archunit.core.domain.properties.HasOwner.Predicates.With.owner;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaCodeUnit;
import com.tngtech.archunit.core.domain.TryCatchBlock;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import dev.demitasse.grammar.Grammar;
import dev.demitasse.grammar.Matcher;
import dev.demitasse.grammar.TokenTrie;
import dev.demitasse.grammar.schema.JsonSchema;
import dev.demitasse.grammar.schema.SchemaCache;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** The direction of dependencies between the packages of core. */
class ArchitectureTest {
    private static final JavaClasses CORE = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("dev.demitasse");

    @Test
    void packagesDependOneWay() {
        layeredArchitecture()
                .consideringOnlyDependenciesInLayers()
                .layer("json")
                .definedBy("dev.demitasse.json")
                .layer("gguf")
                .definedBy("dev.demitasse.gguf..")
                .layer("tokenizer")
                .definedBy("dev.demitasse.tokenizer")
                .layer("huggingface")
                .definedBy("dev.demitasse.huggingface")
                .layer("hash")
                .definedBy("dev.demitasse.store.hash")
                .layer("store")
                .definedBy("dev.demitasse.store")
                .layer("jinja")
                .definedBy("dev.demitasse.jinja")
                .layer("chat")
                .definedBy("dev.demitasse.chat")
                .layer("grammar")
                .definedBy("dev.demitasse.grammar..")
                .layer("plan")
                .definedBy("dev.demitasse.plan")
                .layer("model")
                .definedBy("dev.demitasse.model")
                .layer("backend")
                .definedBy("dev.demitasse.backend..")
                .layer("sampling")
                .definedBy("dev.demitasse.sampling")
                .layer("engine")
                .definedBy("dev.demitasse.engine")
                .layer("openai")
                .definedBy("dev.demitasse.openai")
                .whereLayer("json")
                .mayNotAccessAnyLayer()
                .whereLayer("gguf")
                .mayNotAccessAnyLayer()
                .whereLayer("tokenizer")
                .mayOnlyAccessLayers("gguf")
                .whereLayer("huggingface")
                .mayOnlyAccessLayers("gguf", "json")
                .whereLayer("hash")
                .mayNotAccessAnyLayer()
                .whereLayer("store")
                .mayOnlyAccessLayers("gguf", "json", "hash")
                .whereLayer("store")
                .mayNotBeAccessedByAnyLayer()
                .whereLayer("jinja")
                .mayOnlyAccessLayers("json")
                .whereLayer("chat")
                .mayOnlyAccessLayers("json", "jinja")
                .whereLayer("grammar")
                .mayOnlyAccessLayers("json")
                .whereLayer("plan")
                .mayOnlyAccessLayers("gguf")
                .whereLayer("model")
                .mayOnlyAccessLayers("gguf", "plan")
                .whereLayer("backend")
                .mayOnlyAccessLayers("gguf", "plan", "sampling")
                .whereLayer("sampling")
                .mayNotAccessAnyLayer()
                .whereLayer("engine")
                .mayOnlyBeAccessedByLayers("openai")
                .whereLayer("openai")
                .mayNotBeAccessedByAnyLayer()
                .check(CORE);
    }

    /** Other packages create and match grammars, but do not see their rules and automata. */
    @Test
    void grammarsAreOpaque() {
        noClasses()
                .that()
                .resideOutsideOfPackage("dev.demitasse.grammar..")
                .should()
                .dependOnClassesThat(resideInAPackage("dev.demitasse.grammar..")
                        .and(not(belongToAnyOf(
                                Grammar.class, Matcher.class, TokenTrie.class, JsonSchema.class, SchemaCache.class))))
                .check(CORE);
        layeredArchitecture()
                .consideringOnlyDependenciesInLayers()
                .layer("automaton")
                .definedBy("dev.demitasse.grammar.automaton")
                .layer("grammar")
                .definedBy("dev.demitasse.grammar")
                .layer("schema")
                .definedBy("dev.demitasse.grammar.schema")
                .whereLayer("automaton")
                .mayNotAccessAnyLayer()
                .whereLayer("grammar")
                .mayOnlyAccessLayers("automaton")
                .check(CORE);
    }

    /** TeaVM's regular expressions lack Unicode classes or match other text, and the browser has no files or threads. */
    @Test
    void usesOnlyClassesThatTheBrowserHas() {
        noClasses()
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("java.util.regex", "java.nio.file", "java.nio.channels", "java.util.concurrent..")
                .orShould()
                .dependOnClassesThat()
                .haveFullyQualifiedName("java.lang.Thread")
                .check(CORE);
    }

    /** These methods bring regular expressions, 120 KB, into the module. */
    @Test
    void callsNoMethodsWithRegularExpressions() {
        noClasses()
                .should()
                .callMethodWhere(target(owner(type(String.class)))
                        .and(target(nameMatching("split|matches|replaceAll|replaceFirst"))))
                .check(CORE);
    }

    /**
     * In Wasm, TeaVM does not check all divisors, indexes and casts: such a fault ends the module instead of throwing an exception. So
     * no code may rely on catching it.
     */
    @Test
    void doesNotCatchExceptionsThatTrap() {
        Set<String> allowed = Set.of(
                "dev.demitasse.engine.Generation.collect", // passes the failure on to the next call
                "dev.demitasse.store.Records.restore", // goes on without the repair, whatever the storage throws
                "dev.demitasse.store.Download.start", // passes the failure on to the reader
                "dev.demitasse.jinja.Arithmetic.numbers"); // Math.addExact throws it
        Set<String> found = new TreeSet<>();
        for (JavaClass each : CORE) {
            for (JavaCodeUnit method : each.getCodeUnits()) {
                for (TryCatchBlock block : method.getTryCatchBlocks()) {
                    if (block.getCaughtThrowables().stream().anyMatch(ArchitectureTest::traps)) {
                        found.add(each.getName() + "." + method.getName());
                    }
                }
            }
        }
        assertEquals(allowed, found);
    }

    private static boolean traps(JavaClass caught) {
        return caught.isAssignableFrom(ArithmeticException.class)
                || caught.isAssignableFrom(IndexOutOfBoundsException.class)
                || caught.isAssignableTo(IndexOutOfBoundsException.class)
                || caught.isAssignableFrom(ClassCastException.class)
                || caught.isAssignableFrom(NullPointerException.class)
                || caught.isAssignableFrom(NegativeArraySizeException.class)
                || caught.isAssignableTo(VirtualMachineError.class);
    }
}
