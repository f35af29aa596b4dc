package dev.demitasse.json;

/** Thrown if a field of a request is invalid. */
@SuppressWarnings("serial") // never serialized
public final class FieldException extends IllegalArgumentException {
    private final String path;

    /**
     * Creates an exception whose message is the path followed by the problem.
     *
     * @param path of the field, for example {@code messages[2].role}
     */
    public FieldException(String path, String problem) {
        super(path + " " + problem);
        this.path = path;
    }

    /** Returns the path of the field. */
    public String path() {
        return path;
    }
}
