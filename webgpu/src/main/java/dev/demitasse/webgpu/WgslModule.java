package dev.demitasse.webgpu;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The declarations of a WGSL module that Java relies on: structs, constants, overrides and bindings. It reads the subset of WGSL
 * that the kernels are written in, and leaves it to the WGSL compiler to check the rest.
 */
final class WgslModule {
    private final String name;
    /** The tokens of each declaration at module scope, from its keyword to its end. */
    private final Map<String, List<String>> declarations = new LinkedHashMap<>();

    private final Map<String, Slot> bindings = new HashMap<>();

    /**
     * Parses a module.
     *
     * @param name of the module, for messages
     * @throws IllegalArgumentException if a name is declared twice, or a binding is not a {@link Slot}
     */
    WgslModule(String name, String source) {
        this.name = name;
        List<String> tokens = tokenize(source);
        String binding = "";
        for (int i = 0; i < tokens.size(); i++) {
            String token = tokens.get(i);
            switch (token) {
                case "binding" -> binding = tokens.get(i + 2); // @binding(n)
                case "struct", "fn", "const", "override", "alias", "var" -> {
                    int end = end(tokens, i);
                    declare(tokens.subList(i, end), binding);
                    binding = "";
                    i = end - 1;
                }
                default -> {} // other attributes
            }
        }
    }

    /** Splits a source into identifiers, numbers and single punctuation characters, without its comments. */
    private static List<String> tokenize(String source) {
        List<String> tokens = new ArrayList<>();
        int i = 0;
        while (i < source.length()) {
            int begin = i;
            char c = source.charAt(i++);
            if (source.startsWith("//", begin)) {
                i = source.indexOf('\n', begin);
            } else if (source.startsWith("/*", begin)) {
                i = source.indexOf("*/", begin) + 2;
            } else if (isWord(c)) {
                while (i < source.length() && isWord(source.charAt(i))) {
                    i++;
                }
                tokens.add(source.substring(begin, i));
            } else if (c > ' ') {
                tokens.add(source.substring(begin, i));
            }
        }
        return tokens;
    }

    private static boolean isWord(char c) {
        return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '_';
    }

    /** Returns the index after a declaration: after its semicolon or last brace. */
    private static int end(List<String> tokens, int begin) {
        int depth = 0;
        for (int i = begin; ; i++) {
            String token = tokens.get(i);
            depth += token.equals("{") ? 1 : token.equals("}") ? -1 : 0;
            if (depth == 0 && (token.equals("}") || token.equals(";"))) {
                return i + 1;
            }
        }
    }

    private void declare(List<String> declaration, String binding) {
        boolean isVariable = declaration.get(0).equals("var");
        int nameIndex = isVariable ? declaration.indexOf(">") + 1 : 1; // var<…> name
        String declared = declaration.get(nameIndex);
        if (declarations.put(declared, declaration) != null) {
            throw error("\"" + declared + "\" is declared twice");
        }
        if (!binding.isEmpty()) {
            bindings.put(declared, slot(declared, binding));
        }
    }

    private Slot slot(String variable, String binding) {
        for (Slot slot : Slot.values()) {
            if (slot.variable().equals(variable) && binding.equals(String.valueOf(slot.number()))) {
                return slot;
            }
        }
        throw error("\"" + variable + "\" at binding " + binding + " is not a slot");
    }

    IllegalArgumentException error(String message) {
        return new IllegalArgumentException("WGSL module " + name + ": " + message);
    }

    /** Returns the declaration of an identifier, or null if this keyword does not declare it. */
    private @Nullable List<String> find(String keyword, String identifier) {
        List<String> declaration = declarations.get(identifier);
        return declaration != null && declaration.get(0).equals(keyword) ? declaration : null;
    }

    private List<String> declaration(String keyword, String identifier) {
        List<String> declaration = find(keyword, identifier);
        if (declaration == null) {
            throw error("no " + keyword + " \"" + identifier + "\"");
        }
        return declaration;
    }

    /** Returns the names of the overrides without a default. */
    Set<String> overrides() {
        Set<String> overrides = new LinkedHashSet<>();
        declarations.forEach((declared, declaration) -> {
            if (declaration.get(0).equals("override") && !declaration.contains("=")) {
                overrides.add(declared);
            }
        });
        return overrides;
    }

    /**
     * Returns the value of a constant.
     *
     * @throws IllegalArgumentException if the module declares none of that name, or it is not a decimal literal with suffix u
     */
    int constant(String constant) {
        List<String> declaration = declaration("const", constant); // const name = literal;
        String literal = declaration.get(3);
        if (declaration.size() > 5 || !literal.endsWith("u")) {
            throw error("const \"" + constant + "\" is not a decimal literal with suffix u");
        }
        return Integer.parseInt(literal.substring(0, literal.length() - 1));
    }

    /**
     * Returns the bindings that an entry point uses, itself or in the functions it calls. Its automatic layout has exactly these.
     *
     * @throws IllegalArgumentException if the module has no such function
     */
    Set<Slot> slots(String entryPoint) {
        Set<Slot> slots = new TreeSet<>();
        collectSlots(declaration("fn", entryPoint), slots, new HashSet<>());
        return slots;
    }

    private void collectSlots(List<String> function, Set<Slot> slots, Set<String> visited) {
        for (int i = 2; i < function.size(); i++) {
            String token = function.get(i);
            if (function.get(i - 1).equals(".")) {
                continue; // a member
            }
            Slot slot = bindings.get(token);
            List<String> called = find("fn", token);
            if (slot != null) {
                slots.add(slot);
            } else if (called != null && visited.add(token)) {
                collectSlots(called, slots, visited);
            }
        }
    }

    /**
     * Returns a struct.
     *
     * @throws IllegalArgumentException if the module declares none of that name, or the type of a member is not supported
     */
    WgslStruct struct(String struct) {
        List<String> declaration = declaration("struct", struct); // struct name { member: type, … }
        Map<String, WgslStruct.Layout> layouts = new LinkedHashMap<>();
        int begin = 3;
        int depth = 0;
        for (int i = begin; i < declaration.size(); i++) {
            String token = declaration.get(i);
            depth += token.equals("<") ? 1 : token.equals(">") ? -1 : 0;
            if (depth == 0 && (token.equals(",") || token.equals("}"))) {
                if (i > begin) {
                    layouts.put(declaration.get(begin), layout(declaration.subList(begin + 2, i)));
                }
                begin = i + 1;
            }
        }
        return WgslStruct.of(struct + " in " + name, layouts);
    }

    private WgslStruct.Layout layout(List<String> type) {
        String first = type.get(0);
        List<String> arguments = type.size() > 3 ? type.subList(2, type.size() - 1) : List.of();
        List<String> alias = find("alias", first); // alias name = type;
        if (alias != null) {
            return layout(alias.subList(3, alias.size() - 1));
        }
        if (find("struct", first) != null) {
            WgslStruct struct = struct(first);
            return new WgslStruct.Layout(first, struct.bytes(), struct.alignment());
        }
        return switch (first) {
            case "u32", "i32", "f32" -> new WgslStruct.Layout(first, 4, 4);
            case "vec2u", "vec2f" -> new WgslStruct.Layout(first, 8, 8);
            case "vec4u", "vec4f" -> new WgslStruct.Layout(first, 16, 16);
            case "atomic" -> layout(arguments);
            case "array" -> arrayLayout(arguments);
            default -> throw error("type \"" + first + "\" is not supported");
        };
    }

    /**
     * Lays out an array.
     *
     * @param arguments the type of the elements, and a comma and the name of their count unless it has none
     */
    private WgslStruct.Layout arrayLayout(List<String> arguments) {
        int comma = arguments.lastIndexOf(",");
        if (comma < 0) {
            WgslStruct.Layout element = layout(arguments);
            return new WgslStruct.Layout("array", 0, element.alignment(), element.arrayStride());
        }
        WgslStruct.Layout element = layout(arguments.subList(0, comma));
        int count = constant(arguments.get(comma + 1));
        return new WgslStruct.Layout("array", count * element.arrayStride(), element.alignment(), 0);
    }
}
