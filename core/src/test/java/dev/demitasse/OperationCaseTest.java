package dev.demitasse;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.demitasse.backend.reference.ReferenceBackend;
import dev.demitasse.gguf.Gguf;
import dev.demitasse.gguf.GgufBuilder;
import dev.demitasse.gguf.TensorType;
import dev.demitasse.plan.Op;
import dev.demitasse.plan.Plan;
import dev.demitasse.plan.PlanBuilder;
import java.nio.ByteBuffer;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Tests that the cases of {@link BackendContract} contain every kind of operation, whatever sizes a backend supports. */
class OperationCaseTest {
    @ParameterizedTest
    @CsvSource({"1, 1, 1", "16, 4, 8"})
    void everyKindOfOperationHasACase(int multiple, int rowMultiple, int headMultiple) {
        Set<Class<?>> kinds = new HashSet<>();
        for (OperationCase operation : OperationCase.all(multiple, rowMultiple)) {
            GgufBuilder shapes =
                    operation.shapes().tensor("table", TensorType.F32, operation.width(), Comparison.VOCABULARY);
            byte[] file = shapes.build();
            PlanBuilder builder = new PlanBuilder(Gguf.parse(ByteBuffer.wrap(file), file.length));
            add(kinds, Comparison.plan(builder, operation.operations(), operation.width()));
        }
        for (AttentionCase layer : AttentionCase.all(multiple, headMultiple)) {
            layer.compare(
                    1,
                    Comparison.CONTEXT,
                    (plan, context) -> {
                        add(kinds, plan);
                        return new ReferenceBackend(plan, context, 1);
                    },
                    new Random(1));
        }
        assertEquals(Set.of(Op.class.getPermittedSubclasses()), kinds);
    }

    private static void add(Set<Class<?>> kinds, Plan plan) {
        Stream.of(plan.body(), plan.finalNorm(), plan.head())
                .forEach(operations -> operations.forEach(operation -> kinds.add(operation.getClass())));
    }
}
