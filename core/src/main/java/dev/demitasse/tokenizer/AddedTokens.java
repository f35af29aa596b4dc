package dev.demitasse.tokenizer;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A trie of the tokens that are found in a text before it is split into words. */
final class AddedTokens {
    /** A node of the trie; one with an id is a token. */
    static final class Node {
        private final Map<Character, Node> children = new HashMap<>();
        private final int length;
        private int id = Tokenizer.NONE;

        private Node(int length) {
            this.length = length;
        }

        int id() {
            return id;
        }

        /** Returns the length of the token's text in characters. */
        int length() {
            return length;
        }
    }

    private final Node root = new Node(0);

    void add(String token, int id) {
        Node node = root;
        for (int i = 0; i < token.length(); i++) {
            int length = i + 1;
            node = node.children.computeIfAbsent(token.charAt(i), c -> new Node(length));
        }
        node.id = id;
    }

    /** Returns the longest token that begins at {@code start}; null if there is none. */
    @Nullable
    Node longestAt(String text, int start) {
        Node longest = null;
        Node node = root.children.get(text.charAt(start));
        for (int i = start + 1; node != null; i++) {
            if (node.id != Tokenizer.NONE) {
                longest = node;
            }
            node = i < text.length() ? node.children.get(text.charAt(i)) : null;
        }
        return longest;
    }
}
