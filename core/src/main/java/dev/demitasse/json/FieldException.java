package dev.demitasse.json;

/** A field of a request is wrong. */
@SuppressWarnings("serial") // never serialized
public final class FieldException extends IllegalArgumentException {
    private final String path;

    /**
     * @param path of the field, such as {@code messages[2].role}
     * @param problem what is wrong with it, to follow the path
     */
    public FieldException(String path, String problem) {
        super(path + " " + problem);
        this.path = path;
    }

    /** Where the field stands. */
    public String path() {
        return path;
    }
}
