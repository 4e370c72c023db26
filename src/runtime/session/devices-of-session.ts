import type { DeviceChoice, DeviceKind, EngineDescription } from '../api/engine/engine-api';
import type { Device, DeviceMissing, DeviceOpener } from '../devices';

/** Opens the devices once, on first need, and anew after one was lost. */
export class SessionDevices {
  readonly #openers: ReadonlyMap<DeviceKind, DeviceOpener>;
  readonly #opening = new Map<DeviceKind, Promise<Device | DeviceMissing>>();
  readonly #missing = new Set<DeviceKind>();

  /** @param openers in the order in which they are taken where nobody chose one */
  constructor(openers: readonly DeviceOpener[]) {
    this.#openers = new Map(openers.map((opener) => [opener.kind, opener]));
  }

  /** The device of a kind, or why there is none. Never rejects. */
  async open(kind: DeviceKind): Promise<Device | DeviceMissing> {
    const opened = await this.#open(kind);
    if ('missingBecause' in opened || !opened.isLost) return opened;
    // It was lost while nobody used it.
    await this.forget(opened);
    return this.#open(kind);
  }

  /** The device that a person asked for; `auto` takes the first that is not another in disguise. */
  async choose(wanted: DeviceChoice): Promise<Device | DeviceMissing> {
    if (wanted !== 'auto') return this.open(wanted);
    let secondChoice: Device | undefined;
    let missing: DeviceMissing = { missingBecause: 'This engine was given no devices.' };
    for (const kind of this.#openers.keys()) {
      const opened = await this.open(kind);
      if ('missingBecause' in opened) missing = opened;
      else if (!opened.isEmulated) return opened;
      else secondChoice ??= opened;
    }
    return secondChoice ?? missing;
  }

  /** Kinds that a recipe could run on instead, as far as that is known. */
  others(kind: DeviceKind): readonly DeviceKind[] {
    return [...this.#openers.keys()].filter((one) => one !== kind && !this.#missing.has(one));
  }

  /** What a run without a device is reported under: what was asked for, or what is always there. */
  kindOf(wanted: DeviceChoice): DeviceKind {
    const [last = 'cpu'] = [...this.#openers.keys()].reverse();
    return wanted === 'auto' ? last : wanted;
  }

  async describe(): Promise<EngineDescription> {
    const devices: EngineDescription['devices'][number][] = [];
    const missing: EngineDescription['missing'][number][] = [];
    let threads = 1;
    for (const kind of this.#openers.keys()) {
      const opened = await this.open(kind);
      if ('missingBecause' in opened) {
        missing.push({ kind, because: opened.missingBecause });
        continue;
      }
      devices.push({ kind, name: opened.name });
      threads = Math.max(threads, opened.threads ?? 1);
    }
    return { devices, missing, threads };
  }

  /** Gives up a device that failed; the next run opens a new one. */
  async forget(device: Device): Promise<void> {
    const opening = this.#opening.get(device.kind);
    if ((await opening) !== device || this.#opening.get(device.kind) !== opening) return;
    this.#opening.delete(device.kind);
    device.destroy();
  }

  async destroy(): Promise<void> {
    const all = await Promise.all(this.#opening.values());
    this.#opening.clear();
    for (const opened of all) if (!('missingBecause' in opened)) opened.destroy();
  }

  async #open(kind: DeviceKind): Promise<Device | DeviceMissing> {
    const known = this.#opening.get(kind);
    if (known) return known;
    const opening = this.#ask(kind);
    this.#opening.set(kind, opening);
    const opened = await opening;
    if ('missingBecause' in opened) {
      this.#missing.add(kind);
      if (opened.mayComeBack && this.#opening.get(kind) === opening) this.#opening.delete(kind);
    } else {
      this.#missing.delete(kind);
    }
    return opened;
  }

  async #ask(kind: DeviceKind): Promise<Device | DeviceMissing> {
    try {
      const opener = this.#openers.get(kind);
      return opener
        ? await opener.open()
        : { missingBecause: `This engine has no ${kind} device.` };
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      return { missingBecause: `The device could not be opened: ${reason}`, mayComeBack: true };
    }
  }
}
