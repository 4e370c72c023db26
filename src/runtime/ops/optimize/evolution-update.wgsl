// uses: evolution
// One generation of CMA-ES is told; what each step is stands in evolution.cpu.ts. One thread.

const LEAST_EIGENVALUE = 1e-8;
const SWEEPS = 12u;

var<private> covariance: array<f32, 144>;
var<private> vectors: array<f32, 144>;

// Bits, since a compiler may take comparisons of what is no number for granted.
fn is_number(value: f32) -> bool {
  return (bitcast<u32>(value) & 0x7fffffffu) <= 0x7f800000u;
}

fn rank_of(candidate: u32) -> u32 {
  let own = losses[candidate];
  let is_own = is_number(own);
  var rank = 0u;
  for (var other = 0u; other < params.population; other += 1u) {
    let loss = losses[other];
    let is_other = is_number(loss);
    let is_better = (is_other && is_own && loss < own) || (is_other && !is_own);
    let is_equal = (is_other && is_own && loss == own) || (!is_other && !is_own);
    if (is_better || (is_equal && other < candidate)) { rank += 1u; }
  }
  return rank;
}

// One Jacobi rotation that makes the entry zero.
fn rotate(n: u32, p: u32, q: u32) {
  let entry = covariance[p * n + q];
  if (entry == 0.0) { return; }
  let theta = (covariance[q * n + q] - covariance[p * n + p]) / (2.0 * entry);
  // Far smaller than the rounding of what it would change.
  if (abs(theta) > 1e15) {
    covariance[p * n + q] = 0.0;
    covariance[q * n + p] = 0.0;
    return;
  }
  let t = select(-1.0, 1.0, theta >= 0.0) / (abs(theta) + sqrt(theta * theta + 1.0));
  let c = 1.0 / sqrt(t * t + 1.0);
  let s = t * c;
  for (var k = 0u; k < n; k += 1u) {
    let x = covariance[k * n + p];
    let y = covariance[k * n + q];
    covariance[k * n + p] = c * x - s * y;
    covariance[k * n + q] = s * x + c * y;
  }
  for (var k = 0u; k < n; k += 1u) {
    let x = covariance[p * n + k];
    let y = covariance[q * n + k];
    covariance[p * n + k] = c * x - s * y;
    covariance[q * n + k] = s * x + c * y;
    let f = vectors[k * n + p];
    let g = vectors[k * n + q];
    vectors[k * n + p] = c * f - s * g;
    vectors[k * n + q] = s * f + c * g;
  }
}

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) gid: vec3<u32>) {
  if (gid.x > 0u) { return; }
  let n = params.count;
  let at_covariance = 1u + 2u * n;
  let at_factor = at_covariance + n * n;
  let drawn_in = u32(iteration[0]);
  let sigma = distribution[0];
  var y: array<f32, 12>;
  var whitened: array<f32, 12>;
  var free = 0.0;
  for (var i = 0u; i < n; i += 1u) { free += select(0.0, 1.0, evolution_free(i)); }
  // `covariance` first holds the sum over candidates.
  for (var k = 0u; k < n * n; k += 1u) { covariance[k] = 0.0; }
  for (var candidate = 0u; candidate < params.population; candidate += 1u) {
    let rank = rank_of(candidate);
    let raw = log(f32(params.population + 1u) / 2.0) - log(f32(rank + 1u));
    let weight = raw * select(params.negative, params.positive, raw >= 0.0);
    var z = evolution_normal(drawn_in, candidate);
    var moved = evolution_spread(z);
    var square = 0.0;
    for (var i = 0u; i < n; i += 1u) { square += z[i] * z[i]; }
    let share = select(weight * free / max(square, 1e-12), weight, weight >= 0.0);
    for (var i = 0u; i < n; i += 1u) {
      if (rank < params.parents) {
        y[i] += weight * moved[i];
        whitened[i] += weight * z[i];
      }
      for (var j = 0u; j < n; j += 1u) { covariance[i * n + j] += share * moved[i] * moved[j]; }
    }
  }

  var turned: array<f32, 12>;
  for (var j = 0u; j < n; j += 1u) {
    var square = 0.0;
    for (var i = 0u; i < n; i += 1u) {
      let entry = distribution[at_factor + i * n + j];
      square += entry * entry;
    }
    if (square > 0.0) {
      let by = whitened[j] / sqrt(square);
      for (var i = 0u; i < n; i += 1u) { turned[i] += by * distribution[at_factor + i * n + j]; }
    }
  }
  let gain = sqrt(params.fast * (2.0 - params.fast) * params.muEff);
  var path: array<f32, 12>;
  var square_length = 0.0;
  for (var i = 0u; i < n; i += 1u) {
    path[i] = (1.0 - params.fast) * distribution[1u + i] + gain * turned[i];
    square_length += path[i] * path[i];
  }
  let path_length = sqrt(square_length);
  let grown = 1.0 - pow(1.0 - params.fast, 2.0 * (iteration[0] + 1.0));
  let is_short = path_length / sqrt(grown) < (1.4 + 2.0 / (free + 1.0)) * params.expected;
  let slow_gain = select(0.0, sqrt(params.slow * (2.0 - params.slow) * params.muEff), is_short);
  var slow_path: array<f32, 12>;
  for (var i = 0u; i < n; i += 1u) {
    slow_path[i] = (1.0 - params.slow) * distribution[1u + n + i] + slow_gain * y[i];
  }
  let kept = 1.0 - params.rankOne - params.rankMany * params.total +
    select(params.rankOne * params.slow * (2.0 - params.slow), 0.0, is_short);
  for (var i = 0u; i < n; i += 1u) {
    for (var j = 0u; j < n; j += 1u) {
      let k = i * n + j;
      var value = 0.0;
      if (evolution_free(i) && evolution_free(j)) {
        value = kept * distribution[at_covariance + k] +
          params.rankOne * slow_path[i] * slow_path[j] + params.rankMany * covariance[k];
      }
      covariance[k] = value;
      next[at_covariance + k] = value;
      vectors[k] = select(0.0, 1.0, i == j);
    }
  }
  for (var sweep = 0u; sweep < SWEEPS; sweep += 1u) {
    for (var i = 0u; i < n; i += 1u) {
      for (var j = i + 1u; j < n; j += 1u) { rotate(n, i, j); }
    }
  }

  var largest = 0.0;
  for (var i = 0u; i < n; i += 1u) { largest = max(largest, covariance[i * n + i]); }
  let unit = sqrt(largest);
  let growth = exp((params.fast / params.damping) * (path_length / params.expected - 1.0));
  next[0] = min(sigma * growth * unit, params.most);
  for (var i = 0u; i < n; i += 1u) {
    newMean[i] = mean[i] + sigma * y[i];
    next[1u + i] = path[i];
    next[1u + n + i] = slow_path[i] / unit;
    for (var j = 0u; j < n; j += 1u) {
      var root = 0.0;
      if (evolution_free(j)) {
        root = sqrt(max(covariance[j * n + j] / largest, LEAST_EIGENVALUE));
      }
      next[at_factor + i * n + j] = vectors[i * n + j] * root;
      next[at_covariance + i * n + j] = next[at_covariance + i * n + j] / largest;
    }
  }
}
