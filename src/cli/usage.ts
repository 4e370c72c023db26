import { deviceChoices } from '../runtime/api/engine/engine-api';

/** The arguments do not make sense; the message says why. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** What `weft --help` prints. */
export const helpText = `weft: registers medical images by a recipe

Usage
  weft demo                      register a pair of generated heads, write out/demo
  weft run RECIPE.json --out DIR run a recipe on your images, or on the pair it comes with
  weft train RECIPE.json --out DIR
                                 run a recipe in which a network learns; what it has learned is
                                 kept there every minute, for --resume
  weft plan RECIPE.json          print what would run: passes, bytes, arithmetic, memory
  weft validate RECIPE.json      print everything that is wrong with a recipe
  weft nodes                     list the nodes that a recipe may hold
  weft images                    list public images that --input NODE=public:NAME takes

Options
  --input NODE=FILE       bind a loader to a NIfTI file, to public:NAME, or to    run train plan
                          a folder of cases; once for each loader
  --out DIR               folder for the results, made where it is missing        run train demo
  ${`--device ${deviceChoices.join('|')}`.padEnd(23)} where to compute; auto takes a real gpu, else the cpu   run train plan demo
  --threads N             threads of the cpu device; all processors by default    run train plan demo
  --set NODE.PARAM=VALUE  change a parameter of the recipe for this run           run train plan demo
  --fetch                 agree to download public images, and what the recipe    run train plan
                          names by https
  --steps N               steps of each network that learns                       train
  --resume                go on with the training that DIR holds                  train
  --print-after PHASE     print the program after a phase of the compiler         plan
  --json                  JSON on standard output            run train plan demo nodes images
  --help, --version

Example
  weft run pipelines/brain-t1-greedy.json --out out \\
       --input fixed=fixed.nii.gz --input moving=moving.nii.gz

Exit status: 0 done, 1 the recipe, the data or the machine is why, 2 wrong usage, 3 a fault of
Weft, 130 cancelled with Ctrl-C (129 SIGHUP, 143 SIGTERM). Weft is not a medical device.
`;
