// Finds the top logits. First, max_logits finds the maximum of each of LOGIT_SPLITS ranges of the logits. Then either top_1 gives the maximum of
// all, or histogram counts the logits in bins below it, and top_k gives the logits of the first bins that hold at most MAX_TOP_K together.

override LOGIT_SPLITS: u32; // workgroups that share the logits
override MAX_TOP_K: u32;
const BINS = 1024u;
override BINS_EACH = BINS / WORKGROUP_SIZE; // per invocation
const BINS_PER_LOGIT = 32.0; // a bin is 1/32 wide
const LOWEST = -3.0e38;
const INVALID = 3.0e38; // in place of a logit that is not a number

struct Params {
  logits: u32, // offset in the arena in float32s
  vocabulary_size: u32,
}

struct Result {
  count: atomic<u32>, // of the entries; 0 if a logit is not a number, or none is finite
  threshold: f32, // every logit above it has an entry
  exp_sum: f32, // Σ exp(logit - maximum) over all logits; not set by top_1
  max_logit: f32,
  entries: array<vec2u>, // id and logit (float32 bits)
}

struct Split {
  max_logit: f32,
  id: u32, // the lowest with that logit
  exp_sum: f32,
}

struct Scratch {
  bins: array<atomic<u32>, BINS>,
  splits: array<Split>,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(3) var<storage, read_write> arena: array<f32>;
@group(0) @binding(8) var<storage, read_write> scratch: Scratch;
@group(0) @binding(9) var<storage, read_write> result: Result;

var<workgroup> logits: array<f32, WORKGROUP_SIZE>;
var<workgroup> ids: array<u32, WORKGROUP_SIZE>;
var<workgroup> local_bins: array<atomic<u32>, BINS>;

/** Returns whether a logit is NaN or positive infinity. */
fn is_invalid(x: f32) -> bool {
  let bits = bitcast<u32>(x);
  return (bits & 0x7fffffffu) >= 0x7f800000u && bits != 0xff800000u;
}

/** Reduces logits to their maximum, and ids to the lowest with that logit, in the first elements. */
fn reduce(index: u32) {
  for (var half = WORKGROUP_SIZE / 2u; half > 0u; half /= 2u) {
    workgroupBarrier();
    if (index < half) {
      let x = logits[index + half];
      let id = ids[index + half];
      if (x > logits[index] || (x == logits[index] && id < ids[index])) {
        logits[index] = x;
        ids[index] = id;
      }
    }
  }
  workgroupBarrier();
}

@compute @workgroup_size(WORKGROUP_SIZE)
fn max_logits(@builtin(workgroup_id) id: vec3u, @builtin(local_invocation_index) index: u32) {
  let number = id.x * WORKGROUP_SIZE + index;
  if (number < BINS) {
    atomicStore(&scratch.bins[number], 0u);
  }
  if (number == 0u) {
    atomicStore(&result.count, 0u);
  }
  var max_logit = LOWEST;
  var max_id = 0u;
  for (var i = number; i < params.vocabulary_size; i += WORKGROUP_SIZE * LOGIT_SPLITS) {
    let x = arena[params.logits + i];
    if (is_invalid(x)) {
      max_logit = INVALID;
    } else if (x > max_logit) {
      max_logit = x;
      max_id = i;
    }
  }
  logits[index] = max_logit;
  ids[index] = max_id;
  reduce(index);
  if (index == 0u) {
    scratch.splits[id.x].max_logit = logits[0];
    scratch.splits[id.x].id = ids[0];
  }
}

/** Loads the maximum of all splits into the first elements of logits and ids. */
fn load_max(index: u32) {
  logits[index] = LOWEST;
  ids[index] = NONE;
  if (index < LOGIT_SPLITS) {
    logits[index] = scratch.splits[index].max_logit;
    ids[index] = scratch.splits[index].id;
  }
  reduce(index);
}

/** Writes the fields before the entries, except the count. */
fn write_header(threshold: f32, exp_sum: f32) {
  result.threshold = threshold;
  result.exp_sum = exp_sum;
  result.max_logit = logits[0];
}

/** Writes the maximum as the only entry, if it is valid. */
fn write_max() {
  if (logits[0] != LOWEST && logits[0] != INVALID) {
    result.entries[0] = vec2u(ids[0], bitcast<u32>(logits[0]));
    atomicStore(&result.count, 1u);
  }
}

@compute @workgroup_size(WORKGROUP_SIZE)
fn top_1(@builtin(local_invocation_index) index: u32) {
  load_max(index);
  if (index == 0u) {
    write_header(logits[0], 0.0);
    write_max();
  }
}

/** Returns the bin of a logit, BINS if it is below all bins. */
fn bin_of(max_logit: f32, x: f32) -> u32 {
  return u32(min((max_logit - x) * BINS_PER_LOGIT, f32(BINS)));
}

@compute @workgroup_size(WORKGROUP_SIZE)
fn histogram(@builtin(workgroup_id) id: vec3u, @builtin(local_invocation_index) index: u32) {
  load_max(index);
  let max_logit = logits[0];
  workgroupBarrier();
  for (var bin = index; bin < BINS; bin += WORKGROUP_SIZE) {
    atomicStore(&local_bins[bin], 0u);
  }
  workgroupBarrier();
  var sum = 0.0;
  for (var i = id.x * WORKGROUP_SIZE + index; i < params.vocabulary_size; i += WORKGROUP_SIZE * LOGIT_SPLITS) {
    let x = max(arena[params.logits + i], LOWEST);
    sum += exp(max(x - max_logit, -100.0));
    let bin = bin_of(max_logit, x);
    if (bin < BINS) {
      atomicAdd(&local_bins[bin], 1u);
    }
  }
  logits[index] = sum;
  for (var half = WORKGROUP_SIZE / 2u; half > 0u; half /= 2u) {
    workgroupBarrier();
    if (index < half) {
      logits[index] += logits[index + half];
    }
  }
  workgroupBarrier();
  if (index == 0u) {
    scratch.splits[id.x].exp_sum = logits[0];
  }
  for (var bin = index; bin < BINS; bin += WORKGROUP_SIZE) {
    let count = atomicLoad(&local_bins[bin]);
    if (count > 0u) {
      atomicAdd(&scratch.bins[bin], count);
    }
  }
}

/** Returns the number of bins, from the first on, that hold at most MAX_TOP_K logits together. */
fn bin_count(index: u32) -> u32 {
  // ids[i]: logits in the bins up to the last of invocation i, by a prefix sum.
  var own = 0u;
  for (var i = 0u; i < BINS_EACH; i++) {
    own += atomicLoad(&scratch.bins[index * BINS_EACH + i]);
  }
  if (index == 0u) {
    atomicStore(&local_bins[0], 0u);
  }
  workgroupBarrier();
  ids[index] = own;
  for (var reach = 1u; reach < WORKGROUP_SIZE; reach *= 2u) {
    workgroupBarrier();
    let before = select(0u, ids[index - min(index, reach)], index >= reach);
    workgroupBarrier();
    ids[index] += before;
  }
  workgroupBarrier();
  var count = ids[index] - own;
  for (var i = 0u; i < BINS_EACH; i++) {
    count += atomicLoad(&scratch.bins[index * BINS_EACH + i]);
    if (count <= MAX_TOP_K) {
      atomicAdd(&local_bins[0], 1u);
    }
  }
  workgroupBarrier();
  return atomicLoad(&local_bins[0]);
}

@compute @workgroup_size(WORKGROUP_SIZE)
fn top_k(@builtin(workgroup_id) id: vec3u, @builtin(local_invocation_index) index: u32) {
  load_max(index);
  let max_logit = logits[0];
  let max_id = ids[0];
  workgroupBarrier();
  let bins = bin_count(index);
  if (index == 0u && id.x == 0u) {
    var exp_sum = 0.0;
    for (var i = 0u; i < LOGIT_SPLITS; i++) {
      exp_sum += scratch.splits[i].exp_sum;
    }
    // The margin of 1/8 bin makes up for logits that rounding puts into the wrong bin.
    write_header(select(max_logit - (f32(bins) - 0.125) / BINS_PER_LOGIT, max_logit, bins == 0u), exp_sum);
    if (bins == 0u) {
      ids[0] = max_id;
      write_max();
    }
  }
  if (max_logit == INVALID || max_logit == LOWEST) {
    return;
  }
  for (var i = id.x * WORKGROUP_SIZE + index; i < params.vocabulary_size; i += WORKGROUP_SIZE * LOGIT_SPLITS) {
    let x = arena[params.logits + i];
    if (bin_of(max_logit, max(x, LOWEST)) < bins) {
      result.entries[atomicAdd(&result.count, 1u)] = vec2u(i, bitcast<u32>(x));
    }
  }
}
