// A few requests as agents really send them, for looking at the dashboard.

import { randomBytes } from "node:crypto";
import { sealV1 } from "./vectors.mjs";

export function demoRequests(review, key) {
  const ask = (service, action, text, extra = {}) => {
    const payload = sealV1(key, randomBytes(12), text);
    return review.ingest(JSON.stringify(payload), { service, action, payload, ...extra });
  };
  ask("crm", "update_contact", '{"id":"c_881","phone":"+49 30 1234567"}', { priority: "low" });
  ask(
    "db",
    "sql",
    JSON.stringify({ query: "DELETE FROM sessions\nWHERE seen < now() - '90d'" }),
    {
      priority: "high",
      metadata: { environment: "prod", trace_id: "4bf92f3577b34da6a3ce929d0e0e4736" },
    },
  );
  ask("iam", "grant_role", '{"user":"p\u0430ula@example.com","role":"admin","days":1e1}', {
    priority: "critical",
    metadata: { environment: "prod", decide_in_ms: 600_000 },
  });
  ask(
    "mail",
    "send",
    JSON.stringify({ to: "team@example.com", subject: "Invoice \u202efdp.exe" }),
  );
  ask("ledger", "transfer", '{"amount":12345678901234567890,"currency":"EUR","memo":null}');
  ask("billing", "charge", '{"amount":10,"amount":9000}');
  ask(
    "stripe",
    "refund",
    '{"amount":5000.00,"currency":"USD","to":"acct_99","lines":[{"sku":"A-1","qty":2},' +
      '{"sku":"B-7","qty":1}],"metadata":{},"notify":true,"reason":"Customer says the parcel' +
      ' never arrived; the carrier confirms the loss.","_lp_meta":{"environment":"prod"}}',
    {
      metadata: {
        environment: "prod",
        role: "finance",
        trace_id: "9b1c",
        parent_request_id: "req_0",
      },
    },
  );
  const plain = { to: "+15550100", text: "Your parcel is on its way" };
  review.ingest(JSON.stringify(plain), { service: "sms", action: "send", payload: plain });
}
