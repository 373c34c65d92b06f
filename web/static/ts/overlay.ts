// An overlay's page: keeps its socket open for ever, and shows what the frames say. It knows nothing but its own address.
import type { OverlayFrame, OverlayReport } from "./wire.gen";

const minDelay = 1_000;
const maxDelay = 30_000;
const silence = 40_000; // the server says something every 15 seconds

let failures = 0;
let watch: ReturnType<typeof setTimeout> | undefined;

function connect(): void {
  const socket = new WebSocket(`${location.origin.replace(/^http/, "ws")}${location.pathname}/follow${location.search}`);
  const say = (report: OverlayReport): void => socket.send(JSON.stringify(report));
  let retry: number | undefined;
  const alive = (): void => {
    clearTimeout(watch);
    watch = setTimeout(() => socket.close(), silence);
  };
  alive();
  socket.onmessage = (e: MessageEvent<string>) => {
    alive();
    failures = 0;
    const frame = JSON.parse(e.data) as OverlayFrame;
    if (frame.type === "hello") say({ type: "seen", width: innerWidth, height: innerHeight });
    if (frame.type === "bye") retry = frame.retry;
    show(frame, say);
  };
  socket.onclose = () => {
    clearTimeout(watch);
    const most = Math.min(maxDelay, minDelay * 2 ** failures++);
    setTimeout(connect, retry ?? minDelay + Math.random() * (most - minDelay));
  };
}

function show(frame: OverlayFrame, say: (report: OverlayReport) => void): void {
  const alert = frame.type === "alert" ? frame : frame.type === "snapshot" && frame.kind === "alerts" ? frame.state.now : undefined;
  if (alert !== undefined) document.body.textContent = alert.action === "end" ? "" : `${alert.alert?.title ?? ""} ${alert.alert?.text ?? ""}`;
  if (alert?.action === "show") say({ type: "drawn", id: alert.id });
  if (frame.type === "test") say({ type: "drawn", id: frame.id });
}

connect();
