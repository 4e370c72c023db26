const remedy = `A device that cannot bind that much says so before the run; a schedule
that ends at half the size takes an eighth.`;

/** For the documentation of energies of first derivatives: what a level of a dense field takes. */
export const firstDerivativesMemory = `**Memory**: on a field of a vector a voxel, buffers of 9 numbers a voxel: 576 MiB at 256³. ${remedy}`;

/** Likewise of second derivatives. */
export const secondDerivativesMemory = `**Memory**: on a field of a vector a voxel, buffers of up to 18 numbers a voxel: 1152 MiB at 256³. ${remedy}`;
