// The page of a story: the box to talk to it. Everything else of it is forms.
import { loadTexts } from "./i18n";
import { StoryTalk } from "./story-talk";

customElements.define("story-talk", StoryTalk);

const talk = document.querySelector<StoryTalk>("story-talk");
if (talk) {
  talk.texts = await loadTexts(document.documentElement.dataset["language"] ?? "en");
  talk.requestUpdate();
}
