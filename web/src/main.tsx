import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { createRoot } from "react-dom/client";
import { ApiError } from "./api/client";
import { takeReturned } from "./api/sign_on";
import { App } from "./app";
import { KeysProvider } from "./context";
import { browserKeyring } from "./crypto/keyring";
import { takeOneTimeLink } from "./setup_link";
import { Broken } from "./ui/broken";
import { Notice } from "./ui/notice";
import "./ui/style.css";
import { applyTheme } from "./ui/theme";

// First of all, and before anything waits: the fragment holds a key.
const link = takeOneTimeLink(location, history);
const returned = takeReturned(location, history);
applyTheme();

const client = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 5_000,
      gcTime: 60_000,
      retry: (count, error) =>
        count < 2 && error instanceof ApiError && (error.status === 0 || error.status >= 500),
    },
  },
});
const root = createRoot(document.getElementById("root") as HTMLElement);

async function start(): Promise<void> {
  if (!globalThis.isSecureContext || !globalThis.crypto?.subtle) return explainInsecure();
  try {
    const store = browserKeyring();
    const initial = await store.load();
    root.render(
      <QueryClientProvider client={client}>
        <KeysProvider store={store} initial={initial}>
          <Broken>
            <App link={link} returned={returned} />
          </Broken>
        </KeysProvider>
      </QueryClientProvider>,
    );
  } catch {
    root.render(
      <main className="page narrow">
        <Notice kind="problem" title="This browser keeps no keys">
          LetsPing stores your keys in this browser (IndexedDB), and it refuses. Private windows
          and blocked site data do that. Open this address in an ordinary window.
        </Notice>
      </main>,
    );
  }
}

function explainInsecure(): void {
  root.render(
    <main className="page narrow">
      <Notice kind="problem" title="This address is not secure enough to sign with">
        Browsers give keys only to https addresses and to localhost. Open the server by its https
        name, or, on the same machine, as http://localhost and the port.
      </Notice>
    </main>,
  );
}

void start();
