// What the panel asks of a story's director.
import type { Answer, FieldError } from "./story-client";

/** Why something was not done, by the API's code; "network" where nobody answered. */
export class Refusal extends Error {
  constructor(readonly code: string, message: string, readonly fields: FieldError[] = []) {
    super(message);
  }
}

export type Order =
  | { action: "pause" | "resume" }
  | { action: "mute" | "unmute"; viewer?: string }
  | { action: "skip"; seq: number }
  | { action: "say"; text: string }
  | { action: "dry_run"; input: unknown };

export class HostApi {
  constructor(private readonly story: string) {}

  /** Does it; of a dry run the answer comes back. */
  async direct(order: Order): Promise<Answer | undefined> {
    return (await this.send<{ answer?: Answer }>("POST", "/director", order)).answer;
  }

  async language(language: string): Promise<void> {
    await this.send("PATCH", "", { language });
  }

  private async send<T>(method: string, path: string, body: unknown): Promise<T> {
    let answer: Response;
    try {
      answer = await fetch(`/api/stories/${encodeURIComponent(this.story)}${path}`, {
        method, headers: { "Content-Type": "application/json" }, body: JSON.stringify(body),
      });
    } catch (cause) {
      throw new Refusal("network", String(cause));
    }
    if (answer.ok) return (await answer.json()) as T;
    const problem = (await answer.json().catch(() => ({}))) as { code?: string; detail?: string; errors?: FieldError[] };
    const fields = (problem.errors ?? []).map((e) => ({ ...e, path: e.path.replace(/^body\.?/, "") }));
    throw new Refusal(problem.code ?? "internal", problem.detail ?? "", fields);
  }
}
