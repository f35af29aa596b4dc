package dev.demitasse.store;

import org.jspecify.annotations.Nullable;

/**
 * The version of a file by its validators (RFC 9110, section 8.8). A strong {@code ETag} names the bytes. A weak one, and
 * {@code Last-Modified}, may differ between servers that send the same bytes.
 */
final class Version {
    /** The version of a file without validators. */
    static final Version NONE = new Version(null, null);

    private static final String WEAK = "W/";

    private final @Nullable String etag;
    private final @Nullable String modified;

    /**
     * Creates a version.
     *
     * @param etag the {@code ETag}, or null if there is none
     * @param modified the {@code Last-Modified}, or null if there is none
     */
    Version(@Nullable String etag, @Nullable String modified) {
        this.etag = etag == null || etag.isEmpty() ? null : etag;
        this.modified = modified;
    }

    @Nullable
    String etag() {
        return etag;
    }

    @Nullable
    String modified() {
        return modified;
    }

    private boolean isStrong() {
        return etag != null && !etag.startsWith(WEAK);
    }

    private static String tag(String etag) {
        return etag.startsWith(WEAK) ? etag.substring(WEAK.length()) : etag;
    }

    /** Returns whether the other version certainly has other bytes: both have a strong ETag, and these differ. */
    boolean contradicts(Version other) {
        return isStrong() && other.isStrong() && !equalTags(other);
    }

    /**
     * Returns whether the validators suggest that the bytes are the same. {@code Last-Modified} counts only without ETags. Without
     * anything to compare, the answer is yes.
     */
    boolean agreesWith(Version other) {
        if (etag != null && other.etag != null) {
            return equalTags(other);
        }
        return modified == null || other.modified == null || modified.equals(other.modified);
    }

    private boolean equalTags(Version other) {
        return etag != null && other.etag != null && tag(etag).equals(tag(other.etag));
    }

    /** Returns the version to compare the next response with: the other one if its ETag is strong and this one's is not. */
    Version updatedBy(Version other) {
        return other.isStrong() && !isStrong() ? other : this;
    }
}
