// What every view needs: the API, this browser's keys, and the state of the connection.

import { type QueryClient, useQueryClient } from "@tanstack/react-query";
import { createContext, type ReactNode, useContext, useEffect, useMemo, useState } from "react";
import { Api } from "./api/client";
import { type Changes, type Connection, watchLive } from "./api/live";
import type { Bytes } from "./crypto/bytes";
import { type ContentKey, importContentKey } from "./crypto/content_key";
import type { DeviceKey } from "./crypto/device_key";
import {
  type Keyring,
  type KeyringStore,
  type Lock,
  type Pin,
  withContentKey,
} from "./crypto/keyring";
import { generateWrapKey, type WrapKey } from "./crypto/wrap";

export interface Keys {
  keyring: Keyring;
  saveDevice(key: DeviceKey): Promise<void>;
  addContent(key: ContentKey): Promise<void>;
  // From its bytes, which are overwritten; with a copy that this browser can hand on.
  takeContent(raw: Bytes, added: string): Promise<ContentKey>;
  // The key for which other devices wrap content keys; made when it is first asked for.
  wrapKey(): Promise<WrapKey>;
  addCompared(device: string, wrapSpki: string): Promise<void>;
  setLock(lock: Lock | undefined): Promise<void>;
  refresh(): Promise<void>; // what another tab has changed
  removeContent(kid: string): Promise<void>;
  addPins(pins: Record<string, Pin>): Promise<void>;
}

const api = new Api();
const ApiContext = createContext<Api>(api);
const KeysContext = createContext<Keys | undefined>(undefined);

export const useApi = () => useContext(ApiContext);

export function useKeys(): Keys {
  const keys = useContext(KeysContext);
  if (!keys) throw new Error("outside of KeysProvider");
  return keys;
}

export function KeysProvider(props: {
  store: KeyringStore;
  initial: Keyring;
  api?: Api;
  children: ReactNode;
}) {
  const { store, initial } = props;
  const [keyring, setKeyring] = useState(initial);
  const keys = useMemo<Keys>(() => {
    // Reads before it writes: another tab may have added a key meanwhile.
    const change = async (edit: (now: Keyring) => Promise<void>) => {
      await edit(await store.load());
      setKeyring(await store.load());
    };
    // Another tab must not make a second one: what was wrapped for the first would be lost.
    const wrapKey = async (): Promise<WrapKey> =>
      await navigator.locks.request("lp-wrap-key", async () => {
        const known = (await store.load()).wrap;
        if (known) return known;
        const made = await generateWrapKey();
        await change(() => store.saveWrap(made));
        return made;
      });
    const addContent = (key: ContentKey) =>
      change(async (now) => {
        await store.saveContent(withContentKey(now.content, key));
        await store.saveRemoved(now.removed.filter((kid) => kid !== key.kid));
      });
    return {
      keyring,
      wrapKey,
      takeContent: async (raw, added) => {
        const key = await importContentKey(raw, added, await wrapKey());
        await addContent(key);
        return key;
      },
      addCompared: (device, spki) =>
        change((now) => store.saveCompared({ ...now.compared, [device]: spki })),
      setLock: (lock) => change(() => store.saveLock(lock)),
      refresh: () => change(async () => {}),
      saveDevice: (key) => change(() => store.saveDevice(key)),
      addContent,
      removeContent: (kid) =>
        change(async (now) => {
          await store.saveRemoved([...now.removed.filter((other) => other !== kid), kid]);
          await store.saveContent(now.content.filter((key) => key.kid !== kid));
        }),
      addPins: (pins) => change((now) => store.savePins({ ...now.pins, ...pins })),
    };
  }, [keyring, store]);
  return (
    <ApiContext.Provider value={props.api ?? api}>
      <KeysContext.Provider value={keys}>{props.children}</KeysContext.Provider>
    </ApiContext.Provider>
  );
}

// Whether the server answers, for whoever is about to ask it for something.
export const ConnectionContext = createContext<Connection>({ state: "connecting" });
export function useAnswering(): boolean {
  const { state } = useContext(ConnectionContext);
  return state !== "reconnecting" && state !== "offline";
}

// The lists and the counts in the session hold something of every request.
function readAgain(client: QueryClient, changes: Changes): void {
  const lists = ["session", "requests", "proposals"];
  void client.invalidateQueries({
    predicate: ({ queryKey: [kind, id] }) =>
      changes === "everything" || lists.includes(kind as string) || changes.has(id as string),
  });
}

// Refreshes what is on screen whenever the server says that something has changed.
export function useConnection(): Connection {
  const client = useQueryClient();
  const server = useApi();
  const [connection, setConnection] = useState<Connection>({ state: "connecting" });
  useEffect(() => {
    // A session that ended may have made room for another, opened by the device key meanwhile.
    const goOnIfSignedIn = async () => {
      await client.invalidateQueries({ queryKey: ["session"] });
      if (client.getQueryData(["session"])) live.signedIn();
    };
    const live = watchLive(server, {
      changed: (changes) => readAgain(client, changes),
      connection: (next) => {
        setConnection(next);
        if (next.state === "signed_out") void goOnIfSignedIn();
      },
    });
    return () => live.stop();
  }, [server, client]);
  return connection;
}
