// Keys and values in float16.

alias KvWord = vec2u; // four elements

override KV_ROW = HEAD_VEC4S;
override KV_BLOCK = HEAD_VEC4S;
const KV_SCALED = false;

fn kv_elements(word: KvWord) -> vec4f {
  return vec4f(unpack2x16float(word.x), unpack2x16float(word.y));
}

fn kv_word(elements: vec4f, scale: f32) -> KvWord {
  return vec2u(pack2x16float(elements.xy), pack2x16float(elements.zw));
}

fn kv_scale_of(elements: vec4f, index: u32) -> f32 {
  return 1.0;
}

fn kv_scale(word: KvWord) -> f32 {
  return 1.0;
}

fn kv_scale_word(scale: f32) -> KvWord {
  return vec2u();
}
