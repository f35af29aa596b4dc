package dev.demitasse.web.store;

import dev.demitasse.web.js.Files;
import dev.demitasse.web.js.JsException;
import dev.demitasse.web.js.Promises;
import dev.demitasse.web.js.WorkerScope;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.teavm.jso.core.JSObjects;

/** Directories within one directory of the origin private file system. */
final class OpfsStorage extends BrowserStorage {
    private final OpfsDirectory.Opener opener;
    private Files.Directory root;

    private OpfsStorage(OpfsDirectory.Opener opener) {
        this.opener = opener;
        root = opener.open();
    }

    /** A file that shows whether files can be written. */
    private static final String PROBE = "demitasse-probe";

    /** Opens the storage; returns null if the page has none or can't write to it, as in private windows of some browsers. */
    static @Nullable OpfsStorage find(String kind) {
        Files.Manager manager = WorkerScope.getNavigator().getStorage();
        if (JSObjects.isUndefined(manager)) {
            return null;
        }
        try {
            Files.Directory root = Promises.await(manager.getDirectory());
            if (!isWritable(Promises.await(root.getFileHandle(PROBE, OpfsDirectory.options(true))))) {
                return null;
            }
            return new OpfsStorage(() ->
                    Promises.await(root.getDirectoryHandle("demitasse-" + kind + "s", OpfsDirectory.options(true))));
        } catch (RuntimeException e) { // including a missing method
            return null;
        }
    }

    private static boolean isWritable(Files.FileHandle file) {
        try {
            Promises.await(file.createSyncAccessHandle()).close();
            return true;
        } catch (JsException e) {
            return e.is(OpfsDirectory.IN_USE); // in use by another tab that probes as well
        }
    }

    @Override
    public BrowserDirectory open(String id) {
        return new OpfsDirectory(() -> directory(id));
    }

    /** Opens a directory, and creates it and the root if the browser has evicted them. */
    private Files.Directory directory(String id) {
        try {
            return Promises.await(root.getDirectoryHandle(id, OpfsDirectory.options(true)));
        } catch (JsException e) {
            if (!e.is(OpfsDirectory.NOT_FOUND)) {
                throw e;
            }
        }
        root = opener.open();
        return Promises.await(root.getDirectoryHandle(id, OpfsDirectory.options(true)));
    }

    @Override
    public List<String> ids() {
        List<String> ids = new ArrayList<>();
        Files.Entries entries = root.values();
        for (Files.Entry entry = Promises.await(entries.next());
                !entry.isDone();
                entry = Promises.await(entries.next())) {
            ids.add(entry.getValue().getName());
        }
        return ids;
    }

    @Override
    public void delete(String id) {
        OpfsDirectory.remove(root, id);
    }
}
