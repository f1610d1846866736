// Ask, wait, decide: N1 to N4, N6, N7, N9, N15 of the wire contract's checklist.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client, envelope } from './client.mjs';
import { CONTENT_KEY, Server } from './harness.mjs';

const payload = { user_id: 'u_123', amount: 100, note: 'café ☕ 😀', list: [1, null, { x: true }] };
let server;
const clients = {};

before(async () => {
  server = await Server.start();
  const baseUrl = `${server.address}/api`;
  clients.encrypted = new Client({ apiKey: server.key(), baseUrl, encryptionKey: CONTENT_KEY });
  clients.sealed = new Client({ apiKey: server.key('sealed'), baseUrl });
});
after(() => server.stop());

for (const name of ['encrypted', 'sealed']) {
  describe(`a ${name} project`, () => {
    test('an approval gives the payload back', async () => {
      const client = clients[name];
      const { id } = await client.defer({ service: 's', action: 'a', payload });
      const waiting = client.waitForDecision(id);
      await server.decide('approve', id);
      const decision = await waiting;
      assert.equal(decision.status, 'APPROVED');
      assert.deepEqual(decision.payload, { ...payload, _lp_meta: {} });
      assert.match(decision.metadata.actor_id, /^mem_/);
      assert.match(decision.metadata.resolved_at, /^\d{4}-.*Z$/);
    });

    test('a rejection is one, with its reason for those who look', async () => {
      const client = clients[name];
      const { id } = await client.defer({ service: 's', action: 'a', payload });
      await server.decide('reject', id, '--reason', 'not on a Friday');
      assert.equal((await client.waitForDecision(id)).status, 'REJECTED');
      const status = await client.getRequestStatus(id);
      assert.equal(status.reason, 'not on a Friday');
      assert.equal(status.metadata.reason, 'not on a Friday');
    });

    test('an edit is what the agent gets', async () => {
      const client = clients[name];
      const { id } = await client.defer({ service: 's', action: 'a', payload: { amount: 100 } });
      await server.edit(id, { amount: 50, _lp_meta: {} });
      const decision = await client.waitForDecision(id);
      assert.equal(decision.status, 'APPROVED_WITH_MODIFICATIONS');
      assert.deepEqual(decision.patched_payload, { amount: 50, _lp_meta: {} });
      assert.deepEqual(decision.payload, { amount: 100, _lp_meta: {} });
    });

    test('an edit to nothing is refused', async () => {
      const { id } = await clients[name].defer({ service: 's', action: 'a', payload });
      await assert.rejects(server.edit(id, {}));
      assert.equal((await clients[name].getRequestStatus(id)).status, 'PENDING');
    });

    test('nothing is patched where nothing was changed', async () => {
      const { id } = await clients[name].defer({ service: 's', action: 'a', payload });
      assert.equal((await clients[name].getRequestStatus(id)).patched_payload, null);
      await server.decide('approve', id);
      assert.equal((await clients[name].getRequestStatus(id)).patched_payload, null);
    });
  });
}

test('a base with a slash at its end works', async () => {
  const client = new Client({
    apiKey: clients.sealed.apiKey,
    baseUrl: `${server.address}/api/`,
  });
  const { id } = await client.defer({ service: 's', action: 'a', payload });
  assert.equal((await client.getRequestStatus(id)).status, 'PENDING');
});

test('the first status is immediate and a held one wakes with the decision', async () => {
  const client = clients.encrypted;
  const { id } = await client.defer({ service: 's', action: 'a', payload });
  const began = Date.now();
  assert.equal((await client.getRequestStatus(id)).status, 'PENDING');
  assert.ok(Date.now() - began < 1000);
  const held = client.getRequestStatus(id);
  await sleep(1500);
  await server.decide('approve', id);
  const decided = Date.now();
  assert.equal((await held).status, 'APPROVED');
  assert.ok(Date.now() - decided < 1000);
});

test('the labels of _lp_meta are taken where the server can see them', async () => {
  const client = new Client({ ...clients.sealed, environment: 'staging' });
  const { id } = await client.defer({
    service: 's', action: 'labelled', payload, trace_id: 'trace-1', parent_request_id: 'req_p',
  });
  const row = server.rows('review', 'list').find((one) => one.id === id);
  assert.equal(row.environment, 'staging');
  assert.equal(row.trace_id, 'trace-1');
  assert.equal(row.parent_request_id, 'req_p');
});

test('a wrong content key leaves the envelope, and the server does not care', async () => {
  const other = Buffer.alloc(32, 7).toString('base64');
  const client = new Client({ ...clients.encrypted, encryptionKey: other });
  const { id } = await clients.encrypted.defer({ service: 's', action: 'a', payload });
  await server.decide('approve', id);
  assert.equal((await client.waitForDecision(id)).payload._lp_enc, true);
});

test('an approval of what cannot be read is refused, a rejection is not', async () => {
  const other = Buffer.alloc(32, 7).toString('base64');
  const made = await clients.encrypted.request('POST', '/ingest', {
    service: 's', action: 'a', payload: envelope(other, payload),
  });
  await assert.rejects(server.decide('approve', made.id));
  await server.decideUnseen('reject', made.id, '--reason', 'unreadable');
  assert.equal((await clients.encrypted.getRequestStatus(made.id)).reason, 'unreadable');
});

test('errors map to the codes that the client knows', async () => {
  const { baseUrl } = clients.sealed;
  const code = async (promise) => {
    try {
      await promise;
    } catch (error) {
      assert.ok(error.message.length > 10);
      return error.code;
    }
    return 'none';
  };
  const nobody = new Client({ apiKey: 'lp_live_x', baseUrl });
  const auditor = new Client({ apiKey: server.key('default', 'auditor'), baseUrl });
  const ask = { service: 's', action: 'a', payload };
  assert.equal(await code(nobody.defer(ask)), 'LETSPING_401_AUTH');
  assert.equal(await code(auditor.defer(ask)), 'LETSPING_403_FORBIDDEN');
  const unknown = clients.sealed.getRequestStatus('req_nothing');
  assert.equal(await code(unknown), 'LETSPING_404_NOT_FOUND');
  assert.equal(await code(clients.sealed.defer({ ...ask, service: '' })), 'LETSPING_422');
  const plain = new Client({ ...clients.encrypted, encryptionKey: undefined });
  assert.equal(await code(plain.defer(ask)), 'LETSPING_422');
});

test('any schema is taken, a raw Zod object too', async () => {
  for (const schema of [
    { type: 'object', properties: { amount: { type: 'number' } } },
    { _def: { typeName: 'ZodObject', catchall: { _def: {} } }, _cached: null },
  ]) {
    const { id } = await clients.encrypted.defer({ service: 's', action: 'a', payload, schema });
    assert.match(id, /^req_/);
  }
});

test('the raw options of the first release are taken', async () => {
  const made = await clients.sealed.request('POST', '/ingest', {
    service: 's', action: 'a', payload, priority: 'high', timeoutMs: 3_600_000,
  });
  assert.match(made.id, /^req_/);
  assert.ok(Date.parse(made.decide_by) - Date.now() <= 3_600_000);
});
