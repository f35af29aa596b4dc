// Runs the engine of the site in this thread instead of a worker, with the globals and messages of a worker.
import { open, readFile } from 'node:fs/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';

const FOLDER = new URL('./engine/', import.meta.url);
const CHUNK = 1 << 20;

/** A stream of bytes on demand: `read` fills a Uint8Array from an offset on; `close` ends the stream. */
function stream(size, read, close) {
  let offset = 0;
  return new ReadableStream({
    type: 'bytes',
    autoAllocateChunkSize: CHUNK,
    async pull(controller) {
      const request = controller.byobRequest;
      const { buffer, byteOffset, byteLength } = request.view;
      const count = Math.min(byteLength, size - offset);
      if (count === 0) {
        controller.close();
        await close();
      } else {
        await read(new Uint8Array(buffer, byteOffset, count), offset);
        offset += count;
      }
      request.respond(count);
    },
  });
}

function respond(size, read, close = () => {}) {
  return new Response(stream(size, read, close), { headers: { 'Content-Length': String(size) } });
}

async function fetchFile(path) {
  let file;
  try {
    file = await open(path);
  } catch (error) {
    return new Response(error.message, { status: 404 });
  }
  if (path.endsWith('.wasm') || path.endsWith('.wgsl')) {
    await file.close();
    const type = path.endsWith('.wasm') ? 'application/wasm' : 'text/plain';
    return new Response(await readFile(path), { headers: { 'Content-Type': type } });
  }
  const { size } = await file.stat();
  const fill = async (bytes, offset) => {
    for (let done = 0; done < bytes.length; ) {
      const { bytesRead } = await file.read(bytes, done, bytes.length - done, offset + done);
      if (bytesRead === 0) {
        throw new Error(`${path} ends early`);
      }
      done += bytesRead;
    }
  };
  return respond(size, fill, () => file.close());
}

export class Engine {
  #sources = new Map();
  #lastId = 0;
  #pending = null;

  /** Starts the engine, which needs `navigator.gpu`. A process has one engine. */
  static async start() {
    const engine = new Engine();
    const fetchRemote = globalThis.fetch;
    globalThis.self = globalThis;
    const ready = new Promise((resolve, reject) => {
      globalThis.postMessage = (reply) => {
        if (reply.type === 'ready') {
          resolve();
        } else if (reply.type === 'failed') {
          reject(new Error(reply.message));
        } else if (engine.#pending && reply.id === engine.#pending.id) {
          engine.#receive(reply);
        }
      };
    });
    globalThis.fetch = async (address) => {
      const source = engine.#sources.get(address);
      const url = new URL(address, FOLDER);
      if (source) {
        return respond(source.size, source.read);
      }
      return url.protocol === 'file:' ? fetchFile(fileURLToPath(url)) : fetchRemote(url);
    };
    await import(new URL('engine-worker.js', FOLDER));
    await ready;
    return engine;
  }

  /**
   * Loads a model on the GPU.
   *
   * @param {string | {size: number, read: (bytes: Uint8Array, offset: number) => void}} model path or URL of a GGUF file or
   *   (with a slash at its end) of a folder, or what gives a GGUF file's bytes
   */
  async load(model, contextLength) {
    let url;
    if (typeof model !== 'string') {
      url = 'made:model';
      this.#sources.set(url, model);
    } else {
      url = /^\w+:\/\//.test(model) ? model : pathToFileURL(model).href;
    }
    return this.request({ type: 'load', model: url, options: { device: 'webgpu', contextLength } });
  }

  /**
   * Sends a request, and gives the reply that ends it.
   *
   * @param {(reply: object) => void} [onReply] called with those before
   */
  request(message, onReply = () => {}) {
    const id = ++this.#lastId;
    return new Promise((resolve, reject) => {
      this.#pending = { id, resolve, reject, onReply };
      globalThis.onmessage({ data: { options: {}, ...message, id } });
    });
  }

  #receive(reply) {
    const { resolve, reject, onReply } = this.#pending;
    if (reply.type === 'error') {
      reject(new Error(reply.message));
    } else if (['loaded', 'tokens', 'done'].includes(reply.type)) {
      resolve(reply);
    } else {
      onReply(reply);
    }
  }

  /**
   * Generates the most probable tokens, and returns the last chunk.
   *
   * @param {'chat' | 'complete'} type
   * @param {object} body in OpenAI's form
   * @param {(chunk: object) => void} [onChunk] called with each chunk, in OpenAI's form
   */
  async answer(type, body, onChunk = () => {}) {
    const asked = { temperature: 0, stream: true, return_tokens: true, ...body };
    let last;
    await this.request({ type, body: JSON.stringify(asked), session: 0 }, (reply) => {
      for (const chunk of reply.type === 'output' ? reply.chunks : []) {
        last = JSON.parse(chunk);
        onChunk(last);
      }
    });
    return last;
  }

  async tokenCount(text) {
    return (await this.request({ type: 'tokenize', text })).ids.length;
  }
}
