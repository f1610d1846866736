// Times are printed, not judged: whether a machine is fast enough is for who reads them.

import { approve, longTest, openRequest, setUp } from "./harness.mjs";

const say = (what, ms) => console.log(`    ${what}: ${ms.toFixed(0)} ms`);

longTest("how fast the first page is there, at once and on a slow phone", 4, async (t) => {
  const { server, person, page, agent } = await setUp(t);
  for (let n = 0; n < 10; n += 1) await agent.ask("stripe", "refund", `{"n":${n}}`);
  await page.addInitScript(() => {
    new PerformanceObserver((list) => {
      window.lpPainted = list.getEntries().at(-1).startTime;
    }).observe({ type: "largest-contentful-paint", buffered: true });
  });
  const load = async (what) => {
    await page.goto(server.origin);
    await page.locator("[data-request]").nth(9).waitFor();
    await page.waitForFunction(() => window.lpPainted !== undefined);
    say(`largest paint, ${what}`, await page.evaluate(() => window.lpPainted));
  };
  const devtools = await person.context.newCDPSession(page);
  await devtools.send("Network.clearBrowserCache");
  await load("nothing cached");
  await load("cached");
  await devtools.send("Network.enable");
  await devtools.send("Network.clearBrowserCache");
  await devtools.send("Network.emulateNetworkConditions", {
    offline: false,
    latency: 150,
    downloadThroughput: (1.6 * 1024 * 1024) / 8,
    uploadThroughput: (750 * 1024) / 8,
  });
  await devtools.send("Emulation.setCPUThrottlingRate", { rate: 4 });
  await load("slow 4G and a quarter of the processor, nothing cached");
  await openRequest(
    page,
    await page.locator("[data-request]").first().getAttribute("data-request"),
  );
  await devtools.send("Emulation.setCPUThrottlingRate", { rate: 1 });
  await approve(page);
  await page.getByRole("heading", { name: "Approved" }).waitFor();
  person.behaved();
});
