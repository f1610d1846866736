import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { createCipheriv, createHash, hkdfSync, randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import { promisify } from "node:util";
import { deflateSync } from "node:zlib";
import { assertAccessible } from "./access.mjs";
import {
  approve,
  binary,
  decisionPanel,
  filesWith,
  letGo,
  openRequest,
  photograph,
  setUp,
  test,
} from "./harness.mjs";

const nonce = "bm9uY2U=";
const sha256 = (bytes) => createHash("sha256").update(bytes).digest("hex");

// A file of one piece, as a program seals it that knows spec/encryption.md and nothing of the page.
function sealed(contentKey, origin, id, name, type, data, salt = randomBytes(32)) {
  const place = { action: "refund", attachment: id, client_nonce: nonce, origin };
  const aad = Buffer.from(JSON.stringify({ ...place, service: "stripe" }));
  const info = Buffer.concat([Buffer.from("lp-attachment/1\0"), aad]);
  const key = Buffer.from(hkdfSync("sha256", contentKey, salt, info, 32));
  const cipher = createCipheriv("aes-256-gcm", key, Buffer.from([...Array(11).fill(0), 1]));
  cipher.setAAD(aad);
  const piece = Buffer.concat([cipher.update(data), cipher.final(), cipher.getAuthTag()]);
  return {
    listed: {
      id,
      name,
      type,
      size: data.length,
      sha256: sha256(data),
      salt: salt.toString("base64"),
    },
    declared: { id, size: piece.length, pieces: [sha256(piece)] },
    piece,
  };
}

// A picture of two colours.
function png(width, height) {
  const crcTable = Array.from({ length: 256 }, (_, n) => {
    let c = n;
    for (let k = 0; k < 8; k += 1) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1;
    return c >>> 0;
  });
  const crc = (bytes) => {
    let c = 0xffffffff;
    for (const byte of bytes) c = crcTable[(c ^ byte) & 255] ^ (c >>> 8);
    return (c ^ 0xffffffff) >>> 0;
  };
  const chunk = (type, data) => {
    const body = Buffer.concat([Buffer.from(type), data]);
    const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
    length.writeUInt32BE(data.length);
    sum.writeUInt32BE(crc(body));
    return Buffer.concat([length, body, sum]);
  };
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  head.set([8, 2, 0, 0, 0], 8);
  const row = (y) =>
    [0, ...Array(width).fill(y < height / 2 ? [200, 30, 30] : [30, 30, 200])].flat();
  const rows = Buffer.from(Array.from({ length: height }, (_, y) => row(y)).flat());
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  const end = chunk("IEND", Buffer.alloc(0));
  return Buffer.concat([signature, chunk("IHDR", head), chunk("IDAT", deflateSync(rows)), end]);
}

async function put({ attachments }, id, piece) {
  const { uploadUrl } = attachments.find((one) => one.id === id);
  const headers = { "Content-Type": "application/octet-stream" };
  const answer = await fetch(uploadUrl, { method: "PUT", headers, body: piece });
  if (!answer.ok) throw new Error(`${answer.status} ${await answer.text()}`);
}

test("attachments are fetched, compared and shown, and a wrong one disarms approve", async (t) => {
  const { server, person, page, agent, contentKey } = await setUp(t);
  const { origin } = await server.command("project", "list");
  const secret = "plum-marker-9921";
  const file = (...words) => sealed(contentKey, origin, ...words);
  const text = file("a1", "plan\u202Etxt.pdf", "text/plain", Buffer.from(`drop it ${secret}\n`));
  const picture = file("a2", "chart.png", "image/png", png(64, 32));
  const other = file("a3", "contract.pdf", "application/pdf", Buffer.from(`%PDF ${secret}`));
  const files = [text, picture, other];
  const ask = (list) =>
    agent.post(
      "/api/ingest",
      JSON.stringify({
        service: "stripe",
        action: "refund",
        payload: agent.seal(
          JSON.stringify({ amount: 1, _lp_attachments: list.map(({ listed }) => listed) }),
        ),
        client_nonce: nonce,
        attachments: list.map(({ declared }) => declared),
      }),
    );

  const asked = await ask(files);
  await openRequest(page, asked.id);
  const enabled = page.locator(".decision-bar .approve:enabled");
  await page.getByText("It waits for 3 of 3 attachments.").waitFor();
  assert.equal(await enabled.count(), 0);
  await put(asked, "a1", text.piece);
  await put(asked, "a2", picture.piece);
  await page.getByText("It waits for 1 of 3 attachments.").waitFor();
  await photograph(page, "attachments-waiting");
  await put(asked, "a3", other.piece);
  const item = (id) => page.locator(`[data-attachment="${id}"]`);
  for (const id of ["a1", "a2", "a3"]) {
    await item(id).getByText("checked on this device").waitFor();
  }
  await item("a1").getByText("reorders text").waitFor();
  await item("a3").getByText("not inspectable here").waitFor();
  assert.equal(await item("a3").getByRole("button", { name: "Show" }).count(), 0);
  await item("a1").getByRole("button", { name: "Show" }).click();
  await item("a1").getByText(`drop it ${secret}`).waitFor();
  await item("a2").getByRole("button", { name: "Show" }).click();
  await page.waitForFunction(() => document.querySelector("canvas")?.width === 64);
  const pixel = await page.evaluate(() => [
    ...document.querySelector("canvas").getContext("2d").getImageData(1, 1, 1, 1).data,
  ]);
  assert.deepEqual(pixel, [200, 30, 30, 255]);
  const saving = page.waitForEvent("download");
  await item("a1").getByRole("button", { name: "Save" }).click();
  const saved = await saving;
  assert.equal(saved.suggestedFilename(), "plan_txt.pdf");
  assert.equal(await readFile(await saved.path(), "utf8"), `drop it ${secret}\n`);
  // The program at the terminal opens the same.
  const words = ["review", "attachment", asked.id, "a3", "--out", "-", "--data", server.data];
  const env = { ...process.env, LETSPING_ENCRYPTION_KEY: contentKey.toString("base64") };
  const { stdout } = await promisify(execFile)(binary, words, { env });
  assert.equal(stdout, `%PDF ${secret}`);
  await assertAccessible(page, "attachments");
  await photograph(page, "attachments");
  // What must be seen is: the name that reorders, above and here, and each file.
  for (const id of ["a1", "a2", "a3"]) {
    await item(id).locator(".attachment-name").scrollIntoViewIfNeeded();
    await item(id).locator(".attachment-actions").scrollIntoViewIfNeeded();
  }
  const next = page.getByRole("button", { name: "Show the next" });
  for (let round = 0; round < 20; round += 1) {
    await enabled.or(next).first().waitFor();
    if ((await enabled.count()) > 0) break;
    await next.evaluateAll((buttons) => buttons[0]?.click());
  }
  await approve(page);
  await page.getByRole("region", { name: "Outcome" }).waitFor();
  assert.equal((await agent.status(asked.id)).status, "APPROVED");
  assert.deepEqual(await filesWith(server, secret), [], "the server keeps no word of them");
  assert.deepEqual(await filesWith(server, "contract.pdf"), [], "nor what they are called");

  // Bytes that the agent has announced, and the payload does not name.
  const lie = sealed(contentKey, origin, "a1", "plan.txt", "text/plain", Buffer.from("harmless"));
  const truth = sealed(
    contentKey,
    origin,
    "a1",
    "plan.txt",
    "text/plain",
    Buffer.from("terrible"),
  );
  lie.listed.salt = truth.listed.salt;
  const swapped = await ask([{ listed: lie.listed, declared: truth.declared }]);
  await put(swapped, "a1", truth.piece);
  await page.keyboard.press("Escape");
  await letGo(page);
  await openRequest(page, swapped.id);
  await item("a1").getByText("It is not the file that the payload names.").waitFor();
  await page
    .getByText("Approving is off: an attachment is not what the payload names.")
    .waitFor();
  assert.equal(await enabled.count(), 0);
  assert.equal(await decisionPanel(page).count(), 0);
  await photograph(page, "attachments-wrong");
  person.behaved();
});
