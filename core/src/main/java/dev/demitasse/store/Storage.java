package dev.demitasse.store;

import java.util.List;

/** The directories of one kind. Methods wait for the storage. */
public interface Storage {
    /** Returns the id of the directory for a name: letters and digits. */
    String id(String name);

    /** Opens a directory, and creates it if it does not exist. */
    ModelDirectory open(String id);

    /** Returns the ids of all directories. */
    List<String> ids();

    /** Deletes a directory and its content if it exists. */
    void delete(String id);
}
