package dev.demitasse.store;

import dev.demitasse.fuzz.Input;
import dev.demitasse.fuzz.Target;
import dev.demitasse.gguf.Gguf;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Headers of HTTP responses: ranges, lengths and versions. Numbers are in range or unknown. */
public final class ResponseTarget extends Target {
    public ResponseTarget() {
        super();
    }

    /** A response with the headers of the input. */
    private record Exchange(int status, Map<String, String> headers, byte[] body, boolean hidesHeaders)
            implements HttpExchange {
        @Override
        public void send() {}

        @Override
        public String header(String name) {
            return headers.get(name.toLowerCase(Locale.ROOT));
        }

        @Override
        public Bytes read() {
            return null;
        }

        @Override
        public void cancel() {}
    }

    @Override
    protected void test(byte[] bytes) {
        Input input = new Input(bytes);
        int status = input.choice(2) == 0 ? Http.PARTIAL : 200;
        boolean hidesHeaders = input.choice(2) == 0;
        String text = input.text();
        Map<String, String> headers = new HashMap<>();
        for (String line : text.split("\n", -1)) {
            int colon = line.indexOf(':');
            if (colon > 0) {
                headers.put(
                        line.substring(0, colon).toLowerCase(Locale.ROOT),
                        line.substring(colon + 1).strip());
            }
        }
        Response response =
                new Response(new Exchange(status, headers, new byte[0], hidesHeaders), new StillPlatform(), r -> {});
        response.send();
        for (long number :
                new long[] {response.start(), response.rangeBytes(), response.total(), response.bodyBytes()}) {
            check(number >= 0 || number == Gguf.UNKNOWN_LENGTH, number);
        }
        check(response.rangeBytes() != 0, "an empty range");
        Version version = response.version();
        check(version.agreesWith(version) && !version.contradicts(version), version);
        Version other = new Version(headers.get("x"), headers.get("y"));
        checkEqual(version.contradicts(other), other.contradicts(version));
        checkEqual(version.agreesWith(other), other.agreesWith(version));
        check(!version.contradicts(other) || !version.agreesWith(other), "the versions agree and contradict");
        WrongAnswer.describe(
                text.substring(0, Math.min(text.length(), WrongAnswer.START_BYTES)), headers.get("content-type"));
    }

    @Override
    protected List<byte[]> seeds() {
        String headers =
                "Content-Range: bytes 5-9/100\nContent-Length: 5\nETag: W/\"a\"\nLast-Modified: Mon\nx: \"a\"\ny: Tue\n"
                        + "Content-Type: text/html\nContent-Encoding: gzip";
        return List.of(
                Input.of(headers, 0, 0),
                Input.of("Content-Length: 12\nContent-Encoding: identity", 1, 1),
                Input.of("Content-Range: bytes 0-0/*", 0, 0),
                Input.of("<!DOCTYPE html>", 0, 1));
    }

    @Override
    protected List<String> dictionary() {
        return List.of(
                "Content-Range: bytes ",
                "Content-Length: ",
                "ETag: ",
                "W/\"",
                "/*",
                "9223372036854775807",
                "-",
                "\n",
                "+1");
    }

    @Override
    protected long maxAllocation(int inputLength) {
        return 100_000 + 300L * inputLength;
    }
}
