// SmolLM3-3B's full shape with random weights as a GGUF file of about 1.8 GB, which is made when it is read: like that of
// core/src/test/oracle/full_shape_smollm3.py, with a vocabulary of bytes and numbered tokens.

const [WIDTH, LAYERS, HEADS, KV_HEADS, HIDDEN, VOCABULARY] = [2048, 36, 16, 4, 11008, 128256];
const KV_WIDTH = (WIDTH / HEADS) * KV_HEADS;
const ALIGNMENT = 32;
/** Number of random blocks, which are repeated; a prime number, so that rows differ. */
const RANDOM_BLOCKS = 4999;

/** Types of GGUF: number, elements and bytes of a block, and a function that sets the scales for weights of a given deviation. */
const TYPES = {
  F32: { number: 0, elements: 1, bytes: 4 },
  Q4_0: {
    number: 2,
    elements: 32,
    bytes: 18,
    fill: (block, deviation) => putHalf(block, 0, deviation / 4.6),
  },
  Q4_K: {
    number: 12,
    elements: 256,
    bytes: 144,
    fill(block, deviation) {
      putHalf(block, 0, deviation / 4.6 / 32);
      putHalf(block, 2, ((deviation / 4.6) * 7.5) / 32);
    },
  },
  Q6_K: {
    number: 14,
    elements: 256,
    bytes: 210,
    fill(block, deviation) {
      block.fill(64, 192, 208);
      putHalf(block, 208, deviation / 18.5 / 64);
    },
  },
};

/** The types that llama.cpp's quantizer mixes. */
const MIXES = {
  Q4_0: (name) => (name === 'token_embd' ? 'Q6_K' : 'Q4_0'),
  Q4_K_M(name, layer) {
    const eighth = Math.floor(LAYERS / 8);
    const moreBits = layer < eighth || layer >= Math.floor((7 * LAYERS) / 8) || (layer - eighth) % 3 === 2;
    return name === 'token_embd' || (['attn_v', 'ffn_down'].includes(name) && moreBits) ? 'Q6_K' : 'Q4_K';
  },
};

export const mixes = Object.keys(MIXES);

function putHalf(bytes, offset, value) {
  // A float16 of a small positive number, rounded down: 5 bits of exponent, 10 of fraction; below 2^-14 without leading one.
  const exponent = Math.max(-14, Math.floor(Math.log2(value)));
  const fraction = Math.floor((value / 2 ** exponent) * 1024);
  const bits = fraction < 1024 ? fraction : ((exponent + 15) << 10) | (fraction - 1024);
  bytes[offset] = bits & 255;
  bytes[offset + 1] = bits >> 8;
}

/** Returns random blocks, about a megabyte at most. */
function randomBlocks({ bytes, fill }, deviation) {
  const all = new Uint8Array(RANDOM_BLOCKS * bytes);
  let state = 7;
  for (let i = 0; i < all.length; i++) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    all[i] = state >>> 24;
  }
  for (let at = 0; at < all.length; at += bytes) {
    fill(all.subarray(at, at + bytes), deviation);
  }
  return all;
}

function tensors(mix) {
  const list = [];
  const matrix = (name, layer, rows, columns) => {
    const type = MIXES[mix](name, layer);
    list.push({ name: (layer < 0 ? '' : `blk.${layer}.`) + `${name}.weight`, shape: [columns, rows], type });
  };
  const norm = (name) => list.push({ name: `${name}.weight`, shape: [WIDTH], type: 'F32' });
  matrix('token_embd', -1, VOCABULARY, WIDTH);
  norm('output_norm');
  for (let layer = 0; layer < LAYERS; layer++) {
    matrix('attn_q', layer, WIDTH, WIDTH);
    matrix('attn_k', layer, KV_WIDTH, WIDTH);
    matrix('attn_v', layer, KV_WIDTH, WIDTH);
    matrix('attn_output', layer, WIDTH, WIDTH);
    matrix('ffn_gate', layer, HIDDEN, WIDTH);
    matrix('ffn_up', layer, HIDDEN, WIDTH);
    matrix('ffn_down', layer, WIDTH, HIDDEN);
    norm(`blk.${layer}.attn_norm`);
    norm(`blk.${layer}.ffn_norm`);
  }
  return list;
}

/** Returns the characters that stand for the 256 bytes in byte-level BPE. */
function byteAlphabet() {
  const printable = (b) => (b >= 33 && b <= 126) || (b >= 161 && b <= 172) || b >= 174;
  let others = 256;
  return Array.from({ length: 256 }, (_, b) => String.fromCharCode(printable(b) ? b : others++));
}

class Writer {
  #bytes = new Uint8Array(1 << 22);
  #view = new DataView(this.#bytes.buffer);
  length = 0;

  u32(value) {
    this.#view.setUint32(this.length, value, true);
    this.length += 4;
  }

  u64(value) {
    this.#view.setBigUint64(this.length, BigInt(value), true);
    this.length += 8;
  }

  f32(value) {
    this.#view.setFloat32(this.length, value, true);
    this.length += 4;
  }

  string(text) {
    const { written } = new TextEncoder().encodeInto(text, this.#bytes.subarray(this.length + 8));
    this.u64(written);
    this.length += written;
  }

  /** Writes a value with the number of its type: 4 u32, 5 i32, 6 f32, 7 bool, 8 string, 9 array. */
  metadata = {
    u32: (key, value) => (this.string(key), this.u32(4), this.u32(value)),
    f32: (key, value) => (this.string(key), this.u32(6), this.f32(value)),
    bool: (key, value) => (this.string(key), this.u32(7), (this.#bytes[this.length++] = value)),
    string: (key, value) => (this.string(key), this.u32(8), this.string(value)),
    strings: (key, values) => (this.#array(key, 8, values.length), values.forEach((value) => this.string(value))),
    i32s: (key, values) => (this.#array(key, 5, values.length), values.forEach((value) => this.u32(value))),
  };

  #array(key, type, length) {
    this.string(key);
    this.u32(9);
    this.u32(type);
    this.u64(length);
  }

  aligned() {
    this.length = Math.ceil(this.length / ALIGNMENT) * ALIGNMENT;
    return this.#bytes.subarray(0, this.length);
  }
}

function header(mix, list) {
  const writer = new Writer();
  writer.u32(0x46554747); // GGUF
  writer.u32(3);
  writer.u64(list.length);
  const tokens = Array.from({ length: VOCABULARY }, (_, i) => `t${i}`);
  byteAlphabet().forEach((character, b) => (tokens[b] = character));
  const entries = [
    ['string', 'general.architecture', 'smollm3'],
    ['string', 'general.name', `SmolLM3-3B's shape, random, ${mix}`],
    ['u32', 'smollm3.context_length', 65536],
    ['u32', 'smollm3.embedding_length', WIDTH],
    ['u32', 'smollm3.block_count', LAYERS],
    ['u32', 'smollm3.feed_forward_length', HIDDEN],
    ['u32', 'smollm3.attention.head_count', HEADS],
    ['u32', 'smollm3.attention.head_count_kv', KV_HEADS],
    ['f32', 'smollm3.attention.layer_norm_rms_epsilon', 1e-6],
    ['f32', 'smollm3.rope.freq_base', 5000000],
    ['string', 'tokenizer.ggml.model', 'gpt2'],
    ['string', 'tokenizer.ggml.pre', 'llama-bpe'],
    ['strings', 'tokenizer.ggml.tokens', tokens],
    ['i32s', 'tokenizer.ggml.token_type', tokens.map(() => 1)],
    ['strings', 'tokenizer.ggml.merges', []],
    ['u32', 'tokenizer.ggml.bos_token_id', 128000],
    ['u32', 'tokenizer.ggml.eos_token_id', 128001],
    ['bool', 'tokenizer.ggml.add_bos_token', 0],
  ];
  writer.u64(entries.length);
  entries.forEach(([kind, key, value]) => writer.metadata[kind](key, value));
  for (const { name, shape, type, offset } of list) {
    writer.string(name);
    writer.u32(shape.length);
    shape.forEach((size) => writer.u64(size));
    writer.u32(TYPES[type].number);
    writer.u64(offset);
  }
  return writer.aligned();
}

/**
 * @param {string} mix of types, one of {@link mixes}
 * @returns {{size: number, read: (bytes: Uint8Array, offset: number) => void}} a GGUF file
 */
export function fullShape(mix) {
  const list = tensors(mix);
  let end = 0;
  for (const tensor of list) {
    const { elements, bytes } = TYPES[tensor.type];
    tensor.offset = end;
    tensor.size = (tensor.shape.reduce((a, b) => a * b) / elements) * bytes;
    end = Math.ceil((end + tensor.size) / ALIGNMENT) * ALIGNMENT;
  }
  const head = header(mix, list);
  const made = new Map();
  const ones = new Uint8Array(new Float32Array(WIDTH).fill(1).buffer);
  const content = ({ type, shape }) => {
    if (type === 'F32') {
      return ones;
    }
    const key = `${type} ${shape[0]}`;
    if (!made.has(key)) {
      made.set(key, randomBlocks(TYPES[type], 1 / Math.sqrt(shape[0])));
    }
    return made.get(key);
  };
  const regions = [
    { begin: 0, end: head.length, bytes: head },
    ...list.map((tensor) => ({
      begin: head.length + tensor.offset,
      end: head.length + tensor.offset + tensor.size,
      bytes: content(tensor),
    })),
  ];
  let current = 0;
  return {
    size: head.length + end,
    read(bytes, offset) {
      bytes.fill(0); // between tensors
      current = regions[current].begin > offset ? 0 : current;
      while (regions[current].end <= offset) {
        current++;
      }
      for (let i = current; i < regions.length && regions[i].begin < offset + bytes.length; i++) {
        const region = regions[i];
        let at = Math.max(offset, region.begin);
        const until = Math.min(offset + bytes.length, region.end);
        while (at < until) {
          const from = (at - region.begin) % region.bytes.length;
          const count = Math.min(until - at, region.bytes.length - from);
          bytes.set(region.bytes.subarray(from, from + count), at - offset);
          at += count;
        }
      }
    },
  };
}
