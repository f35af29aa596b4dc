package dev.demitasse.web.js;

import org.teavm.jso.JSObject;
import org.teavm.jso.JSProperty;
import org.teavm.jso.core.JSBoolean;
import org.teavm.jso.core.JSPromise;
import org.teavm.jso.typedarrays.Uint8Array;

/** The origin private file system (File System standard), and how much it may hold (Storage standard). */
public final class Files {
    private Files() {}

    /** {@code StorageManager}. */
    public interface Manager extends JSObject {
        JSPromise<Directory> getDirectory();

        JSPromise<Estimate> estimate();

        JSPromise<JSBoolean> persisted();
    }

    /** {@code StorageEstimate}, in bytes. */
    public interface Estimate extends JSObject {
        @JSProperty
        double getUsage();

        @JSProperty
        double getQuota();
    }

    /** Options of the getters below. */
    public interface Options extends JSObject {
        @JSProperty
        void setCreate(boolean create);

        @JSProperty
        void setRecursive(boolean recursive);

        @JSProperty
        void setAt(double position);

        /** @param mode {@code read-only}: several may read at once; browsers that don't know it open for one alone */
        @JSProperty
        void setMode(String mode);
    }

    /** {@code FileSystemHandle}. */
    public interface Handle extends JSObject {
        /** {@code file} or {@code directory}. */
        @JSProperty
        String getKind();

        @JSProperty
        String getName();
    }

    /** {@code FileSystemDirectoryHandle}. */
    public interface Directory extends Handle {
        JSPromise<Directory> getDirectoryHandle(String name, Options options);

        JSPromise<FileHandle> getFileHandle(String name, Options options);

        JSPromise<JSObject> removeEntry(String name, Options options);

        Entries values();
    }

    /** An asynchronous iterator. */
    public interface Entries extends JSObject {
        JSPromise<Entry> next();
    }

    /** What it gives. */
    public interface Entry extends JSObject {
        @JSProperty
        boolean isDone();

        @JSProperty
        Handle getValue();
    }

    /** {@code FileSystemFileHandle}. */
    public interface FileHandle extends Handle {
        JSPromise<Blob> getFile();

        JSPromise<AccessHandle> createSyncAccessHandle();

        JSPromise<AccessHandle> createSyncAccessHandle(Options options);

        /** Renames, over a file that has the name. */
        JSPromise<JSObject> move(String name);
    }

    /** {@code FileSystemSyncAccessHandle}. */
    public interface AccessHandle extends JSObject {
        double getSize();

        /** Bytes read. */
        int read(Uint8Array target, Options options);

        /** Bytes written. */
        int write(Uint8Array bytes, Options options);

        void truncate(double size);

        void flush();

        void close();
    }
}
