package dev.demitasse.e2e;

import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Page;

/**
 * Lets pages of a context talk to a server that exists in their scripts only, for tests that need no model. It answers "Yes." unless
 * {@link #hold} was called; then {@link #say} and {@link #end} continue the answer.
 */
final class ScriptedAnswers {
    private static final String SCRIPT = """
            if (self === top && location.protocol.startsWith('http')) {
              try {
                localStorage.setItem('demitasse settings', JSON.stringify(
                  { remote: true, baseURL: 'https://scripted.invalid/v1', remoteModel: 'scripted' }));
              } catch {}
              const hostFetch = fetch;
              const encoder = new TextEncoder();
              let controller;
              let isHeld = false;
              const send = (data) => controller.enqueue(encoder.encode(`data: ${data}\\n\\n`));
              globalThis.scripted = {
                hold: () => (isHeld = true),
                say: (content) => send(JSON.stringify({ choices: [{ index: 0, delta: { content } }] })),
                end() {
                  send(JSON.stringify({ choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] }));
                  send('[DONE]');
                  controller.close();
                },
              };
              globalThis.fetch = async (request, options) => {
                if (!String(request.url ?? request).startsWith('https://scripted.invalid/')) {
                  return hostFetch(request, options);
                }
                (options?.signal ?? request.signal)?.addEventListener('abort', ({ target }) => controller.error(target.reason));
                const body = new ReadableStream({ start: (given) => { controller = given; } });
                if (!isHeld) {
                  scripted.say('Yes.');
                  scripted.end();
                }
                return new Response(body, { headers: { 'Content-Type': 'text/event-stream' } });
              };
            }
            """;

    private ScriptedAnswers() {}

    /** Must be called before pages are opened. */
    static void install(BrowserContext context) {
        context.addInitScript(SCRIPT);
    }

    /** Lets the next answers of a page wait for {@link #say}. */
    static void hold(Page page) {
        page.evaluate("scripted.hold()");
    }

    /** Sends a piece of the answer. */
    static void say(Page page, String text) {
        page.evaluate("(text) => scripted.say(text)", text);
    }

    /** Ends the answer. */
    static void end(Page page) {
        page.evaluate("scripted.end()");
    }
}
