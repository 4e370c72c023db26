// Whether an image varies at all, from `moments` and `means`: a variance below the square of the
// mean's rounding is noise.

fn image_varies(image: u32) -> bool {
  return moments[image] > 1e-12 * means[image] * means[image];
}
