import { useQuery } from "@tanstack/react-query";
import { Fragment } from "react";
import type { Session } from "../api/types";
import { CopyButton } from "../ui/copy";
import { ShortcutSwitch } from "../ui/shortcut_sheet";
import { useShortcutsOn } from "../ui/shortcuts";
import { ThemeButton } from "../ui/theme_button";

export function AboutView({ session }: { session: Session }) {
  const shortcuts = useShortcutsOn();
  return (
    <main className="page">
      <h1>About</h1>
      <section className="card">
        <dl className="pairs">
          <dt>LetsPing</dt>
          <dd>{session.version}</dd>
          <dt>Log name</dt>
          <dd className="mono">{session.log_name}</dd>
          <dt>Page hash</dt>
          <dd className="mono breakable">
            {session.assets_sha256} <CopyButton text={session.assets_sha256} what="page hash" />
          </dd>
        </dl>
        <p className="muted">
          The page hash covers every file of this dashboard. Compare it with{" "}
          <code>letsping version --json</code> on the server and with the release notes. Each
          decision that you sign names it.
        </p>
        <p className="muted">
          This page talks to no other server, and sends no usage data.{" "}
          <a href="/licenses.txt">Licences of the parts it is made of</a>
        </p>
      </section>
      <HeadersCard />
      <section className="card appearance">
        <h2>Appearance</h2>
        <ThemeButton />
        <ShortcutSwitch on={shortcuts} />
      </section>
    </main>
  );
}

const shown = [
  "Content-Security-Policy",
  "Cross-Origin-Opener-Policy",
  "Cross-Origin-Embedder-Policy",
  "Cross-Origin-Resource-Policy",
  "Permissions-Policy",
  "Referrer-Policy",
  "Strict-Transport-Security",
  "X-Content-Type-Options",
  "X-Frame-Options",
];

// As this browser has got them with this page just now.
function HeadersCard() {
  const headers = useQuery({
    queryKey: ["headers"],
    queryFn: async () => (await fetch(location.href, { method: "HEAD" })).headers,
  });
  if (!headers.data) return null;
  const got = shown.flatMap((name) => {
    const value = headers.data.get(name);
    return value === null ? [] : [[name, value] as const];
  });
  return (
    <section className="card" aria-label="Security headers">
      <h2>Security headers</h2>
      <p className="muted">
        As this page came with them just now; a proxy in between may have changed them.
      </p>
      <dl className="pairs stacked">
        {got.map(([name, value]) => (
          <Fragment key={name}>
            <dt>{name}</dt>
            <dd className="mono breakable">{value}</dd>
          </Fragment>
        ))}
      </dl>
    </section>
  );
}
