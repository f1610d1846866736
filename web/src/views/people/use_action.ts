// One change at a time, with the key of this browser; everything on screen is read anew after it.

import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { type Api, ApiError } from "../../api/client";
import { useApi, useKeys } from "../../context";
import type { DeviceKey } from "../../crypto/device_key";
import { RosterProblem } from "../../crypto/roster_chain";

export interface Action {
  able: boolean;
  problem: string | undefined;
  run(change: (api: Api, key: DeviceKey) => Promise<void>): Promise<void>;
}

export function useAction(): Action {
  const api = useApi();
  const client = useQueryClient();
  const { device } = useKeys().keyring;
  const [state, setState] = useState<"idle" | "working" | { problem: string }>("idle");
  return {
    able: device !== undefined && state !== "working",
    problem: typeof state === "object" ? state.problem : undefined,
    run: async (change) => {
      if (!device) return;
      setState("working");
      try {
        await change(api, device);
        setState("idle");
      } catch (thrown) {
        if (!(thrown instanceof ApiError || thrown instanceof RosterProblem)) throw thrown;
        setState({ problem: thrown.message });
      }
      await client.invalidateQueries();
    },
  };
}
