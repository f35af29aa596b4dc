package dev.demitasse.cpu.kernels;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.demitasse.cpu.layout.Packing;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class KernelModulesTest {
    /** The names of a module's functions; the binary form contains them as text. */
    private static final String MODULE =
            new String(KernelModules.build(false, false, false), StandardCharsets.ISO_8859_1);

    @ParameterizedTest
    @EnumSource
    void everyPackingHasAFormat(Packing packing) {
        Format format = Format.of(packing);
        assertSame(packing, format.packing);
        assertEquals(packing.isFloat(), format instanceof FloatFormat);
    }

    @ParameterizedTest
    @EnumSource
    void everyPackingHasItsKernels(Packing packing) {
        for (String kernel : List.of("mat_vec_", "mat_mul_", "embed_", "repack_")) {
            assertTrue(MODULE.contains(kernel + packing), () -> "no kernel " + kernel + packing);
        }
    }
}
