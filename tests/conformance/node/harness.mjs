// The binary under test on a data directory made with --test, and the command line as the person.

import { execFile, execFileSync, spawn } from 'node:child_process';
import { createHmac, hkdfSync } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const binary = process.env.LETSPING_BIN ?? join(root, 'build/release/letsping');

// Bytes 0 to 31, of the published vectors; it protects nothing.
export const CONTENT_KEY = 'AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=';
const environment = { ...process.env, LETSPING_ENCRYPTION_KEY: CONTENT_KEY };

export class Server {
  static async start(settings = {}) {
    const server = new Server();
    server.home = mkdtempSync(join(tmpdir(), 'letsping-'));
    server.data = join(server.home, 'data');
    server.run('init', '--test');
    server.run('project', 'create', '--name', 'sealed', '--payloads', 'server_sealed');
    const names = Object.entries(settings).map(([name, value]) => [
      `LETSPING_${name.replaceAll('.', '__').toUpperCase()}`,
      String(value),
    ]);
    server.process = spawn(
      binary, ['serve', '--data', server.data, '--listen', '127.0.0.1:0'],
      { env: { ...process.env, ...Object.fromEntries(names) }, stdio: ['ignore', 'pipe', 'pipe'] });
    server.address = await server.#listening();
    return server;
  }

  #listening() {
    return new Promise((resolve, reject) => {
      let out = '';
      let said = '';
      this.process.stderr.on('data', (piece) => (said += piece));
      this.process.stdout.on('data', (piece) => {
        out += piece;
        const line = /^listening http:\/\/localhost:(\d+)\n/m.exec(out);
        if (line) resolve(`http://127.0.0.1:${line[1]}`);
      });
      this.process.on('exit', () => reject(new Error(`the server does not listen: ${said}`)));
    });
  }

  async stop() {
    const ended = new Promise((resolve) => this.process.on('exit', resolve));
    this.process.kill('SIGTERM');
    const status = await ended;
    rmSync(this.home, { recursive: true });
    return status;
  }

  run(...words) {
    const options = { env: environment, encoding: 'utf8' };
    return execFileSync(binary, [...words, '--data', this.data], options);
  }

  // Of a list: one JSON object a line.
  rows(...words) {
    const lines = this.run(...words, '--json').trim().split('\n');
    return lines.filter(Boolean).map((line) => JSON.parse(line));
  }

  // Without stopping this process, which may hold a poll meanwhile.
  async decide(verdict, id, ...more) {
    await this.#decide(environment, verdict, id, ...more);
  }

  // By somebody who has no content key.
  async decideUnseen(verdict, id, ...more) {
    const { LETSPING_ENCRYPTION_KEY: _, ...without } = environment;
    await this.#decide(without, verdict, id, ...more);
  }

  async #decide(env, verdict, id, ...more) {
    const words = ['review', verdict, id, '--test-approver', ...more, '--data', this.data];
    await promisify(execFile)(binary, words, { env });
  }

  async edit(id, payload) {
    const file = join(this.home, 'edit.json');
    writeFileSync(file, JSON.stringify(payload));
    await this.decide('approve', id, '--edit', file);
  }

  key(project = 'default', role = 'agent') {
    const words = ['key', 'create', '--project', project, '--role', role, '--name', 'node'];
    return JSON.parse(this.run(...words, '--json')).key;
  }

  projectId(name) {
    return this.rows('project', 'list').find((row) => row.name === name).id;
  }

  // `state_download_url` as a webhook carries it: signed with the server's secret.
  downloadUrl(id) {
    const secret = readFileSync(join(this.data, 'secrets/server.key'));
    const key = Buffer.from(hkdfSync('sha256', secret, Buffer.alloc(0), 'lp-url/1', 32));
    const path = `/api/snapshots/${id}`;
    const expiry = Math.floor(Date.now() / 1000) + 600;
    const signature = createHmac('sha256', key).update(`GET\n${path}\n${expiry}`).digest('hex');
    return `${this.address}${path}?exp=${expiry}&sig=${signature}`;
  }
}
