package dev.demitasse.web;

/** A device can't run the model; another one might. */
final class UnfitException extends RuntimeException {
    UnfitException(String message) {
        super(message);
    }
}
