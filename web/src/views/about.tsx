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
      <section className="card appearance">
        <h2>Appearance</h2>
        <ThemeButton />
        <ShortcutSwitch on={shortcuts} />
      </section>
    </main>
  );
}
