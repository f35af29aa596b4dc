package dev.demitasse.serve;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpURI;
import org.eclipse.jetty.http.MimeTypes;
import org.eclipse.jetty.http.content.HttpContent;
import org.eclipse.jetty.http.content.ResourceHttpContent;
import org.eclipse.jetty.http.content.ResourceHttpContentFactory;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.handler.ResourceHandler;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.resource.ResourceFactory;

/**
 * Serves the files of the site, {@code /models.json}, which names the model, and {@code /models/NAME}, the files of the model
 * if they are on this machine.
 */
final class SiteHandler extends ResourceHandler {
    /**
     * Headers of every response, including errors. They isolate the page, so that it can share memory between threads, and allow
     * pages of other origins to embed a chat from this server.
     */
    private static final HttpFields HEADERS = HttpFields.from(
            new HttpField("Cross-Origin-Opener-Policy", "same-origin"),
            new HttpField("Cross-Origin-Embedder-Policy", "require-corp"),
            new HttpField("Cross-Origin-Resource-Policy", "cross-origin"),
            new HttpField(HttpHeader.ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
            new HttpField("X-Content-Type-Options", "nosniff"),
            new HttpField(HttpHeader.CACHE_CONTROL, "no-cache"));

    private final Model model;

    SiteHandler(Path site, Model model) {
        this.model = model;
        setBaseResource(ResourceFactory.of(this).newResource(site));
        setDirAllowed(false);
        setEtags(true);
    }

    static void putHeaders(Response response) {
        HEADERS.forEach(response.getHeaders()::put);
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) throws Exception {
        putHeaders(response);
        if (Request.getPathInContext(request).equals("/models.json")) {
            response.getHeaders().put(HttpHeader.CONTENT_TYPE, "application/json");
            Content.Sink.write(response, true, model.toJson(), callback);
            return true;
        }
        return super.handle(request, response, callback);
    }

    /** Reads the file for each request, so that a rebuilt site is served immediately. */
    @Override
    protected HttpContent.Factory newHttpContentFactory() {
        MimeTypes.Mutable types = new MimeTypes.Mutable(getMimeTypes());
        types.addMimeMapping("webmanifest", "application/manifest+json");
        HttpContent.Factory files = new ResourceHttpContentFactory(getBaseResource(), types);
        ResourceFactory resources = ResourceFactory.of(this);
        Map<String, Path> modelFiles = new HashMap<>();
        model.files()
                .forEach((uri, file) ->
                        modelFiles.put(HttpURI.from("/" + uri.toASCIIString()).getCanonicalPath(), file));
        return path -> {
            Path file = modelFiles.get(path);
            if (file == null) {
                return files.getContent(path);
            }
            String type = path.endsWith(".json") ? "application/json" : "application/octet-stream";
            return new ResourceHttpContent(resources.newResource(file), type);
        };
    }
}
