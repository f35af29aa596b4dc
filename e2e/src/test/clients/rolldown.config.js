const modules = ['diagnostics_channel', 'node:diagnostics_channel', 'async_hooks', 'node:async_hooks'];

export default {
  input: 'entry.js',
  platform: 'browser',
  define: { 'process.env.NODE_ENV': '"production"' },
  resolve: { alias: Object.fromEntries(modules.map((name) => [name, `${import.meta.dirname}/node-only.js`])) },
  output: { file: 'dist/clients.js', codeSplitting: false },
};
