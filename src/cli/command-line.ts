import { withoutCredentials } from '../imaging/public-hosts';
import type { Diagnostic } from '../runtime/api/engine/diagnostics';
import { type Arguments, type CommandName, parseArguments } from './arguments';
import { demo } from './commands/demo';
import { images } from './commands/images';
import { nodes } from './commands/nodes';
import { plan } from './commands/plan';
import { run } from './commands/run';
import { train } from './commands/train';
import { validate } from './commands/validate';
import { type ExitStatus, exitStatus } from './exit-status';
import type { Host } from './host';
import { tellMachineFault } from './machine-fault';
import { jsonText } from './manifest';
import { cancelledText, messages } from './messages';
import { helpText, UsageError } from './usage';

type Command = (options: Arguments, host: Host) => Promise<ExitStatus>;

const commands: Readonly<Record<CommandName, Command>> = {
  demo,
  run,
  train,
  plan,
  validate,
  nodes,
  images,
  help: async (_, { terminal }) => {
    terminal.out(helpText);
    return exitStatus.done;
  },
  version: async (_, { terminal, version }) => {
    terminal.out(`${version}\n`);
    return exitStatus.done;
  },
};

/**
 * Ends a command at Ctrl-C and its like; one that computes or publishes listens for itself meanwhile. What it
 * leaves is removed when the program ends.
 */
function interrupted({ json }: Arguments, { terminal, onInterrupt }: Host): Promise<ExitStatus> {
  return new Promise((resolve) => {
    onInterrupt((status) => {
      terminal.error(cancelledText);
      if (json) terminal.out(jsonText({ status: 'cancelled', diagnostics: [] }));
      resolve(status);
    });
  });
}

/** Runs the command that the arguments name; resolves with how the program is to end. */
export async function runCommandLine(args: readonly string[], host: Host): Promise<ExitStatus> {
  const { terminal } = host;
  try {
    const options = parseArguments(args, host.parseArgs);
    return await Promise.race([
      interrupted(options, host),
      commands[options.command](options, host),
    ]);
  } catch (error) {
    // Asked of the words themselves: where they make no sense there are no options.
    const sayAsJson = (diagnostic: Diagnostic): void => {
      if (!args.includes('--json')) return;
      terminal.out(jsonText({ status: 'failed', diagnostics: [diagnostic] }));
    };
    if (error instanceof UsageError) {
      const message = withoutCredentials(error.message);
      terminal.error(`weft: ${message}\n"weft --help" says what there is.\n`);
      sayAsJson(messages.usage(message));
      return exitStatus.wrongUsage;
    }
    const ended = tellMachineFault(error, args, terminal);
    if (ended !== undefined) return ended;
    const details = error instanceof Error ? (error.stack ?? error.message) : String(error);
    terminal.error(`A fault of Weft itself; please report it.\n${details}\n`);
    sayAsJson(messages.internal(error instanceof Error ? error.message : String(error)));
    return exitStatus.faultOfOurs;
  }
}
