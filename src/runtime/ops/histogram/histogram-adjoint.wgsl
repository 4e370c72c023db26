// uses: parzen
// Cotangent of one image of a joint histogram: Σ over 4 × 4 bins of its windows' slopes, the other
// image's windows and the table's cotangent; zero at and beyond the ends of the range.

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) gid: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let i = weft_index(gid, groups);
  if (i >= params.count) {
    return;
  }
  let bins = params.bins;
  let scale = parzen_scale(imageRange[0], imageRange[1], bins);
  let from_low = (image[i] - imageRange[0]) * scale;
  if (!(from_low > 0.0 && from_low < f32(bins - 3u))) {
    imageCotangent[i] = 0.0;
    return;
  }
  let other_scale = parzen_scale(otherRange[0], otherRange[1], bins);
  let other_at = parzen_coordinate(other[i], otherRange[0], other_scale, bins);
  let image_at = 1.0 + from_low;
  let other_bin = parzen_bin(other_at, bins);
  let image_bin = parzen_bin(image_at, bins);
  let weights = parzen_weights(other_at - f32(other_bin), params.window);
  let slopes = parzen_slopes(image_at - f32(image_bin), params.window);
  var sum = 0.0;
  for (var k = 0u; k < 4u; k += 1u) {
    let cell = (other_bin + k - 1u) * params.otherStride + (image_bin - 1u) * params.imageStride;
    sum += weights[k] * dot(slopes, vec4<f32>(
      cotangent[cell],
      cotangent[cell + params.imageStride],
      cotangent[cell + 2u * params.imageStride],
      cotangent[cell + 3u * params.imageStride],
    ));
  }
  if (params.weighted != 0u) { sum *= weight[i]; }
  imageCotangent[i] = sum * scale / f32(params.count);
}
