// What the server sends, taken by the receiver of stock clients: N5 and N10 of the checklist.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { after, before, test } from 'node:test';
import { Client } from './client.mjs';
import { CONTENT_KEY, Server } from './harness.mjs';

const deliveries = new Map(); // request id → [{ headers, body }]
const secrets = {};
const clients = {};
let receiver;
let server;

before(async () => {
  receiver = createServer(async (request, response) => {
    let body = '';
    for await (const piece of request) body += piece;
    const { id } = JSON.parse(body);
    deliveries.set(id, { headers: request.headers, body });
    response.end();
    receiver.emit('delivery');
  });
  receiver.listen(0, '127.0.0.1');
  await once(receiver, 'listening');
  const place = `127.0.0.1:${receiver.address().port}`;
  server = await Server.start({ 'webhooks.allow': place });
  const baseUrl = `${server.address}/api`;
  clients.default = new Client({ apiKey: server.key(), baseUrl, encryptionKey: CONTENT_KEY });
  clients.sealed = new Client({ apiKey: server.key('sealed'), baseUrl });
  for (const project of ['default', 'sealed']) {
    const words = ['webhook', 'add', '--project', project, '--url', `http://${place}/`, '--json'];
    secrets[project] = JSON.parse(server.run(...words)).secret;
  }
});
after(async () => {
  await server.stop();
  receiver.close();
});

async function delivered(id) {
  const signal = AbortSignal.timeout(20_000);
  while (!deliveries.has(id)) await once(receiver, 'delivery', { signal });
  return deliveries.get(id);
}

const snapshot = { thread_id: 't1', note: 'é' };
for (const project of ['default', 'sealed']) {
  test(`a delivery of the ${project} project verifies and brings the state back`, async () => {
    const client = clients[project];
    const { id } = await client.defer({
      service: 's', action: 'a', payload: { a: 1.5 }, state_snapshot: snapshot,
    });
    await server.decide('approve', id);
    const { headers, body } = await delivered(id);
    const header = headers['x-letsping-signature'];
    assert.match(header, /^t=\d+,v1=[0-9a-f]{64}(,|$)/);
    assert.doesNotMatch(header, / /);
    const taken = await client.webhookHandler(body, header, secrets[project]);
    assert.equal(taken.event, 'request.approved');
    assert.equal(taken.data.status, 'APPROVED');
    assert.deepEqual(taken.state_snapshot, snapshot);
  });
}

test('a delivery with another body, secret or time does not verify', async () => {
  const client = clients.sealed;
  const { id } = await client.defer({ service: 's', action: 'a', payload: { a: 1 } });
  await server.decide('reject', id, '--reason', 'no');
  const { headers, body } = await delivered(id);
  const header = headers['x-letsping-signature'];
  const attempts = [
    [body.replace('REJECTED', 'APPROVED'), header, secrets.sealed],
    [body, header, secrets.default],
    [body, header.replace(/t=\d+/, 't=1000000000000'), secrets.sealed],
  ];
  for (const attempt of attempts) {
    await assert.rejects(client.webhookHandler(...attempt), { code: 'LETSPING_WEBHOOK_INVALID' });
  }
});
