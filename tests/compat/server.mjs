// Server: `spillway serve` as a child, with its ports, its metrics and its faults.
// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';

export const kModel = 'llama3.1-8b';

const kPatienceMs = 10_000;

// Asks until the answer is true; what is waited for lies in another process, so there is no event.
export async function until(what, ask, patienceMs = kPatienceMs) {
  const end = performance.now() + patienceMs;
  while (!(await ask())) {
    assert.ok(performance.now() < end, `${what}: not within ${patienceMs} ms`);
    await pause(20);
  }
}

export class Server {
  // Small tiers below this directory, and any free ports.
  static async start(...flags) {
    const program = process.env.SPILLWAY;
    assert.ok(program, 'the variable SPILLWAY names the program to test');
    const server = new Server();
    server.directory = await mkdtemp(join(process.cwd(), 'serve-'));
    const cache = join(server.directory, 'kv');
    await mkdir(cache);
    const portsFile = join(server.directory, 'ports.json');
    server.child = spawn(
      program,
      ['serve', '--port', '0', '--system-port', '0', '--kvbm-port', '0', '--ports-file', portsFile,
        '--model', kModel, '--cache-dir', cache, '--io-engine', 'threads', '--gpu-cache-gb', '1',
        '--cpu-cache-gb', '0.25', '--disk-cache-gb', '0.5', ...flags],
      { stdio: ['ignore', 'pipe', 'pipe'] },
    );
    server.ended = once(server.child, 'exit');
    server.end = () => server.child.kill('SIGKILL');
    process.on('exit', server.end);
    server.child.stderr.setEncoding('utf8').on('data', (text) => (server.errors += text));
    // The first line comes after the file.
    const lines = createInterface({ input: server.child.stdout });
    const [line] = await Promise.race([once(lines, 'line'), server.ended.then(() => [])]);
    if (!line) await rm(server.directory, { recursive: true });
    assert.ok(line, `spillway serve ended at once: ${server.errors}`);
    server.ports = JSON.parse(await readFile(portsFile, 'utf8'));
    return server;
  }

  errors = '';

  get origin() {
    return `http://127.0.0.1:${this.ports.port}`;
  }

  // The value of a metric of the page, over all of its labels.
  async metric(name, port = this.ports.port) {
    const page = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
    const samples = page.split('\n').filter((line) => line.split(/[{ ]/)[0] === name);
    assert.notEqual(samples.length, 0, `no ${name} on port ${port}`);
    return samples.reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' '))), 0);
  }

  // With no fault, what was set before is cleared.
  async setFaults(...faults) {
    const answer = await fetch(`http://127.0.0.1:${this.ports.system_port}/faults`, {
      method: faults.length > 0 ? 'POST' : 'DELETE',
      body: faults.length > 0 ? JSON.stringify({ faults }) : undefined,
    });
    assert.equal(answer.status, 200, await answer.text());
  }

  async resetPrefixCache(query = '') {
    const answer = await fetch(`${this.origin}/reset_prefix_cache${query}`, { method: 'POST' });
    assert.equal(answer.status, 200, await answer.text());
  }

  // Requests that the engine has now, running or waiting.
  inflight() {
    return this.metric('dynamo_component_inflight_requests', this.ports.system_port);
  }

  async idle() {
    await until('an idle engine', async () => (await this.inflight()) === 0);
  }

  // As asked to, with status 0 and nothing left on the drive.
  async stop() {
    this.child.kill('SIGTERM');
    const [status] = await this.ended;
    process.off('exit', this.end);
    await rm(this.directory, { recursive: true });
    assert.equal(status, 0, this.errors);
  }
}
