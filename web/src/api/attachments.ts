// The bytes of a file beside a request: fetched piece by piece, opened with this browser's own key
// for the place that this browser has checked, and compared with what the payload says of it.

import {
  type AttachmentKey,
  type AttachmentPlace,
  type ListedAttachment,
  openAttachment,
} from "../crypto/attachment";
import type { Api } from "./client";
import type { Detail } from "./types";

// Throws AttachmentFault where it is not the file that is listed, ApiError where it is not served.
export function fetchAttachment(
  api: Api,
  detail: Detail,
  listed: ListedAttachment,
  origin: string,
  key: AttachmentKey | undefined,
  signal: AbortSignal,
): Promise<Blob> {
  const { service, action, client_nonce = "" } = detail;
  const place: AttachmentPlace = { origin, client_nonce, service, action };
  const path = `/api/review/requests/${detail.id}/attachments/${listed.id}`;
  return openAttachment((index) => api.bytes(`${path}/${index}`, signal), listed, key, place);
}
