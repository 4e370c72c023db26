import { casesProblemText, isAboutCases } from './cases/problem-messages';
import type { FileProblem, ImageWarning } from './image-problem';
import type { FileKind } from './nifti/file-kind';
import { isCifti } from './nifti/intents';
import { isAboutPoints, pointProblemText } from './points/problem-messages';
import type { ProblemText } from './problem-text';

const exportAgain = 'Export the image again as NIfTI (.nii or .nii.gz).';
const fetchAgain = 'Download or copy the file again.';

const fileKindTexts: Readonly<Record<FileKind, ProblemText>> = {
  empty: { message: 'an empty file', remedy: fetchAgain },
  gzip: { message: 'a gzip file', remedy: 'Decompress the file and open what is inside.' },
  html: {
    message: 'a web page, probably an error page that was saved in place of the image',
    remedy:
      'Open the address in a browser, check that you may download the file, and download it again.',
  },
  'git-lfs-pointer': {
    message: 'a Git LFS pointer, which only stands for the image',
    remedy: 'Run “git lfs pull” in the repository, or download the file itself.',
  },
  png: { message: 'a PNG picture', remedy: 'Convert it to NIfTI (.nii or .nii.gz).' },
  jpeg: { message: 'a JPEG picture', remedy: 'Convert it to NIfTI (.nii or .nii.gz).' },
  tiff: { message: 'a TIFF picture', remedy: exportAgain },
  zip: { message: 'a ZIP archive', remedy: 'Unpack the archive and open the image inside.' },
  bzip2: { message: 'a bzip2 file', remedy: 'Decompress the file and open what is inside.' },
  xz: { message: 'an xz file', remedy: 'Decompress the file and open what is inside.' },
  zstd: { message: 'a Zstandard file', remedy: 'Decompress the file and open what is inside.' },
  hdf5: { message: 'an HDF5 file (MINC-2 images are such)', remedy: exportAgain },
  dicom: {
    message: 'a DICOM file',
    remedy: 'Convert the series to NIfTI, for example with dcm2niix.',
  },
  minc1: {
    message: 'a MINC-1 image (netCDF)',
    remedy: 'Convert it to NIfTI, for example with mnc2nii.',
  },
  mif: {
    message: 'an MRtrix image (.mif)',
    remedy: 'Convert it to NIfTI, for example with mrconvert.',
  },
  nrrd: { message: 'an NRRD image', remedy: 'Convert it to NIfTI (.nii or .nii.gz).' },
  metaimage: { message: 'a MetaImage', remedy: 'Convert it to NIfTI (.nii or .nii.gz).' },
  mgh: {
    message: 'a FreeSurfer MGH image',
    remedy: 'Convert it to NIfTI, for example with mri_convert.',
  },
  unknown: {
    message: 'no format that is known here',
    remedy:
      'Check that this is the right file. The .img of a pair opens together with its .hdr; anything else has to be exported as NIfTI.',
  },
};

/**
 * The wording of a refused file.
 * @param loader the node that was to load it, for remedies that name it
 */
export function describeProblem(problem: FileProblem, loader = 'NODE'): ProblemText {
  const { message, remedy } = textOf(problem, loader);
  return { message: `${problem.file}: ${message}`, remedy };
}

function textOf(problem: FileProblem, loader: string): ProblemText {
  if (isAboutPoints(problem)) return pointProblemText(problem);
  if (isAboutCases(problem)) return casesProblemText(problem);
  switch (problem.code) {
    case 'empty':
      return { message: 'The file is empty; a NIfTI image was needed.', remedy: fetchAgain };
    case 'not-nifti': {
      const kind = fileKindTexts[problem.found];
      return {
        message: `The content is ${kind.message}; a NIfTI image was needed.`,
        remedy: kind.remedy,
      };
    }
    case 'bad-magic':
      return {
        message: `The header ends in ${JSON.stringify(problem.magic)}; NIfTI writes "n+1" or "n+2" in a single file and "ni1" or "ni2" in the header of a pair.`,
        remedy: exportAgain,
      };
    case 'analyze':
      return {
        message:
          'This is an Analyze 7.5 image (.hdr and .img without NIfTI’s mark); a NIfTI image was needed.',
        remedy: `Analyze 7.5 images do not say which way is left, so they are not read. ${exportAgain}`,
      };
    case 'compressed-twice':
      return {
        message: 'The file was compressed twice; one layer of gzip was expected.',
        remedy: 'Run gunzip on it once, then open the result.',
      };
    case 'damaged-compression':
      return {
        message: `The compressed data is damaged after ${bytesText(problem.expandedBytes)}; a complete gzip file was needed.`,
        remedy: fetchAgain,
      };
    case 'checksum-differs':
      return {
        message:
          'The file is damaged: what it holds does not agree with the checksum and length at its end.',
        remedy: `${fetchAgain} “gzip -t” tells whether a copy is whole.`,
      };
    case 'cut-compression':
      return {
        message:
          'The file ends before the checksum that every gzip file ends with; it was cut short.',
        remedy: `${fetchAgain} “gzip -t” tells whether a copy is whole.`,
      };
    case 'hostile-compression':
      return {
        message:
          problem.fault === 'long-header'
            ? 'The gzip header does not end within 64 KiB; it holds a file name and a comment at most.'
            : 'The file begins with more than 1024 gzip members that hold nothing.',
        remedy: `No program writes such files. Compress the image again with gzip, or ${lowerFirst(fetchAgain)}`,
      };
    case 'truncated':
      return {
        message: `The file gives ${bytesText(problem.foundBytes)} of image data; its header asks for ${bytesText(problem.expectedBytes)}.`,
        remedy: `The file was cut short. ${fetchAgain}`,
      };
    case 'header-without-image':
      return {
        message: 'This is only the header of an image pair; the voxels are in an .img file.',
        remedy:
          'Put the .img file beside the .hdr on the command line; in the page, drop both onto the loader together.',
      };
    case 'bad-dimensions':
      return {
        message: `The header gives the dimensions ${listText(problem.dimensions)}; a count from 1 to 7 and as many sizes of at least 1 were needed.`,
        remedy: exportAgain,
      };
    case 'too-small':
      return {
        message: `The image has ${problem.dimensions.join(' × ')} voxels; at least two axes of two voxels or more were needed.`,
        remedy: 'Choose an image with more voxels.',
      };
    case 'too-large':
      return {
        message: `The header asks for ${problem.dimensions.join(' × ')} = ${problem.voxels} voxels; at most ${problem.limitVoxels} are read.`,
        remedy: 'Crop the image or resample it to larger voxels.',
      };
    case 'out-of-memory':
      return {
        message: `The image needs ${bytesText(problem.neededBytes)} of memory in one piece, which this machine does not have free.`,
        remedy: 'Close other images, crop this one, or resample it to larger voxels.',
      };
    case 'several-frames':
      return {
        message: `The file holds ${problem.frameCount} frames; one was needed.`,
        remedy: `Choose one: in the page, select the loader and set “Frame”; on the command line, pass --set ${loader}.frame=0, or any number up to ${problem.frameCount - 1}. To take all of them as channels of one image, set “Series” of Load image (--set ${loader}.series=frames-as-channels).`,
      };
    case 'no-such-frame':
      return {
        message: `Frame ${exactText(problem.frame)} was asked for; the file holds ${problem.frameCount}, counted from 0.`,
        remedy:
          problem.frameCount === 1
            ? `Set the loader’s “Frame” to 0, or leave --set ${loader}.frame out.`
            : `Set the loader’s “Frame” (--set ${loader}.frame=…) to a number from 0 to ${problem.frameCount - 1}.`,
      };
    case 'too-many-dimensions':
      return {
        message: `The file holds ${problem.dimensions.join(' × ')} values with intent ${problem.intentCode}; a volume was needed, a series of volumes (x × y × z × frames), or one of vectors (x × y × z × 1 × channels).`,
        remedy: isCifti(problem.intentCode)
          ? 'This is CIFTI data (surfaces or connectivity). Choose a volume image.'
          : 'Extract one frame, or one component, with the tool that wrote the file.',
      };
    case 'not-intensities':
      return {
        message: `The file holds ${problem.dimensions.join(' × ')} values with intent ${problem.intentCode}, ${problem.found}; channels of an image are intensities.`,
        remedy:
          problem.found === 'displacements'
            ? 'Load it with “Load transform”.'
            : 'Choose an image; of other data, extract one component first.',
      };
    case 'frame-and-channels':
      return {
        message: `All frames were asked for as channels, and frame ${exactText(problem.frame)} alone.`,
        remedy: `Leave “Frame” empty, or set “Series” to one frame (--set ${loader}.series=one-frame).`,
      };
    case 'coloured-frames':
      return {
        message: `Each of the ${problem.frameCount} frames is coloured and has channels of its own; frames were asked for as channels.`,
        remedy: `Set “Series” to one frame (--set ${loader}.series=one-frame), and choose one.`,
      };
    case 'too-many-channels':
      return {
        message: `The image has ${problem.channels} channels; at most ${problem.limit} are read.`,
        remedy: 'Choose some of them, or reduce them (an average, principal components) first.',
      };
    case 'labels-of-channels':
      return {
        message: `The file holds ${problem.channels} numbers a voxel; a map of labels has one.`,
        remedy:
          'Choose a segmentation. Colours that stand for regions have to be turned into numbers first.',
      };
    case 'unsupported-datatype':
      return {
        message: `The voxels have data type ${problem.datatypeCode}${problem.typeName ? `, ${problem.typeName}` : ', which NIfTI does not define'}; whole or real numbers were needed.`,
        remedy: 'Convert the image to real numbers: a complex one to its magnitude.',
      };
    case 'bad-offset':
      return {
        message: `The header places the first voxel at byte ${exactText(problem.offsetBytes)}; it has to lie behind the header, within the first ${bytesText(problem.limitBytes)}.`,
        remedy: exportAgain,
      };
    case 'bad-spacing':
      return {
        message: `The header gives the voxel size ${listText(problem.spacing)}; three numbers above 0 were needed.`,
        remedy: 'Set the voxel size with the tool that wrote the image, and export it again.',
      };
    case 'bad-affine':
      return {
        message: `The ${problem.source} of the header, ${listText(problem.matrix)}, does not place the voxels in space: finite numbers and three independent axes were needed.`,
        remedy: 'Repair the orientation with the tool that wrote the image, and export it again.',
      };
    case 'not-a-displacement-field':
      return {
        message: `The file holds ${problem.dimensions.join(' × ')} values with intent ${problem.intentCode}; a displacement field has x × y × z × 1 × 3 values and intent 1007 or 1006.`,
        remedy: 'Choose the field that ITK or ANTs wrote, usually named 1Warp.nii.gz.',
      };
    case 'not-labels':
      return problem.reason === 'fraction'
        ? {
            message: `A voxel has the value ${problem.value}; labels are whole numbers.`,
            remedy:
              'Choose a segmentation; one that was resampled has to be resampled again with nearest neighbour.',
          }
        : {
            message: `A voxel has the label ${problem.value}, stored as ${problem.storedType}; beyond ${problem.largestExact} two labels may have become one there.`,
            remedy: 'Choose a segmentation that is stored in a whole-number type.',
          };
    case 'too-many-labels':
      return {
        message: `The file holds more than ${problem.limit} different values; a map of labels was needed, and this is an image.`,
        remedy: 'Load it with “Load image”, or choose a segmentation.',
      };
    case 'not-itk-transform':
      return {
        message: 'The text does not begin with “#Insight Transform File V1.0”.',
        remedy:
          'Choose an ITK text transform (.txt or .tfm); convert a binary .mat or .h5 to text first.',
      };
    case 'not-a-network':
      return {
        message: problem.found,
        remedy:
          'Choose a file that Save network wrote, or a VoxelMorph that was exported to TensorFlow.js: model.json and weights.bin in one zip.',
      };
    case 'transform-container':
      return {
        message: `This is a transform in a binary file of ITK (${problem.found}); a text transform or a displacement field was needed.`,
        remedy:
          problem.found === 'HDF5'
            ? 'Take the composite apart (CompositeTransformUtil --disassemble) and load its parts: linear ones as text, fields as NIfTI.'
            : 'Convert it to text (ConvertTransformFile 3 in.mat out.txt) and load that.',
      };
    case 'unsupported-transform':
      return {
        message: `The file holds a ${problem.found || 'transform without a name'}; a 3-D linear transform of ITK was needed.`,
        remedy: problem.found.startsWith('Composite')
          ? 'Save each part of the composite in a file of its own, and load them one after the other.'
          : 'Convert it to an AffineTransform, or open a displacement field as NIfTI.',
      };
    case 'one-transform-needed':
      return {
        message: `The file holds ${problem.count} transforms; one was needed.`,
        remedy: 'Split the file, or compose the transforms into one.',
      };
    case 'bad-transform-numbers':
      return {
        message: `${problem.field} of ${problem.transform} holds ${problem.foundCount} finite numbers; ${problem.expectedCount} were needed.`,
        remedy: 'Write the transform again with the tool it came from.',
      };
    case 'singular-transform':
      return {
        message: `The matrix has the determinant ${problem.determinant}; a transform that can be inverted was needed.`,
        remedy: 'Choose another transform; this one flattens space.',
      };
  }
}

/** The wording of a warning about an image that was read all the same. */
export function describeWarning(warning: ImageWarning): ProblemText {
  const { message, remedy } = warningTextOf(warning);
  return { message: `${warning.file}: ${message}`, remedy };
}

function warningTextOf(warning: ImageWarning): ProblemText {
  switch (warning.code) {
    case 'geometry-disagrees':
      return {
        message: `The header places the image twice, up to ${numberText(warning.largestDistanceMm)} mm apart (sform and qform); the sform is used.`,
        remedy: 'Check left and right against the original, and remove the wrong one of the two.',
      };
    case 'no-orientation':
      return {
        message:
          'The header does not say which way the image lies (sform and qform code are 0); voxel axes are taken as right, anterior, superior.',
        remedy: 'Check left and right against the original before trusting the result.',
      };
    case 'sheared':
      return {
        message: `The voxel axes meet at ${numberText(warning.axisAngleDegrees)}° instead of 90°; the sheared grid is used as it is.`,
        remedy:
          'Programs that know no shear will place this image differently; resample it for those.',
      };
    case 'units-converted':
      return {
        message: `The header gives lengths in ${warning.unit}s; they were converted to millimetres.`,
        remedy: 'Check the voxel size; many programs ignore the unit.',
      };
    case 'units-unstated':
      return {
        message: `The header gives no known unit of length (code ${warning.unitCode}); millimetres are assumed.`,
        remedy: 'Check the voxel size.',
      };
    case 'spacing-assumed':
      return {
        message: `The header gives no voxel size along ${warning.axis}, where the image has one voxel; 1 mm is assumed.`,
        remedy: 'Nothing needs doing unless volumes or areas in physical units matter.',
      };
    case 'non-finite-voxels':
      return {
        message: `${warning.count} voxel values are not finite numbers; they were set to 0.`,
        remedy: 'Check that 0 is the background of this image.',
      };
    case 'checksum-not-reached':
      return {
        message: `The file goes on for more than ${bytesText(warning.uncheckedBytes)} behind the voxels that its header states; its checksum was not compared.`,
        remedy:
          'Check that the header gives the right size; “gzip -t” tells whether the file is whole.',
      };
    case 'scaling-ignored':
      return {
        message: `The header scales intensities by ${exactText(warning.slope)} and shifts them by ${exactText(warning.intercept)}; stored values are used unscaled.`,
        remedy: 'Check the intensities if their unit matters.',
      };
  }
}

function bytesText(bytes: number): string {
  const units = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB'];
  const power = Math.min(Math.floor(Math.log2(Math.max(bytes, 1)) / 10), units.length - 1);
  if (power === 0) return `${bytes} bytes`;
  return `${(bytes / 1024 ** power).toFixed(1)} ${units[power]}`;
}

function lowerFirst(text: string): string {
  return `${text.charAt(0).toLowerCase()}${text.slice(1)}`;
}

function listText(numbers: readonly number[]): string {
  return `[${numbers.map(numberText).join(', ')}]`;
}

function numberText(value: number): string {
  return exactText(Number(value.toPrecision(6)));
}

function exactText(value: number): string {
  return Number.isNaN(value) ? 'not a number' : String(value);
}
