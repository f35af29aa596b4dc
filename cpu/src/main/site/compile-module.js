// Fetches and compiles WebAssembly modules.

const NEEDED = 'WebAssembly with garbage collection and SIMD, as in Chrome or Edge 119, Firefox 120, Safari 18.2, or later';

/**
 * Fetches and compiles a module. Compiles it while its bytes arrive if the browser can.
 *
 * @param {string | URL} url
 * @param {object} [options]
 * @param {string[]} [options.builtins] sets of builtins to resolve, as `WebAssembly.compile` takes them
 * @param {() => void} [options.onProgress] called for each chunk of bytes that arrives
 * @returns {Promise<WebAssembly.Module>}
 * @throws {Error} named `DeviceUnfit` if this browser can't compile it
 */
export async function compileModule(url, { builtins, onProgress } = {}) {
  if (typeof WebAssembly === 'undefined') {
    throw unfit(`this browser has no WebAssembly, or it is turned off. Demitasse needs ${NEEDED}`);
  }
  const response = await fetch(url);
  if (!response.ok) {
    throw new Error(`${String(url).split('/').pop()} answered with status ${response.status}`);
  }
  const bytes = /** @type {ReadableStream<Uint8Array>} */ (response.body).pipeThrough(
    new TransformStream({
      transform(chunk, controller) {
        onProgress?.();
        controller.enqueue(chunk);
      },
    }),
  );
  // Hosts that don't know the type of .wasm files must not prevent streaming compilation.
  const module = new Response(bytes, { headers: { 'Content-Type': 'application/wasm' } });
  const options = builtins && { builtins };
  try {
    if (WebAssembly.compileStreaming) {
      return await WebAssembly.compileStreaming(module, options);
    }
    return await WebAssembly.compile(await module.arrayBuffer(), options);
  } catch (error) {
    if (error instanceof WebAssembly.CompileError) {
      throw unfit(`this browser can't compile the engine (${error.message}). Demitasse needs ${NEEDED}`);
    }
    throw error;
  }
}

/** @param {string} message */
function unfit(message) {
  return Object.assign(new Error(message), { name: 'DeviceUnfit' });
}
