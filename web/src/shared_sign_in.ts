// One sign-in serves all tabs of a browser. While signed out a tab has no event stream that could
// tell it so.

import { useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { signedInChannel } from "./api/opening";

// `signedIn` is unknown until the server has said so.
export function useSharedSignIn(signedIn: boolean | undefined): void {
  const client = useQueryClient();
  useEffect(() => {
    if (signedIn === undefined) return;
    const channel = new BroadcastChannel(signedInChannel);
    if (signedIn) channel.postMessage(true);
    else channel.onmessage = () => void client.invalidateQueries({ queryKey: ["session"] });
    return () => channel.close();
  }, [signedIn, client]);
}
