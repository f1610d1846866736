// Hosts examples/serverless on a port, as a platform would, until it is killed. Pays into a file.

import { appendFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { DirectoryLedger } from '@letsping-open/sdk/ledger';
import { refunds } from './build/refunds.js';

const [directory, port] = process.argv.slice(2);
let handle;
const server = createServer(async (request, response) => {
  const pieces = [];
  for await (const piece of request) pieces.push(piece);
  const reply = await handle(new Request(`http://${request.headers.host}${request.url}`, {
    method: request.method, headers: request.headers, body: Buffer.concat(pieces) }));
  response.writeHead(reply.status).end(await reply.text());
});
server.listen(Number(port), '127.0.0.1', () => {
  const self = `http://127.0.0.1:${server.address().port}`;
  handle = refunds({
    ledger: new DirectoryLedger(`${directory}/used`),
    pay: async (refund, key) => {
      appendFileSync(`${directory}/paid.jsonl`, `${JSON.stringify({ ...refund, key })}\n`);
    },
    self,
    secret: process.env.LETSPING_WEBHOOK_SECRET,
  });
  process.stdout.write(`${self}\n`);
});
