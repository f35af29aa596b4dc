package dev.demitasse.serve;

import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.handler.gzip.GzipHandler;
import org.eclipse.jetty.util.Callback;

/** Compresses texts and WebAssembly. Models and answers to range requests are sent as they are. */
final class Compression extends GzipHandler {
    Compression(Handler handler) {
        super(handler);
        setIncludedMimeTypes(
                "text/html",
                "text/css",
                "text/javascript",
                "text/plain",
                "text/wgsl",
                "application/json",
                "application/manifest+json",
                "application/wasm",
                "image/svg+xml");
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) throws Exception {
        return request.getHeaders().contains(HttpHeader.RANGE)
                ? getHandler().handle(request, response, callback)
                : super.handle(request, response, callback);
    }
}
