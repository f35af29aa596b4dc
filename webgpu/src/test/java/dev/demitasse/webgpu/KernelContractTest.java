package dev.demitasse.webgpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.demitasse.BackendLoader;
import dev.demitasse.backend.KvType;
import dev.demitasse.gguf.Gguf;
import dev.demitasse.gguf.GgufBuilder;
import dev.demitasse.gguf.TensorType;
import dev.demitasse.plan.Activation;
import dev.demitasse.plan.Buffer;
import dev.demitasse.plan.Op;
import dev.demitasse.plan.Plan;
import dev.demitasse.plan.PlanBuilder;
import dev.demitasse.plan.Rotary;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Java and the WGSL files agree on names, numbers and sizes. */
class KernelContractTest {
    private static String text(List<String> files) {
        return CountingDevice.SHADERS.join(files);
    }

    static Stream<List<String>> modules() {
        return Stream.of(KernelSource.values()).flatMap(source -> source.variants().stream());
    }

    @Test
    void theFilesAreThoseOfTheResources() throws IOException {
        Path root = Path.of("src/main/resources/dev/demitasse/webgpu");
        try (Stream<Path> files = Files.walk(root)) {
            Set<String> names = files.map(
                            file -> root.relativize(file).toString().replace('\\', '/'))
                    .filter(name -> name.endsWith(".wgsl"))
                    .map(name -> name.substring(0, name.length() - ".wgsl".length()))
                    .collect(Collectors.toSet());
            assertEquals(names, new HashSet<>(Shaders.FILES));
        }
    }

    @Test
    void aMissingFileIsNamed() {
        Map<String, String> texts =
                new HashMap<>(Shaders.FILES.stream().collect(Collectors.toMap(name -> name, name -> "")));
        texts.remove("formats/q4_k");
        String message = assertThrows(IllegalArgumentException.class, () -> new Shaders(texts))
                .getMessage();
        assertTrue(message.contains("formats/q4_k.wgsl"), message);
    }

    @ParameterizedTest
    @MethodSource("modules")
    void constantsAreThoseOfJava(List<String> files) {
        WgslModule module = new WgslModule(files.toString(), text(files));
        assertTrue(text(files).contains("const NONE = 0x" + Integer.toHexString(Params.NONE) + "u;"));
        if (files.contains("activation")) {
            Set<Integer> codes = new HashSet<>();
            for (Activation activation : Activation.values()) {
                codes.add(module.constant(activation.name()));
            }
            assertEquals(Activation.values().length, codes.size());
        }
        if (files.contains("weights")) {
            assertEquals(Format.SUB_BLOCK_COLUMNS, 4 * module.constant("SUB_BLOCK_VEC4S"));
        }
    }

    @Test
    void everySizeIsUsed() {
        Set<String> overrides = new HashSet<>();
        modules().forEach(files -> overrides.addAll(new WgslModule(files.toString(), text(files)).overrides()));
        for (Size size : Size.values()) {
            assertTrue(overrides.contains(size.name()), size.name());
        }
    }

    @Test
    void sizesFitTogether() {
        int invocations = Size.MATMUL_ROWS.value() / 8 * (Size.MATMUL_TOKENS.value() / 8);
        assertEquals(invocations, Size.MATMUL_ROWS.value());
        assertTrue(Size.LOGIT_SPLITS.value() <= Size.WORKGROUP_SIZE.value());
    }

    @ParameterizedTest
    @EnumSource
    void planesAreTheFieldsOfABlock(TensorType type) {
        Format format = Format.of(type);
        int end = 0;
        for (Format.Plane plane : format.planes()) {
            assertEquals(end, plane.offset());
            end += plane.bytes();
        }
        assertEquals(type.blockBytes(), end);
        List<String> files =
                format.files().stream().map(file -> "formats/" + file).toList();
        for (int i = 0; i < 4; i++) {
            String component = "planes." + "xyzw".charAt(i);
            assertEquals(i < format.planes().size(), text(files).contains(component), type + " " + component);
        }
    }

    @ParameterizedTest
    @MethodSource("dev.demitasse.BackendLoader#tinyModels")
    void modelsAreLowered(String name) {
        BackendLoader.load(
                BackendLoader.tinyModel(name),
                300,
                (plan, context) ->
                        new WebGpuBackend(plan, context, 8, KvType.F16, new CountingDevice(), CountingDevice.SHADERS));
    }

    /** Lowers a plan with each kind of operation, whose weights have the type. */
    @ParameterizedTest
    @EnumSource
    void allOperationsAreLowered(TensorType type) {
        for (KvType kvType : KvType.values()) {
            LabelDevice device = new LabelDevice();
            new WebGpuBackend(plan(type), 300, 8, kvType, device, CountingDevice.SHADERS);
            Set<String> kernels = new HashSet<>();
            for (String label : device.labels) {
                kernels.add(label.split("[. ]")[0]);
            }
            assertEquals(
                    Stream.of(KernelSource.values()).map(KernelSource::file).collect(Collectors.toSet()), kernels);
        }
    }

    private static Plan plan(TensorType type) {
        int width = 256;
        byte[] file = new GgufBuilder()
                .tensor("table", type, width, width)
                .tensor("norm", TensorType.F32, width)
                .tensor("q", type, width, width)
                .tensor("k", type, width, width)
                .tensor("v", type, width, width)
                .tensor("gate", type, width, width)
                .tensor("up", type, width, width)
                .build();
        PlanBuilder b = new PlanBuilder(Gguf.parse(ByteBuffer.wrap(file), file.length));
        Rotary rotary = Rotary.of(Rotary.Pairing.NEOX, 32, 10_000);
        Buffer in = b.embed("table", width);
        Buffer normed = b.rmsNorm(in, "norm", width, 1e-5f);
        Buffer query = b.rope(b.matMul(normed, "q", width), 32, rotary);
        Buffer key = b.rope(b.matMul(normed, "k", width), 32, rotary);
        Buffer value = b.matMul(normed, "v", width);
        Buffer attention = b.attention(query, key, value, 32, 1, Op.Attention.ALL_POSITIONS, 0);
        Buffer gated = b.gatedActivation(
                Activation.SILU, b.matMul(attention, "gate", width), b.matMul(attention, "up", width));
        Buffer sum = b.add(in, b.softCap(gated, 30));
        return b.build(b.matMul(b.lastRows(sum), "table", width));
    }

    /** A device that records the labels of the pipelines. */
    private static final class LabelDevice extends CountingDevice {
        final List<String> labels = new ArrayList<>();

        @Override
        public Pipeline createPipeline(String label, String wgsl, String entryPoint, Map<String, Integer> overrides) {
            labels.add(label);
            return super.createPipeline(label, wgsl, entryPoint, overrides);
        }
    }
}
