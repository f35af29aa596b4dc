package dev.demitasse.serve;

import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpMethod;
import org.eclipse.jetty.http.HttpStatus;
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
import org.eclipse.jetty.util.resource.Resource;
import org.eclipse.jetty.util.resource.ResourceFactory;
import org.jspecify.annotations.Nullable;

/**
 * Serves the files of the site, {@code /models.json}, which names the model, and {@code /models/NAME}, the files of the model
 * if they are on this machine.
 */
final class SiteHandler extends ResourceHandler {
    /**
     * Headers of every response, including errors. They isolate the page, so that it can share memory between threads, and keep
     * pages of other origins from framing it.
     */
    private static final HttpFields HEADERS = HttpFields.from(
            new HttpField("Cross-Origin-Opener-Policy", "same-origin"),
            new HttpField("Cross-Origin-Embedder-Policy", "require-corp"),
            new HttpField("Cross-Origin-Resource-Policy", "cross-origin"),
            new HttpField("Content-Security-Policy", "frame-ancestors 'self'"),
            new HttpField("X-Content-Type-Options", "nosniff"),
            new HttpField("Referrer-Policy", "no-referrer"),
            new HttpField(HttpHeader.CACHE_CONTROL, "no-cache"));

    /** Files that pages of other origins need to embed a chat. */
    private static final List<String> EMBEDDABLE = List.of(".js", ".css", ".wasm", ".wgsl");

    private final Path site;
    private final Map<String, Path> modelFiles = new HashMap<>();
    private final String modelsJson;
    private final Options options;

    SiteHandler(Path site, Model model, Options options) {
        this.site = site;
        this.options = options;
        modelsJson = model.toJson();
        model.files()
                .forEach((uri, file) ->
                        modelFiles.put(HttpURI.from("/" + uri.toASCIIString()).getCanonicalPath(), file));
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
        String host = Request.getServerName(request);
        if (!isHere(host)) {
            // DNS rebinding: a hostile page's own name, which resolves to this machine, would give it the server's
            // origin.
            String message = "The server does not answer requests to the host " + host + " (--name allows a name)";
            Response.writeError(request, response, callback, HttpStatus.FORBIDDEN_403, message);
            return true;
        }
        if (!HttpMethod.GET.is(request.getMethod()) && !HttpMethod.HEAD.is(request.getMethod())) {
            response.getHeaders().put(HttpHeader.ALLOW, "GET, HEAD");
            Response.writeError(request, response, callback, HttpStatus.METHOD_NOT_ALLOWED_405);
            return true;
        }
        String path = Request.getPathInContext(request);
        String origin = allowedOrigin(path);
        if (origin != null) {
            response.getHeaders().put(HttpHeader.ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        }
        if (path.equals("/models.json")) {
            response.getHeaders().put(HttpHeader.CONTENT_TYPE, "application/json");
            Content.Sink.write(response, true, modelsJson, callback);
            return true;
        }
        return super.handle(request, response, callback);
    }

    /** Whether a host of a request is this machine or the name that the server was given. */
    private boolean isHere(@Nullable String host) {
        if (host == null) {
            return false;
        }
        String name = host.toLowerCase(Locale.ROOT);
        return name.equals("localhost")
                || name.equals("[::1]")
                || name.matches("127(\\.[0-9]{1,3}){3}")
                || name.equals(options.name());
    }

    /** Returns the value of the header that allows pages of other origins to read a file; null if none may. */
    private @Nullable String allowedOrigin(String path) {
        if (modelFiles.containsKey(path)) {
            return options.modelOrigin();
        }
        return EMBEDDABLE.stream().anyMatch(path::endsWith) ? "*" : null;
    }

    /** Reads the file for each request, so that a rebuilt site is served immediately. */
    @Override
    protected HttpContent.Factory newHttpContentFactory() {
        MimeTypes.Mutable types = new MimeTypes.Mutable(getMimeTypes());
        types.addMimeMapping("webmanifest", "application/manifest+json");
        types.addMimeMapping("wgsl", "text/wgsl");
        HttpContent.Factory files = new ResourceHttpContentFactory(getBaseResource(), types);
        ResourceFactory resources = ResourceFactory.of(this);
        return path -> {
            Path file = modelFiles.get(path);
            if (file != null) {
                String type = path.endsWith(".json") ? "application/json" : "application/octet-stream";
                return new ResourceHttpContent(resources.newResource(file), type);
            }
            // Names that another operating system would read as separators, and that no file system has.
            if (path.indexOf('\\') >= 0 || path.indexOf('\0') >= 0) {
                return null;
            }
            HttpContent content = files.getContent(path);
            return content != null && isInSite(content.getResource()) ? content : null;
        };
    }

    /** Whether a file is in the folder of the site, after symbolic links are followed. */
    private boolean isInSite(Resource resource) {
        Path file = resource.getPath();
        try {
            return file != null && file.toRealPath().startsWith(site);
        } catch (IOException e) {
            return false; // the file has been removed
        }
    }
}
