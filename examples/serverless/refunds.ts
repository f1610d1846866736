// A serverless function that refunds once a person has approved: nothing waits in between. It asks
// and returns; the server's webhook starts it again with the decision.
//
//   POST /refunds {order, amount_cents}   → 202 {request, url}
//   POST /decided                         ← the webhook: `callback_url` of the ask
//
// It needs LETSPING_BASE_URL, _API_KEY, _ENCRYPTION_KEY and a secret of its webhook. `ledger` and
// `pay` are yours: a table with a unique column, a payment provider with idempotency keys.

import { type Ledger, LetsPing, LetsPingError, SignatureError } from "@letsping-open/sdk";

interface Refund {
  order: string;
  amount_cents: number;
}
interface Parts {
  ledger: Ledger;
  pay(refund: Refund, idempotencyKey: string): Promise<void>;
  self: string; // where this function is reached
  secret: string;
}

export function refunds({ ledger, pay, self, secret }: Parts) {
  const lp = new LetsPing({ requireEncryption: true });

  async function ask(request: Request): Promise<Response> {
    const { order, amount_cents } = (await request.json()) as Refund;
    if (typeof order !== "string" || !Number.isSafeInteger(amount_cents)) {
      return Response.json({ error: "order and amount_cents are needed" }, { status: 400 });
    }
    const pending = await lp.defer({
      service: "refunds",
      action: "refund",
      payload: { order, amount_cents },
      callbackUrl: `${self}/decided`,
      runId: `refund-${order}`, // the same order asked twice is one request
    });
    return Response.json({ request: pending.id, url: pending.url }, { status: 202 });
  }

  async function decided(request: Request): Promise<Response> {
    const body = new Uint8Array(await request.arrayBuffer());
    const event = await lp.webhooks.unwrap(request.headers, body, secret);
    // A rejection needs nothing. A delivery that comes again finds the approval used.
    if (event.decision && (await ledger.use(event.requestId))) {
      await pay(event.decision.approved as unknown as Refund, event.requestId);
    }
    return Response.json({});
  }

  return async (request: Request): Promise<Response> => {
    try {
      const { pathname } = new URL(request.url);
      if (request.method === "POST" && pathname === "/refunds") return await ask(request);
      if (request.method === "POST" && pathname === "/decided") return await decided(request);
      return Response.json({ error: "not found" }, { status: 404 });
    } catch (error) {
      // Nothing was paid. The server sends a webhook again that was not answered with 2xx.
      const code = error instanceof LetsPingError ? error.code : "error";
      const status = error instanceof SignatureError ? 401 : 503;
      return Response.json({ error: code }, { status });
    }
  };
}
