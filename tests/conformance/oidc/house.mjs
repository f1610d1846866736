// A server that signs people in with a provider, and what people do there.

import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Server } from "../node/harness.mjs";
import { CLIENT, SECRET } from "./hostile.mjs";
import { Page } from "./page.mjs";

export class House {
  static async start(issuer, settings = {}) {
    const house = new House();
    house.home = mkdtempSync(join(tmpdir(), "letsping-oidc-"));
    const file = join(house.home, "client-secret");
    writeFileSync(file, `${SECRET}\n`);
    chmodSync(file, 0o600);
    house.server = await Server.start({
      "auth.oidc.issuer": issuer,
      "auth.oidc.client_id": CLIENT,
      "auth.oidc.client_secret_file": file,
      "auth.oidc.groups_claim": "groups",
      "auth.oidc.name": "Example Login",
      ...settings,
    });
    [house.member] = house.server.rows("member", "list").map(({ id }) => id);
    return house;
  }

  async stop() {
    await this.server.stop();
    rmSync(this.home, { recursive: true });
  }

  page() {
    return new Page(this.server);
  }

  // The token of a link with which the member brings an account.
  link(member = this.member) {
    const words = ["sso", "link", "--member", member, "--json"];
    return JSON.parse(this.server.run(...words)).url.split("#a=")[1];
  }
}
