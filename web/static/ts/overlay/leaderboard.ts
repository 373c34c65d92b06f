// A leaderboard: the first of those who gave. Who moves up slides past the others.
import { userKey } from "../numbers";
import type { Leader, LeaderboardOptions, LeaderboardState } from "../wire.gen";
import { el, face, mark, nameOf, write } from "./dom";
import type { Stage, View } from "./view";

interface Place {
  root: HTMLElement;
  rank: HTMLElement;
  value: HTMLElement;
  bar: HTMLElement;
  looks: string; // name, picture and what is counted, as they are drawn
}

export class Leaderboard implements View<"leaderboard"> {
  readonly root = el("section", "leaderboard plate");
  private readonly title = el("h1", "board-title");
  private readonly list = el("ol", "leaders");
  private readonly none = el("p", "board-none");
  private readonly marked = el("span", "mark");
  private readonly places = new Map<string, Place>();
  private options: LeaderboardOptions | undefined;
  private state: LeaderboardState | undefined;

  constructor(private readonly stage: Stage) {
    this.root.append(this.title, this.list, this.none, this.marked);
    this.root.hidden = true;
    addEventListener("resize", () => this.fit());
  }

  setup(options: LeaderboardOptions): void {
    this.options = options;
    this.places.clear();
    this.list.replaceChildren();
    if (this.state) this.draw(this.state, true);
  }

  show(state: LeaderboardState, fresh: boolean): void {
    this.state = state;
    this.draw(state, fresh);
  }

  clear(): void {
    this.root.hidden = true;
  }

  private draw(state: LeaderboardState, quietly: boolean): void {
    const { texts } = this.stage;
    this.root.hidden = false;
    write(this.title, state.title || texts.t(`stage.leaders.${state.period}`));
    write(this.none, state.leaders.length === 0 ? texts.t("stage.leaders.none") : "");
    write(this.marked, state.rehearsal ? texts.t("stage.mark.rehearsal") : "");
    mark(this.root, { rehearsal: state.rehearsal ?? false });
    const before = new Map([...this.places].map(([key, p]) => [key, p.root.offsetTop]));
    const most = Math.max(1, ...state.leaders.map((l) => l.value));
    const now = new Map(state.leaders.map((l) => [userKey(l.user), this.place(l, most)]));
    for (const [key, p] of this.places) {
      if (!now.has(key)) p.root.remove();
    }
    this.places.clear();
    for (const [key, p] of now) this.places.set(key, p);
    this.list.append(...[...now.values()].map((p) => p.root));
    this.fit();
    if (!quietly && !this.stage.calm) this.slide(before);
  }

  /** A viewer's place, drawn or brought up to date. */
  private place(l: Leader, most: number): Place {
    const key = userKey(l.user);
    const metric = this.state?.metric;
    const looks = JSON.stringify([l.user.nickname, l.user.unique_id, l.user.profile_picture, metric]);
    let p = this.places.get(key);
    if (p?.looks !== looks) {
      p?.root.remove();
      p = this.make(l, looks);
    }
    write(p.rank, String(l.rank));
    write(p.value, this.options?.values ? this.stage.texts.short(l.value) : "");
    p.bar.style.transform = `scaleX(${l.value / most})`;
    mark(p.root, { first: l.rank === 1, second: l.rank === 2, third: l.rank === 3, rehearsal: l.rehearsal ?? false });
    return p;
  }

  private make(l: Leader, looks: string): Place {
    const value = el("b", this.state?.metric === "gifts" ? "value" : "value diamonds");
    const p: Place = { root: el("li", "leader"), rank: el("b", "rank"), value, bar: el("i", "leader-bar"), looks };
    p.root.append(p.bar, p.rank);
    if (this.options?.avatars && !this.stage.faceless) p.root.append(face(l.user));
    p.root.append(nameOf(l.user), p.value);
    return p;
  }

  /** Hides the places that do not fit on the page whole. */
  private fit(): void {
    const roots = [...this.places.values()].map((p) => p.root);
    for (const r of roots) r.hidden = false;
    for (let i = roots.length - 1; i > 0 && this.root.scrollHeight > this.root.clientHeight; i--) roots[i]!.hidden = true;
  }

  private slide(before: Map<string, number>): void {
    for (const [key, p] of this.places) {
      const way = (before.get(key) ?? this.list.offsetHeight) - p.root.offsetTop;
      if (way === 0 || p.root.hidden) continue;
      p.root.animate([{ transform: `translateY(${way}px)` }, { transform: "translateY(0)" }], { duration: this.stage.speed, easing: "cubic-bezier(.2,.7,.2,1)" });
    }
  }
}
