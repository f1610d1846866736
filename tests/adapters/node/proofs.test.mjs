// The client verifies the receipt of a decision offline before it returns one: with the real
// server, and with what a server could say instead.

import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { LetsPing, LetsPingError, MemoryPins } from '@letsping-open/sdk';
import { readContentKey, sealV2 } from '@letsping-open/sdk/envelope';
import { DirectoryPins } from '@letsping-open/sdk/pins';
import { open } from './house.mjs';

let house;
let trust;
const directory = mkdtempSync(join(tmpdir(), 'letsping-proofs-'));

before(async () => {
  house = await open();
  trust = house.server.run('trust', 'export', '--project', 'default');
});
after(async () => {
  rmSync(directory, { recursive: true });
  await house.server.stop();
});

const refund = { service: 'billing', action: 'refund', payload: { amount: 120 } };

// A client whose server says what `lie` makes of the answer to a path.
function client(more = {}, lie = (_path, answer) => answer) {
  const { origin: _origin, ...environment } = house.environment;
  const base = `${environment.baseUrl}/api`;
  const call = async (method, path, { body, headers = {}, text } = {}) => {
    const start = path.startsWith('/log/') ? environment.baseUrl : base;
    const reply = await fetch(start + path, {
      method,
      headers: { Authorization: `Bearer ${environment.apiKey}`, ...headers },
      ...(body && { body: JSON.stringify(body) }),
    });
    assert.ok(reply.ok, `${path}: ${reply.status}`);
    return lie(path, text ? await reply.text() : await reply.json());
  };
  return new LetsPing({ ...environment, trust, allowTest: true, ...more }, call);
}

async function decided(verdict = 'approve', ask = refund) {
  const lp = client();
  const pending = await lp.defer(ask);
  await house.server.decide(verdict, pending.id);
  return pending;
}

test('an approval and an edit are returned with the report of their receipts', async () => {
  const { origin: _origin, ...environment } = house.environment;
  const lp = new LetsPing({ ...environment, trust, allowTest: true, human: 'device' });
  const pending = await lp.defer(refund);
  await house.server.decide('approve', pending.id);
  const { approved, report } = await lp.wait(pending.id, pending);
  assert.deepEqual(approved, refund.payload);
  assert.deepEqual([report.verdict, report.human, report.log], ['VALID', 'B', 'L1']);
  const other = await lp.defer(refund);
  await house.server.edit(other.id, { amount: 5 });
  assert.deepEqual((await lp.wait(other.id, other)).approved, { amount: 5 });

  // What was edited was another envelope, of the same text in the same place.
  const key = await readContentKey(house.environment.encryptionKey);
  const text = JSON.stringify(refund.payload);
  const resealed = client({}, async (path, answer) =>
    path.startsWith('/status/')
      ? { ...answer, payload: await sealV2(text, key, answer.payload.ctx) }
      : answer);
  await assert.rejects(resealed.wait(other.id, other), { code: 'receipt' });
  // The people signed another text than the one that this envelope opens to here.
  lp.sealer.commits = async () => ['00'];
  await assert.rejects(lp.wait(other.id, other), { code: 'receipt' });
});

test('what the trust file does not carry is not run', async () => {
  const pending = await decided();
  const unfit = [
    { human: 'passkey' },
    { log: 'witnessed' },
    { allowTest: false },
    { trust: trust.replace(/("roster_genesis_sha256":\s*")[0-9a-f]{8}/, '$100000000') },
  ];
  for (const more of unfit) {
    const act = client(more).wait(pending.id, pending);
    await assert.rejects(act, { name: 'IntegrityError', code: 'receipt' }, JSON.stringify(more));
  }
  const start = (more) => new LetsPing({ ...house.environment, ...more });
  assert.throws(() => start({ trust, encryptionKey: '' }), { code: 'encryption_key' });
  assert.throws(() => start({ human: 'passkey' }), { code: 'requirement' });
  assert.throws(() => start({ trust, human: 'anybody' }), { code: 'requirement' });
  await assert.rejects(start({ trust: '{}' }).ask(refund), { code: 'trust' });
  await assert.rejects(start({ trust, origin: 'h/p/0' }).ask(refund), { code: 'trust_origin' });
});

test('no answer of a lying server is run', async () => {
  const [pending, rejected] = [await decided(), await decided('reject')];
  const twin = await decided('approve', { ...refund, action: 'look' });
  const of = async ({ id }) => client().getRequestStatus(id);
  const [told, no, other] = [await of(pending), await of(rejected), await of(twin)];
  const yes = { status: 'APPROVED', state: 'approved', patched_payload: null };
  const lies = [
    ['no_receipt', pending, { leaf_index: undefined }],
    ['no_receipt', pending, { leaf_index: '7' }],
    ['receipt', pending, { leaf_index: other.leaf_index }],
    ['receipt', rejected, yes],
    ['receipt', rejected, { ...yes, leaf_index: told.leaf_index }],
    ['receipt', pending, { leaf_index: no.leaf_index }],
    // The same text in another envelope of this project's own.
    ['receipt', pending, { payload: other.payload }],
    ['edit_of_another_request', pending,
      { state: 'approved_with_modifications', patched_payload: other.payload }],
    ['receipt', pending, { state: 'approved_with_modifications', patched_payload: told.payload }],
  ];
  for (const [code, { id, asked }, lie] of lies) {
    const lp = client({}, (path, answer) =>
      path.startsWith('/status/') ? { ...answer, ...lie } : answer);
    await assert.rejects(lp.wait(id, { asked }), { name: 'IntegrityError', code }, `${code} ${id}`);
  }
  const damaged = client({}, (path, answer) =>
    path.includes('/receipt/') ? answer.replace('"tlog"', '"tlo"') : answer);
  await assert.rejects(damaged.wait(pending.id, pending), { code: 'receipt' });
  // Another key's request has no receipt for this one.
  const strange = house.server.key();
  const act = new LetsPing({ ...house.environment, apiKey: strange, trust, allowTest: true });
  await assert.rejects(act.wait(pending.id, pending), { code: 'no_receipt' });
  // What was asked for is what the people were told.
  const about = { ...pending, action: 'look' };
  await assert.rejects(client().wait(pending.id, about), { code: 'receipt' });
});

test('a webhook that says yes is asked about, whoever knows its secret', async () => {
  const rejected = await decided('reject');
  const { payload } = await client().getRequestStatus(rejected.id);
  const data = { status: 'APPROVED', state: 'approved', payload, patched_payload: null };
  const event = { id: rejected.id, event: 'request.approved', webhook_id: 'msg_1', data };
  const [body, sent] = [JSON.stringify(event), Math.floor(Date.now() / 1000)];
  const mac = createHmac('sha256', 'lp_whk_known').update(`msg_1.${sent}.${body}`).digest('base64');
  const headers = {
    'webhook-id': 'msg_1', 'webhook-timestamp': String(sent), 'webhook-signature': `v1,${mac}` };
  const told = await client().webhooks.unwrap(headers, body, 'lp_whk_known');
  assert.equal(told.decision, undefined);
  assert.equal(told.rejection.requestId, rejected.id);

  let gone = true;
  const lp = client({}, (_path, answer) => {
    if (gone) throw new LetsPingError('gone', { code: 'unreachable' });
    return answer;
  });
  const act = () => lp.webhooks.unwrap(headers, body, 'lp_whk_known');
  await assert.rejects(act, { code: 'unreachable' });
  gone = false;
  assert.equal((await act()).rejection.requestId, rejected.id);
  await assert.rejects(act, { code: 'repeated' });
});

test('a log that shows another past is refused, also after a restart', async () => {
  const lp = (pins) => client({ pins });
  const first = await decided();
  await lp(new DirectoryPins(directory)).wait(first.id, first);
  const second = await decided();
  await lp(new DirectoryPins(directory)).wait(second.id, second);
  // An older checkpoint of the same log is a beginning of what was seen.
  await lp(new DirectoryPins(directory)).wait(first.id, first);

  const { origin } = house.environment;
  for (const size of [1, 2, 1000]) {
    const pins = new MemoryPins();
    pins.write(origin, { size, root: new Uint8Array(32) });
    const act = lp(pins).wait(first.id, first);
    await assert.rejects(act, size < 1000 ? { code: 'log_forked' } : Error);
  }
  const [kept] = readdirSync(directory);
  for (const text of ['', '{}', '{"origin":"o","size":1,"root":"00"}']) {
    writeFileSync(join(directory, kept), text);
    const act = lp(new DirectoryPins(directory)).wait(first.id, first);
    await assert.rejects(act, { code: 'pin_unreadable' });
  }
});
