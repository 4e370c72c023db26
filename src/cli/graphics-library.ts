/** What is used of Node's `process`. */
interface DynamicLinker {
  readonly platform: string;
  dlopen(module: object, path: string): void;
}

/**
 * False where Dawn would find no Vulkan: it says so in red on every start, and there is no switch
 * against that. Other systems bring their graphics library.
 */
export function hasGraphicsLibrary(linker: DynamicLinker): boolean {
  if (linker.platform !== 'linux') return true;
  try {
    linker.dlopen({ exports: {} }, 'libvulkan.so.1');
    return true;
  } catch (error) {
    // A library that is there is loaded and then refused, since it is no module of Node's.
    return error instanceof Error && error.message.includes('did not self-register');
  }
}
