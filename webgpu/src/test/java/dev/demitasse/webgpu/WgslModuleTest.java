package dev.demitasse.webgpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WgslModuleTest {
    private static final String SOURCE = """
            // A comment; struct Params { wrong: u32 }
            override LANES: u32;
            override GROUPS: u32; // of lanes
            override SIZE = LANES * GROUPS;
            const BINS = 8u;
            const SCALE = 3.0e38;
            alias Planes = vec4u;

            struct Entry {
              id: u32,
              logit: f32,
              next: u32,
            }

            struct Params {
              first: u32, // by LANES
              planes: Planes,
              scale: f32
            }

            struct Scratch {
              bins: array<atomic<u32>, BINS>,
              entries: array<Entry>,
            }

            @group(0) @binding(0) var<uniform> params: Params;
            @group(0) @binding(3) var<storage, read_write> arena: array<vec4f>;
            @group(0) @binding(8) var<storage, read_write> scratch: Scratch;
            var<workgroup> partial: array<vec4f, LANES * GROUPS>;

            /* Shifts and comparisons < are no brackets. */
            fn helper(x: u32) -> f32 {
              if (x >> 2u < params.first) {
                return params.scale;
              }
              return 0.0;
            }

            @compute @workgroup_size(LANES * GROUPS)
            fn main(@builtin(workgroup_id) id: vec3u) {
              arena[id.x] = vec4f(helper(id.x));
            }

            @compute @workgroup_size(1)
            fn clear() {
              let entry = Entry();
              scratch.entries[0] = entry; // not: arena
            }
            """;

    private final WgslModule module = new WgslModule("test", SOURCE);

    @Test
    void readsConstantsAndOverrides() {
        assertEquals(8, module.constant("BINS"));
        assertEquals(Set.of("LANES", "GROUPS"), module.overrides());
    }

    @Test
    void laysOutStructs() {
        WgslStruct params = module.struct("Params");
        assertEquals(0, params.offset("first", "u32"));
        assertEquals(16, params.offset("planes", "vec4u"));
        assertEquals(32, params.offset("scale", "f32"));
        assertEquals(48, params.bytes());
        WgslStruct scratch = module.struct("Scratch");
        assertEquals(32, scratch.offset("entries", "array"));
        assertEquals(32 + 5 * 12, scratch.bytes(5));
    }

    @Test
    void findsTheSlotsOfAnEntryPoint() {
        assertEquals(Set.of(Slot.PARAMS, Slot.ARENA), module.slots("main"));
        assertEquals(Set.of(Slot.SCRATCH), module.slots("clear"));
    }

    @ParameterizedTest
    @CsvSource({
        "constant, SCALE, const \"SCALE\" is not a decimal literal",
        "constant, bins, no const \"bins\"",
        "constant, LANES, no const \"LANES\"",
        "struct, Result, no struct \"Result\"",
        "slots, first, no fn \"first\""
    })
    void namesWhatIsMissing(String kind, String name, String message) {
        Consumer<String> get =
                switch (kind) {
                    case "constant" -> module::constant;
                    case "struct" -> module::struct;
                    default -> module::slots;
                };
        assertRefused(message, () -> get.accept(name));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "@group(0) @binding(4) var<storage> arena: array<f32>; | \"arena\" at binding 4 is not a slot",
                "@group(0) @binding(3) var<storage> activations: array<f32>; | \"activations\" at binding 3 is not a slot",
                "const A = 1u; override A: u32; | \"A\" is declared twice"
            })
    void refusesWrongDeclarations(String source, String message) {
        assertRefused(message, () -> new WgslModule("test", source));
    }

    private Params params() {
        return new Params(module.struct("Params"));
    }

    @Test
    void parametersAreSetByName() {
        params().set("first", 1)
                .set("planes", new int[] {1, 2})
                .set("scale", 1f)
                .requireComplete();
    }

    @Test
    void wrongParametersAreRefused() {
        assertRefused("Params in test has no field \"frist\"", () -> params().set("frist", 1));
        assertRefused("field \"scale\" of WGSL struct Params in test is of type f32, not u32", () -> params().set(
                        "scale", 1));
        assertRefused("field \"first\" of WGSL struct Params in test is of type u32, not f32", () -> params().set(
                        "first", 1f));
        assertRefused("\"first\" is set twice", () -> params().set("first", 1).set("first", 1));
        assertRefused(
                "\"planes\" is not set",
                () -> params().set("first", 1).set("scale", 1f).requireComplete());
    }

    @Test
    void overridesMustMatch() {
        assertEquals(Map.of("LANES", 4, "GROUPS", 2), Size.overrides(module, Map.of("LANES", 4, "GROUPS", 2)));
        assertRefused(
                "its overrides are [LANES, GROUPS], but Java gives {LANES=4}",
                () -> Size.overrides(module, Map.of("LANES", 4)));
        assertRefused(
                "its overrides are [LANES, GROUPS]",
                () -> Size.overrides(module, Map.of("LANES", 4, "GROUPS", 2, "SIZE", 8)));
    }

    private static void assertRefused(String message, Runnable action) {
        String actual =
                assertThrows(IllegalArgumentException.class, action::run).getMessage();
        assertTrue(actual.contains(message), actual);
    }
}
