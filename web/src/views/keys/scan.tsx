// Reads a pairing code with the camera: by the browser's own detector where it has one, else here.
// No picture leaves this page.

import jsQR from "jsqr";
import { useEffect, useRef, useState } from "react";
import { codeIn } from "../../crypto/pairing_code";
import { Notice } from "../../ui/notice";

const lookMs = 250;

interface Detector {
  detect(source: HTMLVideoElement): Promise<{ rawValue: string }[]>;
}
declare const BarcodeDetector: { new (options: { formats: string[] }): Detector } | undefined;

export function Scan(props: { found(code: string): void; close(): void }) {
  const video = useRef<HTMLVideoElement>(null);
  const found = useRef(props.found);
  found.current = props.found;
  const [refused, setRefused] = useState(false);
  useEffect(() => {
    let current = true;
    let stream: MediaStream | undefined;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const look = async () => {
      const code = video.current ? codeIn(await readQr(video.current).catch(() => "")) : "";
      if (!current) return;
      if (code !== "") found.current(code);
      else timer = setTimeout(() => void look(), lookMs);
    };
    const start = async () => {
      stream = await navigator.mediaDevices.getUserMedia({
        video: { facingMode: "environment" },
      });
      if (!current || !video.current) return stop();
      video.current.srcObject = stream;
      await video.current.play();
      await look();
    };
    const stop = () => {
      for (const track of stream?.getTracks() ?? []) track.stop();
    };
    start().catch(() => {
      if (current) setRefused(true);
    });
    return () => {
      current = false;
      clearTimeout(timer);
      stop();
    };
  }, []);
  if (refused) {
    return (
      <Notice kind="warning" title="The camera is not to be had" alert>
        The browser refused it, or there is none. Type the code instead.
      </Notice>
    );
  }
  return (
    <div className="scan">
      <video ref={video} muted playsInline aria-label="The camera's picture" />
      <button type="button" className="button" onClick={props.close}>
        Type it instead
      </button>
    </div>
  );
}

async function readQr(video: HTMLVideoElement): Promise<string> {
  if (video.videoWidth === 0) return "";
  if (typeof BarcodeDetector !== "undefined") {
    const [first] = await new BarcodeDetector({ formats: ["qr_code"] }).detect(video);
    return first?.rawValue ?? "";
  }
  const canvas = document.createElement("canvas");
  canvas.width = video.videoWidth;
  canvas.height = video.videoHeight;
  const context = canvas.getContext("2d", { willReadFrequently: true });
  if (!context) return "";
  context.drawImage(video, 0, 0);
  const { data, width, height } = context.getImageData(0, 0, canvas.width, canvas.height);
  return jsQR(data, width, height, { inversionAttempts: "dontInvert" })?.data ?? "";
}
