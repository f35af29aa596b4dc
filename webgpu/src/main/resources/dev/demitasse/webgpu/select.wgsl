// Finds the likeliest tokens. greatest: the greatest logit of each workgroup's share. Then either first, the one token, or spread and
// list: how many logits lie in each of BINS steps below the greatest, and all those of as many steps as are MOST at most.

const SIZE = 64u;
const BINS = 1024u;
const BINS_PER_UNIT = 32.0; // steps of 1/32
const MOST = 256u;
const SHARES = 64u;
const LOWEST = -3.0e38;
const BROKEN = 3.0e38; // in place of a logit that is not a number

struct Result {
  count: atomic<u32>, // 0 if a logit is not a number, or none is finite
  threshold: f32, // every logit above it is listed
  exp_sum: f32, // of all logits, relative to the greatest
  greatest: f32,
  entries: array<vec2u, MOST>, // id and logit
}

struct Params {
  logits: u32,
  vocabulary: u32,
}

struct Scratch {
  bins: array<atomic<u32>, BINS>,
  greatest: array<f32, SHARES>,
  ids: array<u32, SHARES>, // the lowest of those with the greatest logit
  exp_sums: array<f32, SHARES>,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(3) var<storage, read_write> arena: array<f32>;
@group(0) @binding(6) var<storage, read_write> scratch: Scratch;
@group(0) @binding(7) var<storage, read_write> result: Result;

var<workgroup> logits: array<f32, SIZE>;
var<workgroup> ids: array<u32, SIZE>;
var<workgroup> local_bins: array<atomic<u32>, BINS>;

/** Not a number, or infinite and not below all. */
fn is_broken(x: f32) -> bool {
  let bits = bitcast<u32>(x);
  return (bits & 0x7fffffffu) >= 0x7f800000u && bits != 0xff800000u;
}

/** Leaves the greatest of logits, and the lowest id of its equals, at 0. */
fn reduce(index: u32) {
  for (var half = SIZE / 2u; half > 0u; half /= 2u) {
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

@compute @workgroup_size(SIZE)
fn greatest(@builtin(workgroup_id) id: vec3u, @builtin(local_invocation_index) index: u32) {
  let number = id.x * SIZE + index;
  if (number < BINS) {
    atomicStore(&scratch.bins[number], 0u);
  }
  if (number == 0u) {
    atomicStore(&result.count, 0u);
  }
  var best = LOWEST;
  var best_id = 0u;
  for (var i = number; i < params.vocabulary; i += SIZE * SHARES) {
    let x = arena[params.logits + i];
    if (is_broken(x)) {
      best = BROKEN;
    } else if (x > best) {
      best = x;
      best_id = i;
    }
  }
  logits[index] = best;
  ids[index] = best_id;
  reduce(index);
  if (index == 0u) {
    scratch.greatest[id.x] = logits[0];
    scratch.ids[id.x] = ids[0];
  }
}

/** The greatest of all shares, at 0. */
fn load_greatest(index: u32) {
  logits[index] = LOWEST;
  ids[index] = NONE;
  if (index < SHARES) {
    logits[index] = scratch.greatest[index];
    ids[index] = scratch.ids[index];
  }
  reduce(index);
}

/** Writes what precedes the entries, but for the count. */
fn write_head(threshold: f32, exp_sum: f32) {
  result.threshold = threshold;
  result.exp_sum = exp_sum;
  result.greatest = logits[0];
}

fn write_first() {
  if (logits[0] != LOWEST && logits[0] != BROKEN) {
    result.entries[0] = vec2u(ids[0], bitcast<u32>(logits[0]));
    atomicStore(&result.count, 1u);
  }
}

@compute @workgroup_size(SIZE)
fn first(@builtin(local_invocation_index) index: u32) {
  load_greatest(index);
  if (index == 0u) {
    write_head(logits[0], 0.0);
    write_first();
  }
}

/** How many steps below the greatest a logit lies. */
fn bin_of(greatest: f32, x: f32) -> u32 {
  return u32(min((greatest - x) * BINS_PER_UNIT, f32(BINS)));
}

@compute @workgroup_size(SIZE)
fn spread(@builtin(workgroup_id) id: vec3u, @builtin(local_invocation_index) index: u32) {
  load_greatest(index);
  let top = logits[0];
  workgroupBarrier();
  for (var bin = index; bin < BINS; bin += SIZE) {
    atomicStore(&local_bins[bin], 0u);
  }
  workgroupBarrier();
  var sum = 0.0;
  for (var i = id.x * SIZE + index; i < params.vocabulary; i += SIZE * SHARES) {
    let x = max(arena[params.logits + i], LOWEST);
    sum += exp(max(x - top, -100.0));
    let bin = bin_of(top, x);
    if (bin < BINS) {
      atomicAdd(&local_bins[bin], 1u);
    }
  }
  logits[index] = sum;
  for (var half = SIZE / 2u; half > 0u; half /= 2u) {
    workgroupBarrier();
    if (index < half) {
      logits[index] += logits[index + half];
    }
  }
  workgroupBarrier();
  if (index == 0u) {
    scratch.exp_sums[id.x] = logits[0];
  }
  for (var bin = index; bin < BINS; bin += SIZE) {
    let count = atomicLoad(&local_bins[bin]);
    if (count > 0u) {
      atomicAdd(&scratch.bins[bin], count);
    }
  }
}

/** Bins that are listed: as many from the first on as hold MOST logits at most. */
fn listed_bins(index: u32) -> u32 {
  // ids[i]: logits in the bins up to the last of invocation i's.
  const BINS_EACH = BINS / SIZE;
  var mine = 0u;
  for (var i = 0u; i < BINS_EACH; i++) {
    mine += atomicLoad(&scratch.bins[index * BINS_EACH + i]);
  }
  if (index == 0u) {
    atomicStore(&local_bins[0], 0u);
  }
  workgroupBarrier();
  ids[index] = mine;
  for (var reach = 1u; reach < SIZE; reach *= 2u) {
    workgroupBarrier();
    let before = select(0u, ids[index - min(index, reach)], index >= reach);
    workgroupBarrier();
    ids[index] += before;
  }
  workgroupBarrier();
  var so_far = ids[index] - mine;
  for (var i = 0u; i < BINS_EACH; i++) {
    so_far += atomicLoad(&scratch.bins[index * BINS_EACH + i]);
    if (so_far <= MOST) {
      atomicAdd(&local_bins[0], 1u);
    }
  }
  workgroupBarrier();
  return atomicLoad(&local_bins[0]);
}

@compute @workgroup_size(SIZE)
fn list(@builtin(workgroup_id) id: vec3u, @builtin(local_invocation_index) index: u32) {
  load_greatest(index);
  let top = logits[0];
  let top_id = ids[0];
  workgroupBarrier();
  let bins = listed_bins(index);
  if (index == 0u && id.x == 0u) {
    var exp_sum = 0.0;
    for (var i = 0u; i < SHARES; i++) {
      exp_sum += scratch.exp_sums[i];
    }
    // a logit that rounding puts on the wrong side of a step counts as not listed
    write_head(select(top - (f32(bins) - 0.125) / BINS_PER_UNIT, top, bins == 0u), exp_sum);
    if (bins == 0u) {
      ids[0] = top_id;
      write_first();
    }
  }
  if (top == BROKEN || top == LOWEST) {
    return;
  }
  for (var i = id.x * SIZE + index; i < params.vocabulary; i += SIZE * SHARES) {
    let x = arena[params.logits + i];
    if (bin_of(top, max(x, LOWEST)) < bins) {
      result.entries[atomicAdd(&result.count, 1u)] = vec2u(i, bitcast<u32>(x));
    }
  }
}
