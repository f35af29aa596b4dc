package dev.demitasse.web.build;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Reads the imports and custom sections of a WebAssembly module (WebAssembly Core Specification 3.0, section 5.5).
 *
 * <p>Methods throw {@link IllegalArgumentException} for bytes that are not such a module.
 */
final class WasmReader {
    private static final int MAGIC_AND_VERSION_BYTES = 8;
    private static final int MAGIC = 0x0061736d; // "\0asm"
    private static final int CUSTOM_SECTION = 0;
    private static final int IMPORT_SECTION = 2;
    private static final int REF_NULL = 0x63;
    private static final int REF = 0x64;

    private final Map<String, Set<String>> imports = new LinkedHashMap<>();
    private final Map<String, byte[]> customSections = new LinkedHashMap<>();

    private WasmReader() {}

    static WasmReader read(byte[] module) {
        WasmReader reader = new WasmReader();
        ByteBuffer bytes = ByteBuffer.wrap(module);
        if (module.length < MAGIC_AND_VERSION_BYTES || bytes.getInt(0) != MAGIC) {
            throw new IllegalArgumentException("not a WebAssembly module");
        }
        bytes.position(MAGIC_AND_VERSION_BYTES);
        while (bytes.hasRemaining()) {
            int id = bytes.get();
            int size = unsigned(bytes);
            reader.section(id, bytes.slice(bytes.position(), size));
            bytes.position(bytes.position() + size);
        }
        return reader;
    }

    /** Returns the names of the imports, without repetition, by the module that they are imported from. */
    Map<String, List<String>> imports() {
        Map<String, List<String>> lists = new LinkedHashMap<>();
        imports.forEach((from, names) -> lists.put(from, List.copyOf(names)));
        return lists;
    }

    /** Returns the content of a custom section. */
    byte[] customSection(String name) {
        byte[] content = customSections.get(name);
        if (content == null) {
            throw new IllegalArgumentException("the module has no custom section " + name);
        }
        return content;
    }

    private void section(int id, ByteBuffer section) {
        if (id == CUSTOM_SECTION) {
            String name = name(section);
            byte[] content = new byte[section.remaining()];
            section.get(content);
            customSections.put(name, content);
        } else if (id == IMPORT_SECTION) {
            for (int count = unsigned(section); count > 0; count--) {
                String from = name(section);
                imports.computeIfAbsent(from, key -> new LinkedHashSet<>()).add(name(section));
                skipExternalType(section);
            }
        }
    }

    private static void skipExternalType(ByteBuffer bytes) {
        int kind = bytes.get();
        switch (kind) {
            case 0 -> unsigned(bytes); // function: a type's index
            case 1 -> { // table: a type of references, and limits
                skipValueType(bytes);
                skipLimits(bytes);
            }
            case 2 -> skipLimits(bytes); // memory
            case 3 -> { // global: a type, and whether it is mutable
                skipValueType(bytes);
                bytes.get();
            }
            case 4 -> { // tag: an attribute, and a type's index
                bytes.get();
                unsigned(bytes);
            }
            default -> throw new IllegalArgumentException("unknown kind of import " + kind);
        }
    }

    private static void skipValueType(ByteBuffer bytes) {
        int type = Byte.toUnsignedInt(bytes.get());
        if (type == REF_NULL || type == REF) {
            unsigned(bytes); // a heap type; its sign does not matter here
        }
    }

    private static void skipLimits(ByteBuffer bytes) {
        boolean hasMaximum = (bytes.get() & 1) != 0;
        unsigned(bytes);
        if (hasMaximum) {
            unsigned(bytes);
        }
    }

    private static String name(ByteBuffer bytes) {
        byte[] name = new byte[unsigned(bytes)];
        bytes.get(name);
        return new String(name, StandardCharsets.UTF_8);
    }

    /** Reads a LEB128 number. */
    private static int unsigned(ByteBuffer bytes) {
        int value = 0;
        for (int shift = 0; ; shift += 7) {
            int next = bytes.get();
            value |= (next & 0x7f) << shift;
            if (next >= 0) {
                return value;
            }
        }
    }
}
