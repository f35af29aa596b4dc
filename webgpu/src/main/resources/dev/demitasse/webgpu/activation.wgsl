// x / (1 + e⁻ˣ), or GELU by its tanh approximation; the argument of tanh is limited, where some GPUs' exp would overflow.

const SILU = 0u;
const GELU_TANH = 1u;

fn activated(kind: u32, x: vec4f) -> vec4f {
  if (kind == SILU) {
    return x / (1.0 + exp(-x));
  }
  let inner = 0.7978845608 * (x + 0.044715 * x * x * x);
  return 0.5 * x * (1.0 + tanh(clamp(inner, vec4f(-15.0), vec4f(15.0))));
}
