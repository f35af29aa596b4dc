package dev.demitasse.web.store;

import dev.demitasse.web.js.Request;
import org.jspecify.annotations.Nullable;
import org.teavm.jso.core.JSObjects;

/**
 * An access token of the Hugging Face Hub. The browser removes it where the Hub redirects to another origin, as Fetch requires
 * (<a href="https://fetch.spec.whatwg.org/#http-redirect-fetch">HTTP-redirect fetch</a>, step 13).
 *
 * @param endpoint the Hub's URL with a slash at the end
 * @param token the token
 */
public record HubToken(String endpoint, String token) {
    /** Returns the token of a load, or null if it has none. */
    public static @Nullable HubToken of(Request.Options options) {
        Request.Hub hub = options.getHub();
        if (JSObjects.isUndefined(hub) || JSObjects.isUndefined(hub.getToken())) {
            return null;
        }
        String endpoint = hub.getEndpoint().toString();
        return new HubToken(
                endpoint.endsWith("/") ? endpoint : endpoint + "/",
                hub.getToken().toString());
    }

    /** Returns the header {@code Authorization} of a request; null for another server. */
    @Nullable
    String authorization(String url) {
        return url.startsWith(endpoint) ? "Bearer " + token : null;
    }
}
