// Keys and values in 8-bit integers. A row has a float32 scale for each KV_BLOCK words, after its words: their maximum absolute value, which
// the integer 127 represents.

alias KvWord = u32; // four elements, or a scale

override KV_BLOCK: u32;
override KV_ROW = HEAD_VEC4S + HEAD_VEC4S / KV_BLOCK;
const KV_SCALED = true;
const MIN_SCALE = 1e-30; // a block with a smaller scale becomes zeros

var<workgroup> kv_max: array<f32, WORKGROUP_SIZE>;

fn kv_elements(word: KvWord) -> vec4f {
  return unpack4x8snorm(word);
}

fn kv_word(elements: vec4f, scale: f32) -> KvWord {
  if (scale < MIN_SCALE) {
    return 0u;
  }
  return pack4x8snorm(elements / scale);
}

/** Returns the scale of the block whose elements this invocation and its neighbours hold, KV_BLOCK invocations together. */
fn kv_scale_of(elements: vec4f, index: u32) -> f32 {
  let absolute = abs(elements);
  workgroupBarrier();
  kv_max[index] = max(max(absolute.x, absolute.y), max(absolute.z, absolute.w));
  workgroupBarrier();
  let first = index / KV_BLOCK * KV_BLOCK;
  var scale = 0.0;
  for (var i = first; i < first + KV_BLOCK; i++) {
    scale = max(scale, kv_max[i]);
  }
  return scale;
}

fn kv_scale(word: KvWord) -> f32 {
  return bitcast<f32>(word);
}

fn kv_scale_word(scale: f32) -> KvWord {
  return bitcast<u32>(scale);
}
