package dev.demitasse.web.build;

import dev.demitasse.json.JsonReader;
import dev.demitasse.json.JsonWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Describes the engine's module in JavaScript, for {@code loader.js}: browsers need not list a module's imports themselves, which
 * WebKit before 2026 can't do for modules with GC types.
 */
public final class EngineModule {
    /** TeaVM tells the loader here how much linear memory the module needs. */
    private static final String MEMORY_SECTION = "teavm.memoryRequirements";

    private EngineModule() {}

    /**
     * Writes the description.
     *
     * @param args the module's file, and the JavaScript file to write
     */
    public static void main(String[] args) throws IOException {
        Files.writeString(Path.of(args[1]), describe(Files.readAllBytes(Path.of(args[0]))));
    }

    /**
     * Returns a JavaScript module that exports {@code IMPORTS}, the names of the imports by the module that they are imported from,
     * and {@code MEMORY}, whose {@code min} is in pages of 64 KiB and {@code dataSize} in bytes.
     *
     * @throws IllegalArgumentException if the bytes are not a module that TeaVM made
     */
    static String describe(byte[] module) {
        WasmReader reader = WasmReader.read(module);
        Object memory = JsonReader.read(new String(reader.customSection(MEMORY_SECTION), StandardCharsets.UTF_8));
        return "// Written by the build from demitasse.wasm.\n"
                + "export const IMPORTS = " + JsonWriter.write(reader.imports(), 2) + ";\n"
                + "export const MEMORY = " + JsonWriter.write(memory, -1) + ";\n";
    }
}
