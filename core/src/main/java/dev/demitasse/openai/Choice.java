package dev.demitasse.openai;

import java.util.ArrayList;
import java.util.List;

/** A choice of a response, as far as it is generated. */
final class Choice {
    final int index;
    final StringBuilder text = new StringBuilder();
    final StringBuilder reasoning = new StringBuilder();
    final List<Integer> tokens = new ArrayList<>();
    final List<TokenLogProbs> logProbs = new ArrayList<>();

    Choice(int index) {
        this.index = index;
    }
}
