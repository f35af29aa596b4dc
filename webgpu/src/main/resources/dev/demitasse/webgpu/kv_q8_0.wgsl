// Keys and values as 8-bit integers with a float32 scale for each KV_BLOCK words of a row, which come after the row's words. The scale is the
// greatest magnitude of them, so that 127 stands for it.

alias KvWord = u32; // four of them, or a scale

const KV_BLOCK = 8u;
const KV_ROW = HEAD_QUADS + HEAD_QUADS / KV_BLOCK;
const KV_SCALED = true;
const LEAST_QUANTIZED = 1e-30; // a block of less is taken as zeros

var<workgroup> kv_greatest: array<f32, 64>;

fn kv_elements(word: KvWord) -> vec4f {
  return unpack4x8snorm(word);
}

fn kv_word(elements: vec4f, scale: f32) -> KvWord {
  if (scale < LEAST_QUANTIZED) {
    return 0u;
  }
  return pack4x8snorm(elements / scale);
}

/** The scale of the block whose elements this invocation and its neighbours have: KV_BLOCK of a workgroup's 64. */
fn kv_scale_of(elements: vec4f, index: u32) -> f32 {
  let magnitudes = abs(elements);
  workgroupBarrier();
  kv_greatest[index] = max(max(magnitudes.x, magnitudes.y), max(magnitudes.z, magnitudes.w));
  workgroupBarrier();
  let first = index / KV_BLOCK * KV_BLOCK;
  var greatest = 0.0;
  for (var i = first; i < first + KV_BLOCK; i++) {
    greatest = max(greatest, kv_greatest[i]);
  }
  return greatest;
}

fn kv_scale(word: KvWord) -> f32 {
  return bitcast<f32>(word);
}

fn kv_scale_word(scale: f32) -> KvWord {
  return bitcast<u32>(scale);
}
