// What every view needs: the API, this browser's keys, and the state of the connection.

import { type QueryClient, useQueryClient } from "@tanstack/react-query";
import { createContext, type ReactNode, useContext, useEffect, useMemo, useState } from "react";
import { Api } from "./api/client";
import { type Changes, type Connection, watchLive } from "./api/live";
import type { ContentKey } from "./crypto/content_key";
import type { DeviceKey } from "./crypto/device_key";
import { type Keyring, type KeyringStore, type Pin, withContentKey } from "./crypto/keyring";

export interface Keys {
  keyring: Keyring;
  saveDevice(key: DeviceKey): Promise<void>;
  addContent(key: ContentKey): Promise<void>;
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
    return {
      keyring,
      saveDevice: (key) => change(() => store.saveDevice(key)),
      addContent: (key) => change((now) => store.saveContent(withContentKey(now.content, key))),
      removeContent: (kid) =>
        change((now) => store.saveContent(now.content.filter((key) => key.kid !== kid))),
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
    let stop = () => {};
    let left = false;
    // A session that ended may have made room for another, opened by the device key meanwhile.
    const goOnIfSignedIn = async () => {
      await client.invalidateQueries({ queryKey: ["session"] });
      stop();
      if (!left && client.getQueryData(["session"])) watch();
    };
    const watch = () => {
      stop = watchLive(server, {
        changed: (changes) => readAgain(client, changes),
        connection: (next) => {
          setConnection(next);
          if (next.state === "signed_out") void goOnIfSignedIn();
        },
      });
    };
    watch();
    return () => {
      left = true;
      stop();
    };
  }, [server, client]);
  return connection;
}
