// That this browser locks itself when its person goes away, and opens with their passkey.

import { useQuery } from "@tanstack/react-query";
import { loadPasskeys } from "../../api/passkeys";
import { useApi, useKeys } from "../../context";

const choicesMinutes = [1, 5, 15];
const usualMinutes = 5;

export function LockCard() {
  const api = useApi();
  const { keyring, setLock } = useKeys();
  const list = useQuery({ queryKey: ["passkeys"], queryFn: () => loadPasskeys(api) });
  const { lock } = keyring;
  const opens = list.data?.passkeys.some(({ purpose }) => purpose === "login") ?? false;
  return (
    <section className="card" aria-label="Lock">
      <h2>Lock</h2>
      <p className="muted">
        A locked browser is signed out and shows nothing; your passkey opens it again with one
        touch. For a phone, and for a machine that others come by.
      </p>
      {!opens && !lock && (
        <p>Add a passkey that signs in first, under Passkeys: it is what opens the lock.</p>
      )}
      {(opens || lock) && (
        <label className="switch plain">
          <input
            type="checkbox"
            checked={lock !== undefined}
            onChange={({ target }) =>
              void setLock(target.checked ? { minutes: usualMinutes, locked: false } : undefined)
            }
          />
          <span>Lock this browser when nobody uses it</span>
        </label>
      )}
      {lock && (
        <label className="field lock-after">
          <span>After</span>
          <select
            className="select"
            value={lock.minutes}
            onChange={({ target }) => void setLock({ ...lock, minutes: Number(target.value) })}
          >
            {choicesMinutes.map((minutes) => (
              <option key={minutes} value={minutes}>
                {minutes === 1 ? "one minute" : `${minutes} minutes`}
              </option>
            ))}
          </select>
        </label>
      )}
    </section>
  );
}
