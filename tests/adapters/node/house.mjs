// One server for the tests of a file, and the person who decides what one agent asks.

import { randomUUID } from 'node:crypto';
import { setTimeout as soon } from 'node:timers/promises';
import { LetsPing, ToolGate } from '@letsping-open/sdk';
import { CONTENT_KEY, Server } from '../../conformance/node/harness.mjs';

for (const name of ['API_KEY', 'ENCRYPTION_KEY', 'BASE_URL', 'ORIGIN']) {
  delete process.env[`LETSPING_${name}`];
}

export async function open(settings = {}) {
  const server = await Server.start({
    'limits.requests_per_minute': 100_000_000,
    'limits.requests_burst': 100_000,
    ...settings,
  });
  const apiKey = server.key();
  const { origin } = server.rows('project', 'list').find((row) => row.name === 'default');
  const baseUrl = server.address;
  return { server, environment: { apiKey, baseUrl, encryptionKey: CONTENT_KEY, origin } };
}

export class Place {
  constructor({ server, environment }) {
    this.server = server;
    this.service = `agent-${randomUUID()}`;
    this.client = new LetsPing(environment);
    this.gate = this.newGate();
  }

  newGate(more = {}) {
    return new ToolGate(this.client, { service: this.service, timeoutMs: 60_000, ...more });
  }

  requests() {
    const rows = this.server.rows('review', 'list');
    return rows.filter((row) => row.service === this.service).map((row) => row.id);
  }

  // The ids of pending requests, once there are so many.
  async pending(count = 1) {
    for (let tries = 0; tries < 600; tries += 1) {
      const found = this.requests();
      if (found.length >= count) return found;
      await soon(20);
    }
    throw new Error('nobody asked');
  }

  async approve() {
    await this.server.decide('approve', (await this.pending())[0]);
  }
  async edit(payload) {
    await this.server.edit((await this.pending())[0], payload);
  }
  async reject(reason) {
    await this.server.decide('reject', (await this.pending())[0], '--reason', reason);
  }
}
