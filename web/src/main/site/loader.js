// Instantiates the engine's WebAssembly module. TeaVM's own loader creates its shims from text with `new Function`, which a content
// security policy forbids without 'unsafe-eval'. These shims are closures, so 'wasm-unsafe-eval' is enough. The names and semantics of
// the imports are those of TeaVM 0.15 (wasm-gc-runtime); imports that the module does not use are left out.
import { compileModule } from './compile-module.js';
// The build generates this from the module: WebKit before 2026 can't list the imports of a module that has GC types.
import { IMPORTS, MEMORY } from './engine-module.js';

/** Java's linear memory can grow to this many 64 KiB pages: 2 GiB, TeaVM's limit. */
const MAX_PAGES = 32767;

const JAVA_OBJECT = Symbol('javaObject');
const JAVA_EXCEPTION = Symbol('javaException');
const WRAP = Symbol('wrap');

/**
 * Fetches, compiles and instantiates the engine's module.
 *
 * @param {string | URL} url of the module
 * @param {() => void} onProgress called for each chunk of bytes that arrives
 * @returns {Promise<any>} its exports; `main` is a global that holds the entry point
 * @throws {Error} named `DeviceUnfit` if this browser can't compile it
 */
export async function instantiate(url, onProgress) {
  const module = await compileModule(url, { builtins: ['js-string'], onProgress });
  const context = { exports: null };
  const providers = {
    ...memoryImports(),
    // Browsers with these builtins ignore the imports. Others call them. Safari 26.2 needs both.
    'wasm:js-string': stringImports(),
    teavm: coreImports(context),
    teavmDate: { currentTimeMillis: () => Date.now() },
    teavmConsole: { putcharStdout: lineWriter(console.log), putcharStderr: lineWriter(console.error) },
    teavmMath: Math,
    // Java's threads, which are cooperative.
    teavmAsync: {
      offer: (queue, run, time) => setTimeout(() => run(queue), Math.max(0, time - Date.now())),
      kill: (id) => clearTimeout(id),
    },
    teavmJso: jsoImports(context),
  };
  const imports = /** @type {Record<string, any>} */ ({});
  for (const [from, names] of Object.entries(IMPORTS)) {
    imports[from] = Object.fromEntries(names.map((name) => [name, provided(providers, from, name)]));
  }
  const instance = await WebAssembly.instantiate(module, imports);
  context.exports = instance.exports;
  return instance.exports;
}

function provided(providers, from, name) {
  // callMethod2, callMethod3, … differ only in their number of arguments.
  const value = providers[from]?.[name] ?? providers[from]?.[name.replace(/\d+$/, '')];
  if (value === undefined) {
    throw new Error(`loader.js lacks the import ${from}.${name}`);
  }
  return value;
}

function memoryImports() {
  const memory = new WebAssembly.Memory({ initial: Math.max(MEMORY.min, 1), maximum: MAX_PAGES });
  const constant = (value) => new WebAssembly.Global({ value: 'i32', mutable: false }, value);
  return {
    env: { memory },
    teavmMemory: {
      linearMemory: () => memory.buffer,
      notifyHeapResized() {},
      heapOffset: constant(Math.ceil(MEMORY.dataSize / 8) * 8),
      maxSize: constant(MAX_PAGES * 65536),
    },
  };
}

/**
 * A module that exports `get(array, index)` and `set(array, index, code)` for `(array (mut i16))`, the type of Java's `char[]` and of
 * the js-string builtins: JavaScript itself can't reach into arrays of WebAssembly.
 */
const CHAR_ARRAYS = [
  ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
  ...[1, 18, 3, 0x5e, 0x77, 1, 0x60, 2, 0x63, 0, 0x7f, 1, 0x7f, 0x60, 3, 0x63, 0, 0x7f, 0x7f, 0],
  ...[3, 3, 2, 1, 2],
  ...[7, 13, 2, 3, 0x67, 0x65, 0x74, 0, 0, 3, 0x73, 0x65, 0x74, 0, 1],
  ...[10, 23, 2, 9, 0, 0x20, 0, 0x20, 1, 0xfb, 0x0d, 0, 0x0b, 11, 0, 0x20, 0, 0x20, 1, 0x20, 2, 0xfb, 0x0e, 0, 0x0b],
];

/** The js-string builtins that the engine uses, as the proposal defines them, for browsers that lack them. */
function stringImports() {
  const { get, set } = /** @type {any} */ (new WebAssembly.Instance(new WebAssembly.Module(new Uint8Array(CHAR_ARRAYS))).exports);
  return {
    fromCharCode: (code) => String.fromCharCode(code),
    fromCharCodeArray(array, start, end) {
      let text = '';
      for (let i = start; i < end; i++) {
        text += String.fromCharCode(get(array, i));
      }
      return text;
    },
    intoCharCodeArray(string, array, start) {
      for (let i = 0; i < string.length; i++) {
        set(array, start + i, string.charCodeAt(i));
      }
      return string.length;
    },
    concat: (a, b) => a + b,
    charCodeAt: (string, index) => string.charCodeAt(index),
    length: (string) => string.length,
    substring: (string, start, end) => string.substring(start, end),
  };
}

function lineWriter(write) {
  let line = '';
  return (code) => {
    if (code === 10) {
      write(line);
      line = '';
    } else {
      line += String.fromCharCode(code);
    }
  };
}

/** A Java exception that passes through JavaScript. */
class JavaError extends Error {
  constructor({ exports }, exception) {
    super();
    this[JAVA_EXCEPTION] = exception;
    exports['teavm.setJsException'](exception, this);
    const message = exports['teavm.exceptionMessage']?.(exception);
    if (message !== null && message !== undefined) {
      this.message = exports['teavm.stringToJs'](message);
    }
  }
}

function coreImports(context) {
  const collected = new FinalizationRegistry(({ queue, ref }) => {
    context.exports['teavm.reportGarbageCollectedValue']?.(queue, ref);
  });
  const collectedStrings = new FinalizationRegistry((held) => {
    context.exports['teavm.reportGarbageCollectedString']?.(held);
  });
  return {
    createWeakRef(value, ref, queue) {
      if (queue !== null) {
        collected.register(value, { ref, queue });
      }
      return new WeakRef(value);
    },
    deref: (weakRef) => weakRef.deref() ?? null,
    createStringWeakRef(value, held) {
      collectedStrings.register(value, held);
      return new WeakRef(value);
    },
    stringDeref: (weakRef) => weakRef.deref(),
    takeStackTrace: () => ({ getStack: () => [] }),
    decorateException(exception) {
      new JavaError(context, exception);
    },
  };
}

/** The imports of JSO, Java's view of JavaScript objects. */
function jsoImports(context) {
  const convert = exceptionConverter(context);
  return {
    stringBuiltinsSupported: () => true, // stringImports provides them
    ...valueImports(),
    ...callImports(convert),
    ...classImports(convert),
    ...wrapperImports(context),
    getJavaException: (error) => error[JAVA_EXCEPTION],
    getJSException: (exception) => javaScriptError(context, exception),
  };
}

/** Returns the JavaScript error that a Java exception stands for. */
function javaScriptError({ exports }, exception) {
  return exports['teavm.js.extractException'](exception) ?? exports['teavm.getJsException'](exception);
}

/** Converts exceptions where calls cross between Java and JavaScript. */
function exceptionConverter(context) {
  function toJava(error) {
    return error?.[JAVA_EXCEPTION] ?? context.exports['teavm.js.wrapException'](error);
  }

  function toJs(error) {
    const tag = context.exports['teavm.javaException'];
    if (!(error instanceof WebAssembly.Exception) || !error.is(tag)) {
      return error;
    }
    const exception = error.getArg(tag, 0);
    return javaScriptError(context, exception) ?? new JavaError(context, exception);
  }

  return {
    /** Wraps JavaScript that Java calls: errors become Java exceptions. */
    fromJava(call) {
      return (...args) => {
        try {
          return call(...args);
        } catch (error) {
          context.exports['teavm.js.throwException'](toJava(error));
          throw error;
        }
      };
    },

    /** Wraps Java that JavaScript calls: exceptions become errors. `this` may become the first argument. */
    toJavaFunction(fn, withThis = false) {
      return /** @this {any} */ function (...args) {
        try {
          return withThis ? fn(this, ...args) : fn(...args);
        } catch (error) {
          throw toJs(error);
        }
      };
    },
  };
}

const identity = (value) => value;

/** Values, arrays and type tests. */
function valueImports() {
  const imports = {
    isUndefined: (value) => value === undefined,
    emptyArray: () => [],
    appendToArray: (array, value) => array.push(value),
    concatArray: (a, b) => [...a, ...b],
    arrayOf: (...values) => values,
    wrapBoolean: (value) => !!value,
    unwrapBoolean: (value) => (value ? 1 : 0),
    isPrimitive: (value, type) => value === null || typeof value === type,
    instanceOf: (value, type) => value instanceof type,
    instanceOfOrNull: (value, type) => value === null || value instanceof type,
    sameRef: (a, b) => a === b,
  };
  for (const type of ['Byte', 'Short', 'Char', 'Int', 'Long', 'Float', 'Double']) {
    imports['wrap' + type] = identity;
    imports['unwrap' + type] = identity;
  }
  return imports;
}

/** Properties and calls. `null` as an object stands for the global object. */
function callImports({ fromJava, toJavaFunction }) {
  function setProperty(object, name, value) {
    (object ?? globalThis)[name] = value;
  }

  return {
    getProperty: fromJava((object, name) => (object === null ? globalThis[name] : object[name])),
    setProperty,
    setPropertyPure: setProperty,
    global: (name) => globalThis[name],
    callFunction: fromJava((fn, ...args) => fn(...args)),
    callMethod: fromJava((object, name, ...args) =>
      object === null ? globalThis[name](...args) : object[name](...args),
    ),
    apply: fromJava((object, name, args) => (object === null ? globalThis[name](...args) : object[name](...args))),
    construct: fromJava((constructor, ...args) => new constructor(...args)),
    bindFunction: (fn, ...args) => fn.bind(null, ...args),
    createFunction: (...parametersAndBody) => shim(parametersAndBody.pop(), parametersAndBody),
    defineFunction: (fn) => toJavaFunction(fn),
    functionAsObject: (fn, name) => (fn === null || fn === undefined ? null : { [name]: toJavaFunction(fn) }),
  };
}

/** Classes of JavaScript objects that stand for Java objects. Only wrapping is supported, not `new` from JavaScript. */
function classImports({ toJavaFunction }) {
  return {
    createClass(_name, parent) {
      const cls = class {
        constructor(object) {
          this[JAVA_OBJECT] = object;
        }
      };
      Object.setPrototypeOf(cls.prototype, parent ? parent.prototype : Object.prototype);
      return cls;
    },
    exportClass: identity,
    defineMethod(cls, name, fn) {
      cls.prototype[name] = toJavaFunction(fn, true);
    },
    defineStaticMethod(cls, name, fn) {
      cls[name] = toJavaFunction(fn);
    },
  };
}

/** Wrappers in both directions: each object has one at a time. */
function wrapperImports(context) {
  const jsWrappers = new WeakMap(); // Java object → JavaScript object
  const javaWrappers = new WeakMap(); // JavaScript object → Java object
  return {
    javaObjectToJS(object, cls) {
      if (object === null) {
        return null;
      }
      let wrapper = jsWrappers.get(object)?.deref();
      if (wrapper === undefined) {
        wrapper = new cls(object);
        jsWrappers.set(object, new WeakRef(wrapper));
      }
      return wrapper;
    },
    unwrapJavaObject: (wrapper) => wrapper[JAVA_OBJECT],
    wrapObject(value) {
      if (value === null) {
        return null;
      }
      const isObject = typeof value === 'object' || typeof value === 'function';
      const known = isObject ? (value[JAVA_OBJECT] ?? javaWrappers.get(value)?.deref()) : undefined;
      if (known !== undefined) {
        return known;
      }
      const wrapper = context.exports['teavm.jso.createWrapper'](value);
      if (isObject) {
        javaWrappers.set(value, new WeakRef(wrapper));
      }
      return wrapper;
    },
    // A Java functor as a JavaScript function: the same one each time, so that listeners can be removed.
    asFunction(wrapper, name) {
      if (wrapper === null || wrapper === undefined) {
        return null;
      }
      const functions = (wrapper[WRAP] ??= Object.create(null));
      return (functions[name] ??= (...args) => wrapper[name](...args));
    },
  };
}

/** Returns a function for a `@JSBody` text of TeaVM's library. The engine itself has no such texts. */
function shim(body, parameters) {
  const returned = parameters.findIndex((name) => body === `return ${name};`);
  if (returned >= 0) {
    return (...args) => args[returned];
  }
  if (body === '{return {};}') {
    return () => ({});
  }
  throw new Error(`loader.js has no shim for the @JSBody text: ${body}`);
}
