// @ts-check
// Starts `npm start`, waits until the page that it names answers with status 200, and stops it.
import { spawn } from 'node:child_process';
import { stripVTControlCharacters } from 'node:util';

const limitSeconds = 90;

// A group of its own, so that what npm starts is stopped with it.
const server = spawn('npm', ['start'], { stdio: ['ignore', 'pipe', 'inherit'], detached: true });
let ended = false;
server.once('exit', () => {
  ended = true;
});

let output = '';
server.stdout.on('data', (chunk) => {
  process.stdout.write(chunk);
  output = stripVTControlCharacters(output + chunk);
});

process.exitCode = (await answers()) ? 0 : 1;
if (server.pid !== undefined && !ended) process.kill(-server.pid, 'SIGTERM');

/** True once the page has answered; false when the server ended or the time is over. */
async function answers() {
  const deadline = Date.now() + limitSeconds * 1000;
  while (Date.now() < deadline && !ended) {
    await new Promise((resolve) => setTimeout(resolve, 250));
    // The port differs where the usual one is taken, so the address is read from the output.
    const address = /http:\/\/[\w.]+:\d+\//.exec(output)?.[0];
    if (address === undefined) continue;
    const response = await fetch(address).catch(() => undefined);
    if (response?.status !== 200) continue;
    const page = await response.text();
    if (!page.includes('<div id="root">')) continue;
    console.log(`npm start: ${address} answered with status 200.`);
    return true;
  }
  console.error(
    ended ? 'npm start ended by itself.' : `npm start did not answer within ${limitSeconds} s.`,
  );
  return false;
}
