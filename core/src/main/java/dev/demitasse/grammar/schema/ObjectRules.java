package dev.demitasse.grammar.schema;

import dev.demitasse.grammar.Rule;
import dev.demitasse.grammar.Terminal;
import dev.demitasse.grammar.automaton.Distance;
import dev.demitasse.grammar.automaton.JsonStrings;
import dev.demitasse.grammar.automaton.Words;
import dev.demitasse.json.JsonField;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Compiles the assertions about objects. */
final class ObjectRules {
    private static final int MEMBER_COST = 30;
    private static final long NAME_BYTE_COST = 20;

    private final Schemas schemas;

    ObjectRules(Schemas schemas) {
        this.schemas = schemas;
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
        for (JsonField properties : schemas.values("properties")) {
            names.addAll(properties.object().keySet());
        }
        names.addAll(required);
        boolean describesOthers = !schemas.values("additionalProperties").isEmpty();
        if (!describesOthers && names.isEmpty() && min == 0 && max == Distance.NEVER) {
            return Json.OBJECT;
        }
        if (min > max) {
            return Json.NOTHING;
        }
        // Declared members without additionalProperties exclude further members, although these would be valid.
        boolean allowsOthers = schemas.lenient() || describesOthers || names.isEmpty() || min > 0;
        Rule other = allowsOthers ? member(null) : Json.NOTHING;
        List<ObjectRule.Member> members = new ArrayList<>();
        Names declared = Names.NONE;
        for (String name : names) {
            byte[] json = json(name);
            if (other != Json.NOTHING) {
                byte[] bare = Arrays.copyOfRange(json, 1, json.length - 1);
                schemas.budget().spend(MEMBER_COST + NAME_BYTE_COST * bare.length);
                declared = declared.with(bare);
            }
            byte[] key = Arrays.copyOf(json, json.length + 1);
            key[json.length] = ':';
            Terminal terminal = new Terminal(Words.of(List.of(key)));
            members.add(new ObjectRule.Member(terminal, member(name), required.contains(name)));
        }
        return new ObjectRule(members, other == Json.NOTHING ? null : other, declared, min, max);
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
     */
    private Rule member(@Nullable String name) {
        List<JsonField> all = new ArrayList<>();
        for (JsonField schema : schemas.all()) {
            schemas.budget().spend(MEMBER_COST);
            JsonField properties = schema.member("properties");
            if (name != null && properties.isPresent() && properties.object().containsKey(name)) {
                all.add(properties.member(name));
            } else if (schema.member("additionalProperties").isPresent()) {
                all.add(schema.member("additionalProperties"));
            }
        }
        return schemas.compiler().ruleOf(all);
    }
}
