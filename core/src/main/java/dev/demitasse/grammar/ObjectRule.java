package dev.demitasse.grammar;

import java.util.List;
import java.util.function.Consumer;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * A JSON object after its opening brace: declared members in their order, then others. A state is twice the index of the
 * first member that may still come, plus one if there are members before it.
 */
final class ObjectRule extends Composite {
    private final List<Member> members;
    private final @Nullable Member other;
    private final boolean mayBeEmpty;

    /**
     * @param key the name in quotes, and the colon
     */
    record Member(Rule key, Rule value, boolean required) {}

    /** @param other what members after the declared ones are, any number of them; null if there are none */
    ObjectRule(List<Member> members, @Nullable Member other, boolean mayBeEmpty) {
        this.members = List.copyOf(members);
        this.other = other;
        this.mayBeEmpty = mayBeEmpty;
    }

    @Override
    void expand(long state, Stack below, Ways ways) {
        for (int i = (int) (state >> 1); i < members.size(); i++) {
            enter(members.get(i), i + 1, state, below, ways);
            if (members.get(i).required()) {
                return;
            }
        }
        if (other != null) {
            enter(other, members.size(), state, below, ways);
        }
        if ((state & 1) == 1) {
            ways.enter(ways.push(Json.CLOSE_OBJECT, 0, below));
        } else if (mayBeEmpty) {
            ways.enter(ways.push(Json.CLOSE_EMPTY_OBJECT, 0, below));
        }
    }

    private void enter(Member member, int after, long state, Stack below, Ways ways) {
        Stack value = ways.push(member.value(), 0, ways.push(this, 2L * after + 1, below));
        Stack key = ways.push(member.key(), 0, value);
        ways.enter((state & 1) == 0 ? key : ways.push(Json.SEPARATOR, 0, key));
    }

    @Override
    long distance(long state, ToLongFunction<Rule> whole) {
        long sum = whole.applyAsLong(Json.CLOSE_EMPTY_OBJECT);
        long separator = whole.applyAsLong(Json.SEPARATOR);
        boolean any = (state & 1) == 1;
        long cheapest = other == null ? NEVER : distance(other, whole);
        for (int i = (int) (state >> 1); i < members.size(); i++) {
            Member member = members.get(i);
            if (member.required()) {
                sum = sum(sum, sum(any ? separator : 0, distance(member, whole)));
                any = true;
            } else if (!any) {
                cheapest = Math.min(cheapest, distance(member, whole));
            }
        }
        return any || mayBeEmpty ? sum : sum(sum, cheapest);
    }

    private static long distance(Member member, ToLongFunction<Rule> whole) {
        return sum(whole.applyAsLong(member.key()), whole.applyAsLong(member.value()));
    }

    @Override
    void forEachPart(Consumer<Rule> action) {
        for (Member member : members) {
            action.accept(member.key());
            action.accept(member.value());
        }
        if (other != null) {
            action.accept(other.key());
            action.accept(other.value());
        }
        action.accept(Json.SEPARATOR);
        action.accept(Json.CLOSE_OBJECT);
        action.accept(Json.CLOSE_EMPTY_OBJECT);
    }
}
