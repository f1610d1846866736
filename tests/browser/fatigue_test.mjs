import assert from "node:assert/strict";
import { openBrowser, setUp, test } from "./harness.mjs";

test("who fetches links, or opens a page and waits, decides nothing", async (t) => {
  const { server, person, page, agent } = await setUp(t);
  const { id } = await agent.ask("stripe", "refund", '{"amount":1}', { priority: "low" });
  const paths = [
    `/requests/${id}`,
    `/requests/${id}?act=reject`,
    `/requests/${id}?act=approve`,
    `/api/review/requests/${id}`,
    `/api/review/requests/${id}/decision`,
  ];
  const cookies = await person.context.cookies();
  const cookie = cookies.map(({ name, value }) => `${name}=${value}`).join("; ");
  // Twenty times each way, as a stranger and with the cookie of somebody who may decide.
  for (let round = 0; round < 10; round += 1) {
    for (const method of ["GET", "HEAD"]) {
      for (const headers of [{}, { cookie }]) {
        await Promise.all(
          paths.map((path) =>
            fetch(server.origin + path, { method, headers, redirect: "manual" }),
          ),
        );
      }
    }
  }
  // As the scanner of a mail server renders it, and as somebody's own browser does.
  const scanner = await openBrowser(t, server);
  for (const one of [scanner.page, page]) {
    await one.goto(`${server.origin}/requests/${id}?act=approve`);
    await one.getByRole("heading").first().waitFor();
    await one.clock.install();
    await one.clock.runFor(10_000);
  }
  assert.equal((await agent.status(id)).status, "PENDING");
  scanner.behaved(/status of 401/);
  person.behaved();
});
