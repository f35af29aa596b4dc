// Instantiates the engine's WebAssembly module. TeaVM's own loader creates its shims from text with `new Function`, which a content
// security policy forbids without 'unsafe-eval'. These shims are closures, so 'wasm-unsafe-eval' is enough. The names and semantics of
// the imports are those of TeaVM 0.15 (wasm-gc-runtime); imports that the module does not use are left out.
import { compileModule } from './compile-module.js';
// The build generates this from the module: WebKit before 2026 can't list the imports of a module that has GC types.
import { IMPORTS, MEMORY } from './engine-module.js';
import { stringImports } from './string-builtins.js';

/** Java's linear memory can grow to this many 64 KiB pages: 2 GiB, TeaVM's limit. */
const MAX_PAGES = 32767;

/**
 * Functions that the module imports. It passes values of any type.
 *
 * @typedef {Record<string, (...values: any[]) => any>} Functions
 *
 * @typedef {{exports: any}} Context the exports of the module once it is instantiated
 */

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
  /** @type {Context} */
  const context = { exports: null };
  /** @type {Record<string, any>} */
  const providers = {
    ...memoryImports(),
    // Browsers with these builtins ignore the imports. Others call them. Safari 26.2 needs both.
    'wasm:js-string': stringImports(),
    teavm: coreImports(context),
    teavmDate: { currentTimeMillis: () => performance.now() }, // it measures pauses only, and must not jump
    teavmConsole: { putcharStdout: lineWriter(console.log), putcharStderr: lineWriter(console.error) },
    teavmMath: Math,
    // Java's threads, which are cooperative.
    teavmAsync: /** @type {Functions} */ ({
      offer: (queue, run, time) => setTimeout(() => run(queue), Math.max(0, time - performance.now())),
      kill: (id) => clearTimeout(id),
    }),
    teavmJso: jsoImports(context),
  };
  /** @type {Record<string, any>} */
  const imports = {};
  for (const [from, names] of Object.entries(IMPORTS)) {
    imports[from] = Object.fromEntries(names.map((name) => [name, provided(providers, from, name)]));
  }
  const instance = await WebAssembly.instantiate(module, imports);
  context.exports = instance.exports;
  return instance.exports;
}

/**
 * @param {Record<string, any>} providers
 * @param {string} from
 * @param {string} name
 */
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
  const constant = (/** @type {number} */ value) => new WebAssembly.Global({ value: 'i32', mutable: false }, value);
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

/** @param {(line: string) => void} write */
function lineWriter(write) {
  let line = '';
  return (/** @type {number} */ code) => {
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
  /**
   * @param {Context} context
   * @param {any} exception
   */
  constructor({ exports }, exception) {
    super();
    /** @readonly */
    this[JAVA_EXCEPTION] = exception;
    exports['teavm.setJsException'](exception, this);
    const message = exports['teavm.exceptionMessage']?.(exception);
    if (message !== null && message !== undefined) {
      this.message = exports['teavm.stringToJs'](message);
    }
  }
}

/**
 * @param {Context} context
 * @returns {Functions}
 */
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

/**
 * The imports of JSO, Java's view of JavaScript objects.
 *
 * @param {Context} context
 * @returns {Functions}
 */
function jsoImports(context) {
  const convert = exceptionConverter(context);
  return {
    stringBuiltinsSupported: () => true, // stringImports provides them
    hashCode: hashCodes(),
    ...valueImports(),
    ...callImports(convert),
    ...classImports(convert),
    ...wrapperImports(context),
    getJavaException: (error) => error[JAVA_EXCEPTION],
    getJSException: (exception) => javaScriptError(context, exception),
  };
}

/** Returns the hash function of JavaScript values in Java's collections: objects are numbered. */
function hashCodes() {
  /** @type {WeakMap<object, number>} */
  const codes = new WeakMap();
  let last = 0;
  return (/** @type {any} */ value) => {
    if (Object(value) !== value) {
      return Number(value) | 0; // 0 for most strings
    }
    const code = codes.get(value) ?? ++last;
    codes.set(value, code);
    return code;
  };
}

/**
 * Returns the JavaScript error that a Java exception stands for.
 *
 * @param {Context} context
 * @param {any} exception
 */
function javaScriptError({ exports }, exception) {
  return exports['teavm.js.extractException'](exception) ?? exports['teavm.getJsException'](exception);
}

/**
 * Converts exceptions where calls cross between Java and JavaScript.
 *
 * @param {Context} context
 */
function exceptionConverter(context) {
  function toJava(/** @type {any} */ error) {
    return error?.[JAVA_EXCEPTION] ?? context.exports['teavm.js.wrapException'](error);
  }

  function toJs(/** @type {any} */ error) {
    const tag = context.exports['teavm.javaException'];
    if (!(error instanceof WebAssembly.Exception) || !error.is(tag)) {
      return error;
    }
    const exception = error.getArg(tag, 0);
    return javaScriptError(context, exception) ?? new JavaError(context, exception);
  }

  return {
    /** Wraps JavaScript that Java calls: errors become Java exceptions. */
    fromJava(/** @type {Function} */ call) {
      return (/** @type {any[]} */ ...args) => {
        try {
          return call(...args);
        } catch (error) {
          context.exports['teavm.js.throwException'](toJava(error));
          throw error;
        }
      };
    },

    /** Wraps Java that JavaScript calls: exceptions become errors. `this` may become the first argument. */
    toJavaFunction(/** @type {Function} */ fn, withThis = false) {
      return /** @this {any} */ function (/** @type {any[]} */ ...args) {
        try {
          return withThis ? fn(this, ...args) : fn(...args);
        } catch (error) {
          throw toJs(error);
        }
      };
    },
  };
}

/** @typedef {ReturnType<typeof exceptionConverter>} Converter */

const identity = (/** @type {any} */ value) => value;

/** Values, arrays and type tests. */
function valueImports() {
  /** @type {Functions} */
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

/**
 * Properties and calls. `null` as an object stands for the global object.
 *
 * @param {Converter} converter
 * @returns {Functions}
 */
function callImports({ fromJava, toJavaFunction }) {
  /** @type {Record<string, any>} */
  const globals = globalThis;
  const setProperty = (/** @type {any} */ object, /** @type {string} */ name, /** @type {any} */ value) => {
    (object ?? globals)[name] = value;
  };

  return {
    getProperty: fromJava((/** @type {any} */ object, /** @type {string} */ name) => (object === null ? globals[name] : object[name])),
    setProperty,
    setPropertyPure: setProperty,
    global: (name) => globals[name],
    callFunction: fromJava((/** @type {any} */ fn, /** @type {any[]} */ ...args) => fn(...args)),
    callMethod: fromJava((/** @type {any} */ object, /** @type {string} */ name, /** @type {any[]} */ ...args) =>
      object === null ? globals[name](...args) : object[name](...args),
    ),
    apply: fromJava((/** @type {any} */ object, /** @type {string} */ name, /** @type {any[]} */ args) => (object === null ? globals[name](...args) : object[name](...args))),
    construct: fromJava((/** @type {any} */ constructor, /** @type {any[]} */ ...args) => new constructor(...args)),
    bindFunction: (fn, ...args) => fn.bind(null, ...args),
    createFunction: (...parametersAndBody) => shim(parametersAndBody.pop(), parametersAndBody),
    defineFunction: (fn) => toJavaFunction(fn),
    functionAsObject: (fn, name) => (fn === null || fn === undefined ? null : { [name]: toJavaFunction(fn) }),
  };
}

/**
 * Classes of JavaScript objects that stand for Java objects. Only wrapping is supported, not `new` from JavaScript.
 *
 * @param {Converter} converter
 * @returns {Functions}
 */
function classImports({ toJavaFunction }) {
  return {
    createClass(_name, parent) {
      const cls = class {
        /** @type {any} */
        [JAVA_OBJECT];

        constructor(/** @type {any} */ object) {
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

/**
 * Wrappers in both directions: each object has one at a time.
 *
 * @param {Context} context
 * @returns {Functions}
 */
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
      return (functions[name] ??= (/** @type {any[]} */ ...args) => wrapper[name](...args));
    },
  };
}

/**
 * Returns a function for a `@JSBody` text of TeaVM's library. The engine itself has no such texts.
 *
 * @param {string} body
 * @param {string[]} parameters
 */
function shim(body, parameters) {
  const returned = parameters.findIndex((name) => body === `return ${name};`);
  if (returned >= 0) {
    return (/** @type {any[]} */ ...args) => args[returned];
  }
  if (body === `return typeof ${parameters[0]}=='undefined';`) {
    return (/** @type {any} */ value) => value === undefined;
  }
  if (body === `return ${parameters[0]}.toString();`) {
    return String;
  }
  if (body === '{return {};}') {
    return () => ({});
  }
  throw new Error(`loader.js has no shim for the @JSBody text: ${body}`);
}
