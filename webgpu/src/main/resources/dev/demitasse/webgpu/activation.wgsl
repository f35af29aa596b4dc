// Activation functions: SiLU, x / (1 + e⁻ˣ), and GELU by its tanh approximation (Hendrycks and Gimpel 2016). The argument of tanh is clamped
// because exp overflows in the tanh of some GPUs. The constants have the names of Java's Activation.

const SILU = 0u;
const GELU_TANH = 1u;

fn activate(kind: u32, x: vec4f) -> vec4f {
  if (kind == SILU) {
    return x / (1.0 + exp(-x));
  }
  let inner = 0.7978845608 * (x + 0.044715 * x * x * x);
  return 0.5 * x * (1.0 + tanh(clamp(inner, vec4f(-15.0), vec4f(15.0))));
}
