package dev.demitasse.grammar.schema;

import dev.demitasse.grammar.Rule;
import dev.demitasse.grammar.Terminal;
import dev.demitasse.grammar.automaton.Distance;
import dev.demitasse.grammar.automaton.JsonStrings;
import dev.demitasse.grammar.automaton.Words;
import dev.demitasse.grammar.schema.NameClasses.NameClass;
import dev.demitasse.json.JsonField;
import dev.demitasse.json.JsonReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Compiles the assertions about objects. */
final class ObjectRules {
    private static final int MEMBER_COST = 30;
    private static final long NAME_BYTE_COST = 20;

    private final Schemas schemas;
    private final NameClasses classes;

    ObjectRules(Schemas schemas) {
        this.schemas = schemas;
        classes = new NameClasses(schemas);
    }

    Rule rule() {
        long min = schemas.minSize("minProperties");
        long max = schemas.maxSize("maxProperties");
        Set<String> required = new LinkedHashSet<>();
        for (JsonField list : schemas.values("required")) {
            for (JsonField name : list.elements()) {
                required.add(name.string());
            }
        }
        Set<String> names = new LinkedHashSet<>();
        boolean declares = !required.isEmpty();
        for (JsonField properties : schemas.values("properties")) {
            for (String name : properties.object().keySet()) {
                names.add(name);
                declares |= !Boolean.FALSE.equals(properties.object().get(name));
            }
        }
        names.addAll(required);
        boolean describesOthers = !schemas.values("additionalProperties").isEmpty()
                || !schemas.values("unevaluatedProperties").isEmpty();
        if (!describesOthers && names.isEmpty() && min == 0 && max == Distance.NEVER && classes.isTrivial()) {
            return schemas.json().object;
        }
        if (min > max) {
            return Json.NOTHING;
        }
        // Declared members without additionalProperties exclude further members, although these would be valid.
        boolean allowsOthers = schemas.lenient() || describesOthers || !declares && !classes.hasPatterns() || min > 0;
        List<ObjectRule.Others> others = new ArrayList<>();
        for (NameClass nameClass : classes.of(allowsOthers, min)) {
            Rule value = value(null, nameClass.patterns(), Set.of());
            if (value == Json.NOTHING) {
                continue;
            }
            if (nameClass.listed().isEmpty()) {
                others.add(new ObjectRule.Others(new Terminal(nameClass.names()), value, nameClass.length()));
            } else {
                nameClass.listed().forEach(name -> names.add(text(name)));
            }
        }
        return new ObjectRule(schemas.json(), members(names, required), others, declared(names, others), min, max);
    }

    private List<ObjectRule.Member> members(Set<String> names, Set<String> required) {
        List<ObjectRule.Member> members = new ArrayList<>();
        for (String name : names) {
            byte[] json = json(name);
            byte[] key = Arrays.copyOf(json, json.length + 1);
            key[json.length] = ':';
            Terminal terminal = new Terminal(Words.of(List.of(key)));
            Rule value = classes.allows(json)
                    ? value(name, classes.matched(json, false), classes.matched(json, true))
                    : Json.NOTHING;
            members.add(new ObjectRule.Member(terminal, value, required.contains(name)));
        }
        return members;
    }

    private List<byte[]> declared(Set<String> names, List<ObjectRule.Others> others) {
        List<byte[]> declared = new ArrayList<>();
        if (!others.isEmpty()) {
            for (String name : names) {
                byte[] json = json(name);
                schemas.budget().spend(MEMBER_COST + NAME_BYTE_COST * json.length);
                declared.add(Arrays.copyOfRange(json, 1, json.length - 1));
            }
        }
        return declared;
    }

    private static String text(byte[] json) {
        return (String) Objects.requireNonNull(JsonReader.read(new String(json, StandardCharsets.UTF_8)));
    }

    private byte[] json(String name) {
        try {
            return JsonStrings.json(name);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(schemas.path() + ": property " + name + ": " + e.getMessage(), e);
        }
    }

    /**
     * Returns the rule of the value of a member.
     *
     * @param name the name of a declared member, or null for further members
     * @param patterns the patterns that the name matches
     * @param possible the patterns that the name may match, by which engine ever
     */
    private Rule value(@Nullable String name, Set<String> patterns, Set<String> possible) {
        List<JsonField> all = new ArrayList<>();
        for (JsonField schema : schemas.all()) {
            schemas.budget().spend(MEMBER_COST);
            boolean isDescribed = false;
            JsonField properties = schema.member("properties");
            if (name != null && properties.isPresent() && properties.object().containsKey(name)) {
                all.add(properties.member(name));
                isDescribed = true;
            }
            JsonField byPattern = schema.member("patternProperties");
            if (byPattern.isPresent() && schemas.lenient()) {
                continue; // any of the patterns may match
            }
            for (String pattern : byPattern.isPresent() ? byPattern.object().keySet() : Set.<String>of()) {
                if (patterns.contains(pattern) || possible.contains(pattern)) {
                    all.add(byPattern.member(pattern));
                    isDescribed |= patterns.contains(pattern);
                }
            }
            if (!isDescribed && schema.member("additionalProperties").isPresent()) {
                all.add(schema.member("additionalProperties"));
            }
        }
        if (!schemas.lenient()) {
            new Evaluated(schemas).addUnevaluatedProperties(name, patterns, all);
        }
        return schemas.compiler().ruleOf(all);
    }
}
