import { useEffect, useState } from "react";

export type Persistence = "kept" | "best_effort" | "asking";

// Asks the browser not to clear this site's keys when it is short of space. Some browsers decide by
// themselves, some ask the person, some say no.
export function usePersistence(): Persistence {
  const [state, setState] = useState<Persistence>("asking");
  useEffect(() => {
    let current = true;
    const asked = navigator.storage?.persist?.() ?? Promise.resolve(false);
    asked
      .catch(() => false)
      .then((kept) => {
        if (current) setState(kept ? "kept" : "best_effort");
      });
    return () => {
      current = false;
    };
  }, []);
  return state;
}
