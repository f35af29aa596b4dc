// Stands in for modules of Node that the AI SDK imports for its diagnostics.
const channel = { hasSubscribers: false, publish() {} };
export const tracingChannel = () => ({
  ...{ start: channel, end: channel, asyncStart: channel, asyncEnd: channel, error: channel },
  hasSubscribers: false,
  traceSync: (run) => run(),
  tracePromise: (run) => run(),
});
export class AsyncLocalStorage {
  run(_, run, ...values) {
    return run(...values);
  }

  getStore() {}
}
export default { channel: () => channel, tracingChannel };
