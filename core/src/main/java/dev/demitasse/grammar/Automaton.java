package dev.demitasse.grammar;

import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A grammar over a vocabulary: a pushdown automaton whose stacks are shared and whose sets of stacks become the states of
 * a deterministic one as texts need them. What it has found stays for the texts to come, within bounds.
 */
final class Automaton {
    private static final int MAX_STATES = 4096;
    private static final int MAX_STACKS = 1 << 16;
    private static final long MAX_MASK_BYTES = 8 << 20;
    private static final int MAX_DEPTH = 256;
    private static final int MAX_WAYS = 10_000;

    /** Below all stacks: the text's end. */
    private static final Rule BOTTOM = new Sequence();

    private final IdentityHashMap<Rule, Long> wholes = new IdentityHashMap<>();
    private final IdentityHashMap<Terminal, Terminal.Distances> distances = new IdentityHashMap<>();
    private final @Nullable TokenTrie trie;
    private final Map<Stack, Stack> stacks = new HashMap<>();
    private final Map<State, State> states = new HashMap<>();
    private final List<State> masked = new ArrayList<>();
    private final Stack bottom = new Stack(BOTTOM, 0, null, 0, 0);
    private int made;
    private final State dead = new State(new Stack[0], false);
    final State start;

    /**
     * @param available of each byte value, whether it may be used
     * @param trie null where only distances are asked for
     */
    Automaton(Rule root, boolean[] available, @Nullable TokenTrie trie) {
        this.trie = trie;
        List<Rule> rules = rules(root);
        for (Rule rule : rules) {
            if (rule instanceof Terminal terminal) {
                Terminal.Distances found = terminal.distances(available);
                distances.put(terminal, found);
                wholes.put(rule, found.from(0));
            } else {
                wholes.put(rule, Rule.NEVER);
            }
        }
        for (boolean changed = true; changed; ) {
            changed = false;
            for (int i = rules.size() - 1; i >= 0; i--) {
                if (rules.get(i) instanceof Composite composite) {
                    long found = composite.distance(0, this::whole);
                    if (found < whole(composite)) {
                        wholes.put(composite, found);
                        changed = true;
                    }
                }
            }
        }
        Closure closure = new Closure(Rule.NEVER - 1);
        closure.enter(push(root, 0, bottom));
        start = closure.state();
    }

    private static List<Rule> rules(Rule root) {
        Set<Rule> seen = Collections.newSetFromMap(new IdentityHashMap<>());
        List<Rule> rules = new ArrayList<>();
        ArrayDeque<Rule> open = new ArrayDeque<>();
        open.add(root);
        while (!open.isEmpty()) {
            Rule rule = open.removeLast();
            if (seen.add(rule)) {
                rules.add(rule);
                if (rule instanceof Composite composite) {
                    composite.forEachPart(open::add);
                }
            }
        }
        return rules;
    }

    private long whole(Rule rule) {
        Long known = wholes.get(rule);
        return known == null ? Rule.NEVER : known;
    }

    private long distance(Rule rule, long state) {
        if (rule instanceof Composite composite) {
            return composite.distance(state, this::whole);
        }
        Terminal.Distances known = distances.get(rule);
        return known == null ? Rule.NEVER : known.from(state);
    }

    private Stack push(Rule rule, long state, Stack below) {
        // A rule's own distance is added even where the way on has none: such stacks are dropped when entered.
        Stack stack = new Stack(rule, state, below, Rule.sum(distance(rule, state), below.distance), made + 1);
        Stack known = stacks.get(stack);
        if (known != null) {
            return known;
        }
        if (stacks.size() == MAX_STACKS) {
            forget();
        }
        stacks.put(stack, stack);
        made++;
        return stack;
    }

    /** Forgets what was found. States in use stay right; equal ones are made anew. */
    private void forget() {
        for (State state : states.values()) {
            Arrays.fill(state.next, null);
            state.canonical = null;
            state.mask = null;
        }
        states.clear();
        stacks.clear();
        masked.clear();
    }

    private State intern(List<Stack> found, boolean accepts) {
        if (found.isEmpty() && !accepts) {
            return dead;
        }
        Stack[] sorted = found.toArray(new Stack[0]);
        Arrays.sort(sorted, (a, b) -> Integer.compare(a.number, b.number));
        State state = new State(sorted, accepts);
        State known = states.get(state);
        if (known != null) {
            return known;
        }
        if (states.size() == MAX_STATES) {
            forget();
        }
        states.put(state, state);
        return state;
    }

    State next(State state, int b) {
        State known = state.next[b];
        if (known != null) {
            return known;
        }
        Closure closure = new Closure(Rule.NEVER - 1);
        for (Stack stack : state.stacks) {
            Terminal terminal = (Terminal) stack.rule;
            long after = terminal.next(stack.state, b);
            if (after != Terminal.NONE && stack.below != null) {
                // Nested too deep, a text may only come nearer to its end.
                closure.limit = stack.depth > MAX_DEPTH ? stack.distance - 1 : Rule.NEVER - 1;
                closure.enter(push(terminal, after, stack.below));
            }
        }
        State found = closure.state();
        state.next[b] = found;
        return found;
    }

    /** Whether the grammar has this whole text. */
    boolean matches(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        return next(start, bytes, 0, bytes.length).accepts;
    }

    /** A state's only rule, for as long as a text stays within it: nothing need be kept of what is between. */
    final class Inner {
        private final Terminal terminal;
        private final Terminal.Distances distances;
        private final long state;
        private final Stack below;

        private Inner(Terminal terminal, Terminal.Distances distances, long state, Stack below) {
            this.terminal = terminal;
            this.distances = distances;
            this.state = state;
            this.below = below;
        }

        long state() {
            return state;
        }

        long next(long from, int b) {
            return terminal.next(from, b);
        }

        long distance(long at) {
            return Rule.sum(distances.from(at), below.distance);
        }

        /** The automaton's state where the rule may end; null where it may not. */
        @Nullable
        State leave(long at) {
            if (!terminal.accepts(at)) {
                return null;
            }
            Closure closure = new Closure(Rule.NEVER - 1);
            closure.enter(push(terminal, at, below));
            return closure.state();
        }
    }

    /** The one rule that a state is in; null if it may be in several. */
    @Nullable
    Inner inner(State state) {
        if (state.accepts || state.stacks.length != 1 || state.stacks[0].depth > MAX_DEPTH) {
            return null;
        }
        Stack stack = state.stacks[0];
        Terminal terminal = (Terminal) stack.rule;
        Terminal.Distances known = distances.get(terminal);
        return known == null || stack.below == null ? null : new Inner(terminal, known, stack.state, stack.below);
    }

    /** Where a token leads; a dead state if it isn't allowed. */
    State next(State state, byte[] bytes, int from, int to) {
        State at = state;
        for (int i = from; i < to && !at.isDead(); i++) {
            at = next(at, bytes[i] & 0xff);
        }
        return at;
    }

    /** All stacks that a few lead to without reading a byte. */
    private final class Closure implements Composite.Ways {
        private final Set<Stack> seen = Collections.newSetFromMap(new IdentityHashMap<>());
        private final ArrayDeque<Stack> open = new ArrayDeque<>();
        private final List<Stack> found = new ArrayList<>();
        private boolean accepts;
        long limit;

        Closure(long limit) {
            this.limit = limit;
        }

        @Override
        public Stack push(Rule rule, long state, Stack below) {
            return Automaton.this.push(rule, state, below);
        }

        @Override
        public void enter(Stack stack) {
            if (stack.distance <= limit && seen.size() < MAX_WAYS && seen.add(stack)) {
                open.add(stack);
                if (open.size() == 1) {
                    work();
                }
            }
        }

        private void work() {
            while (!open.isEmpty()) {
                Stack stack = open.getFirst();
                if (stack.rule == BOTTOM) {
                    accepts = true;
                } else if (stack.rule instanceof Composite composite && stack.below != null) {
                    composite.expand(stack.state, stack.below, this);
                } else if (stack.rule instanceof Terminal terminal) {
                    if (!terminal.ends(stack.state)) {
                        found.add(stack);
                    }
                    if (terminal.accepts(stack.state) && stack.below != null) {
                        enter(stack.below);
                    }
                }
                open.removeFirst();
            }
        }

        State state() {
            return intern(found, accepts);
        }
    }

    /** A state that allows the same tokens, whatever the number that may still come. */
    private State canonical(State state, TokenTrie trie) {
        State known = state.canonical;
        if (known != null) {
            return known;
        }
        List<Stack> found = new ArrayList<>();
        Set<Stack> seen = Collections.newSetFromMap(new IdentityHashMap<>());
        long shift = 0;
        for (Stack stack : state.stacks) {
            Stack canonical = canonical(stack, trie.longest());
            shift = Math.max(shift, stack.distance - canonical.distance);
            if (seen.add(canonical)) {
                found.add(canonical);
            }
        }
        State canonical = intern(found, state.accepts);
        state.canonical = canonical;
        state.shift = shift;
        return canonical;
    }

    private Stack canonical(Stack stack, int bytes) {
        Stack known = stack.canonical;
        if (known == null) {
            known = stack.below == null
                    ? stack
                    : push(stack.rule, stack.rule.canonical(stack.state, bytes), canonical(stack.below, bytes));
            stack.canonical = known;
        }
        return known;
    }

    /** A bit for each token that is allowed with {@code remaining} tokens to come, itself included. */
    long[] mask(State state, int remaining) {
        TokenTrie trie = trie();
        if (state.distance > remaining) {
            return mask(canonical(state, trie), trie);
        }
        State canonical = canonical(state, trie);
        long[] mask = mask(canonical, trie);
        if (remaining - 1 >= Rule.sum(canonical.farthest, state.shift)) {
            return mask;
        }
        long[] tight = trie.emptyMask();
        trie.all().walk(this, state, remaining - 1, tight);
        return tight;
    }

    private long[] mask(State state, TokenTrie trie) {
        long[] known = state.mask;
        if (known != null) {
            return known;
        }
        long room = -1;
        long farthest = 0;
        for (Stack stack : state.stacks) {
            if (stack.depth <= MAX_DEPTH && stack.rule instanceof Text text && text.room(stack.state) >= 0) {
                room = Math.max(room, text.room(stack.state));
                farthest = Math.max(farthest, stack.distance);
            }
        }
        long[] mask;
        if (room > 0) {
            mask = trie.plain(room).clone();
            farthest = Math.max(farthest, trie.special().walk(this, state, Rule.NEVER - 1, mask));
        } else {
            mask = trie.emptyMask();
            farthest = trie.all().walk(this, state, Rule.NEVER - 1, mask);
        }
        if ((masked.size() + 1L) * mask.length * Long.BYTES > MAX_MASK_BYTES) {
            for (State old : masked) {
                old.mask = null;
            }
            masked.clear();
        }
        masked.add(state);
        state.mask = mask;
        state.farthest = farthest;
        return mask;
    }

    TokenTrie trie() {
        if (trie == null) {
            throw new IllegalStateException("this automaton has no vocabulary");
        }
        return trie;
    }
}
