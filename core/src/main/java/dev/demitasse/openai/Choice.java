package dev.demitasse.openai;

import java.util.ArrayList;
import java.util.List;

/** A choice of a response, as far as it is generated. */
final class Choice {
    int index;
    final StringBuilder text = new StringBuilder();
    final StringBuilder reasoning = new StringBuilder();
    final List<Integer> tokens = new ArrayList<>();
    final List<TokenLogProbs> logProbs = new ArrayList<>();
    String finishReason = "";
    List<JsonObject> toolCalls = List.of();

    Choice(int index) {
        this.index = index;
    }

    /** Returns the mean log probability of the tokens. */
    double meanLogProb() {
        double sum = 0;
        for (TokenLogProbs each : logProbs) {
            sum += each.chosenLogProb();
        }
        return logProbs.isEmpty() ? 0 : sum / logProbs.size();
    }
}
