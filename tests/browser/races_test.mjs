import assert from "node:assert/strict";
import { longTest, setUp } from "./harness.mjs";

longTest(
  "two at once, a hundred times: one decision each, and the other is told whose",
  15,
  async (t) => {
    const { server, person, page, agent } = await setUp(t);
    const other = await person.context.newPage();
    for (let round = 0; round < 100; round += 1) {
      const { id } = await agent.ask("race", "go", `{"n":${round}}`);
      // Both have the request before either decides, and neither hears of the other in between.
      const decisions = [];
      for (const one of [page, other]) {
        await one.goto(`${server.origin}/requests/${id}`);
        await one.bringToFront();
        await one.locator(".decision-bar .reject:enabled").waitFor();
        await one.getByRole("button", { name: "Reject" }).click();
        await one.getByRole("button", { name: "Send rejection" }).waitFor();
      }
      for (const one of [page, other]) {
        const answered = one.waitForResponse((answer) => answer.url().endsWith(`${id}/decision`));
        decisions.push(
          Promise.race([
            answered.then((answer) => answer.status()),
            one
              .getByText("Decided elsewhere while you were reading")
              .waitFor()
              .then(() => "told"),
          ]),
        );
      }
      const press = (one) =>
        one
          .getByRole("button", { name: "Send rejection" })
          .click({ timeout: 5_000 })
          .catch(() => {});
      await Promise.all([press(page), press(other)]);
      const outcomes = (await Promise.all(decisions)).map(String).sort();
      assert.ok(["200,409", "200,told"].includes(outcomes.join()), `${round}: ${outcomes}`);
      for (const one of [page, other])
        await one.getByRole("heading", { name: "Rejected" }).waitFor();
    }
    person.behaved(/status of 409/);
  },
);
