// Types of modules that the build creates and of browser features that TypeScript's library lacks.
// They serve editors and the type check only; no package contains them.

declare module '*/engine-module.js' {
  /** Names of the imports of demitasse.wasm, by module. */
  export const IMPORTS: Record<string, string[]>;
  /** The memory of demitasse.wasm: its minimum in pages and its static data in bytes. */
  export const MEMORY: { min: number; dataSize: number };
}

declare module '*/lib/dompurify.js' {
  const createDOMPurify: any;
  export default createDOMPurify;
}

declare module '*/lib/highlight.js' {
  const hljs: any;
  export default hljs;
}

declare module '*/lib/markdown-it.js' {
  const MarkdownIt: any;
  export default MarkdownIt;
}

/** The global object: the page's, or the one of the engine's worker. */
interface Window {
  loadKernels(threads: number): Promise<object>;
  shaderUrl(name: string): string;
  holdCache(name: string): void;
  trustedTypes?: any;
  QuotaExceededError?: any;
}

declare var QuotaExceededError: any;
declare var trustedTypes: any;

interface Navigator {
  /** Memory of the device in GiB, rounded. */
  deviceMemory?: number;
  userAgentData?: { platform: string };
}

interface Performance {
  measureUserAgentSpecificMemory?(): Promise<{ bytes: number }>;
}

declare namespace WebAssembly {
  const Exception: any;
  function compile(bytes: BufferSource, options: { builtins?: string[] } | undefined): Promise<Module>;
  function compileStreaming(source: Response | PromiseLike<Response>, options: { builtins?: string[] } | undefined): Promise<Module>;
}
