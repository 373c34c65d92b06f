import{b as O}from"/static/chunk.QIBIXPRD.js";import{a as f,b as B,c as A,d as P,j as S,k as v,l as z}from"/static/chunk.HEJNHQDJ.js";var k=[{family:"Showcaller SC",needs:new RegExp("\\p{Script=Han}","u"),load:()=>import("/static/chunk.KLSUFZNX.js")},{family:"Showcaller JP",needs:/[\p{Script=Hiragana}\p{Script=Katakana}]/u,load:()=>import("/static/chunk.4YDPQKGE.js")},{family:"Showcaller KR",needs:new RegExp("\\p{Script=Hangul}","u"),load:()=>import("/static/chunk.YZRPTW7D.js")},{family:"Showcaller Emoji",needs:new RegExp("\\p{Extended_Pictographic}|\\p{Regional_Indicator}","u"),load:()=>import("/static/chunk.OVL3PJLI.js")}];function E(n){for(let e=k.length-1;e>=0;e--){let t=k[e];t.needs.test(n)&&(k.splice(e,1),xe(t))}}async function xe(n){try{let e=await n.load();for(let[t,i]of e.default){let s=`url("${t}") format("woff2")`;document.fonts.add(new FontFace(n.family,s,{unicodeRange:i,weight:"100 900",display:"swap"})),/1f1e6/i.test(i)&&n.family==="Showcaller Emoji"&&document.fonts.add(new FontFace("Showcaller Flags",s,{unicodeRange:i,weight:"100 900",display:"swap"}))}}catch{k.push(n)}}function o(n,e,...t){let i=document.createElement(n);return e&&(i.className=e),i.append(...t),i}function w(n,e,t){n.textContent!==e&&(n.textContent=e,I(n,e,t))}function j(n,e,t,i){let s=o(n,e,t);return I(s,t,i),s}function I(n,e,t){E(e),n.dir="auto";let i=f(e,t);i?n.lang=i:n.removeAttribute("lang")}function N(n,e,t){let i=o("span",n),s=e.map(r=>typeof r=="string"?r:"text"in r?r.text:"").join("");I(i,s,t);for(let r of e)typeof r=="string"?i.append(r):"text"in r?i.append(o("b",r.as,r.text)):i.append(...g("emote",r.picture));return i}function g(n,e){if(!e?.startsWith("https://"))return[];let t=document.createElement("img");return t.className=n,t.alt="",t.decoding="async",t.draggable=!1,t.onerror=()=>t.remove(),t.src=`${location.pathname.replace(/\/$/,"")}/picture?u=${encodeURIComponent(e)}`,[t]}function b(n){let e=o("span","letter",P(v(n)));return E(e.textContent),o("span",`face hue-${A(S(n))}`,e,...g("",n?.profile_picture))}function F(n){return j("bdi",`name hue-${A(S(n))}`,v(n))}function K(n,e){let t=[];return(n.count??0)>1&&t.push(o("b","count","×"+e.number(n.count))),n.diamonds&&t.push(o("span","diamonds",e.number(n.diamonds))),t}function G(n,e){for(let[t,i]of Object.entries(e))n.classList.toggle(t,i)}function x(n,e){n.classList.add("leaving"),setTimeout(()=>{for(let t of n.getAnimations({subtree:!0}))t.cancel();n.remove()},e+60)}function D(){return new Promise(n=>requestAnimationFrame(()=>requestAnimationFrame(()=>n())))}function ye(n){let e={},t=(i,s)=>{s!==void 0&&(e[i]=s)};return t("--scale",h(n.scale,25,400,i=>String(i/100))),t("--size",h(n.font_size,8,200,i=>`${i}px`)),t("--weight",h(n.weight,300,900,String)),t("--radius",h(n.radius,0,80,i=>`${i}px`)),t("--speed",h(n.speed_ms,100,1e3,i=>`${i}ms`)),t("--plate-alpha",h(n.plate_opacity,0,100,i=>String(i/100))),t("--text",c(n.text)),t("--soft",c(n.soft_text)),t("--edge",c(n.edge)),t("--accent",c(n.accent)),t("--accent-ink",n.accent&&c(n.accent)&&q(n.accent)),t("--plate-rgb",n.plate&&c(n.plate)&&H(n.plate).join(", ")),e}function h(n,e,t,i){return typeof n=="number"&&n>=e&&n<=t?i(n):void 0}function c(n){return n&&/^#[0-9a-f]{6}$/i.test(n)?n:void 0}function H(n){let e=Number.parseInt(n.slice(1),16);return[e>>16,e>>8&255,e&255]}function q(n){let[e,t,i]=H(n).map(s=>s/255<=.04045?s/255/12.92:((s/255+.055)/1.055)**2.4);return .2126*e+.7152*t+.0722*i>.179?"#14110a":"#ffffff"}function dt(n,e){let t=e>0?255:0;return"#"+H(n).map(i=>Math.round(i+(t-i)*Math.abs(e)).toString(16).padStart(2,"0")).join("")}function ct(n,e,t){let i=document.documentElement,s=ye(e);t.chroma&&(s["--behind"]=t.chroma),U("look").textContent=`@layer look{:root{${Object.entries(s).map(([l,d])=>`${l}:${d}`).join(";")}}}`;let r=U("custom");r.textContent!==(e.css??"")&&(r.textContent=e.css??"");let a=e.motion==="reduced"||e.motion==="system"&&matchMedia("(prefers-reduced-motion: reduce)").matches;return Te(i,{kind:n,preset:e.preset,font:e.font,align:e.align,anchor:e.anchor,animation:e.animation,motion:a?"calm":"full"}),{speed:Number.parseInt(s["--speed"]??"",10)||300,calm:a}}function Te(n,e){for(let[t,i]of Object.entries(e))i?n.dataset[t]=i:delete n.dataset[t]}function U(n){let e=document.getElementById(n);if(e)return e;let t=document.createElement("style");t.id=n;let i=document.getElementById("look")??document.querySelector("link[rel=stylesheet]");return i?i.after(t):document.head.prepend(t),t}var y=class{constructor(){this.over=new Set}take(e){let t=this.now?.id===e.id;switch(e.action){case"show":return t?{do:"keep",frame:e,drawn:this.now.drawn}:this.over.has(e.id)?{do:"done",id:e.id}:(this.end(),this.now={id:e.id,drawn:!1},{do:"show",frame:e});case"update":return t?{do:"update",frame:e}:{do:"nothing"};case"end":return t?(this.end(),{do:"hide"}):{do:"nothing"}}return{do:"nothing"}}settle(e){return e?this.take(e):this.now?(this.end(),{do:"hide"}):{do:"nothing"}}drawn(e){return this.now?.id!==e?!1:(this.now.drawn=!0,!0)}expire(){this.end()}end(){if(this.now?.drawn){this.over.add(this.now.id);for(let e of this.over){if(this.over.size<=200)break;this.over.delete(e)}}this.now=void 0}};var W=`<!-- @license lucide-static v1.62.0 - ISC -->
<svg
  class="lucide lucide-clock"
  xmlns="http://www.w3.org/2000/svg"
  width="24"
  height="24"
  viewBox="0 0 24 24"
  fill="none"
  stroke="currentColor"
  stroke-width="2"
  stroke-linecap="round"
  stroke-linejoin="round"
>
  <circle cx="12" cy="12" r="10" />
  <path d="M12 6v6l4 2" />
</svg>
`;var Y=`<!-- @license lucide-static v1.62.0 - ISC -->
<svg
  class="lucide lucide-crown"
  xmlns="http://www.w3.org/2000/svg"
  width="24"
  height="24"
  viewBox="0 0 24 24"
  fill="none"
  stroke="currentColor"
  stroke-width="2"
  stroke-linecap="round"
  stroke-linejoin="round"
>
  <path d="M11.562 3.266a.5.5 0 0 1 .876 0L15.39 8.87a1 1 0 0 0 1.516.294L21.183 5.5a.5.5 0 0 1 .798.519l-2.834 10.246a1 1 0 0 1-.956.734H5.81a1 1 0 0 1-.957-.734L2.02 6.02a.5.5 0 0 1 .798-.519l4.276 3.664a1 1 0 0 0 1.516-.294z" />
  <path d="M5 21h14" />
</svg>
`;var Q=`<!-- @license lucide-static v1.62.0 - ISC -->
<svg
  class="lucide lucide-eye"
  xmlns="http://www.w3.org/2000/svg"
  width="24"
  height="24"
  viewBox="0 0 24 24"
  fill="none"
  stroke="currentColor"
  stroke-width="2"
  stroke-linecap="round"
  stroke-linejoin="round"
>
  <path d="M2.062 12.348a1 1 0 0 1 0-.696 10.75 10.75 0 0 1 19.876 0 1 1 0 0 1 0 .696 10.75 10.75 0 0 1-19.876 0" />
  <circle cx="12" cy="12" r="3" />
</svg>
`;var X=`<!-- @license lucide-static v1.62.0 - ISC -->
<svg
  class="lucide lucide-gem"
  xmlns="http://www.w3.org/2000/svg"
  width="24"
  height="24"
  viewBox="0 0 24 24"
  fill="none"
  stroke="currentColor"
  stroke-width="2"
  stroke-linecap="round"
  stroke-linejoin="round"
>
  <path d="M10.5 3 8 9l4 13 4-13-2.5-6" />
  <path d="M17 3a2 2 0 0 1 1.6.8l3 4a2 2 0 0 1 .013 2.382l-7.99 10.986a2 2 0 0 1-3.247 0l-7.99-10.986A2 2 0 0 1 2.4 7.8l2.998-3.997A2 2 0 0 1 7 3z" />
  <path d="M2 9h20" />
</svg>
`;var J=`<!-- @license lucide-static v1.62.0 - ISC -->
<svg
  class="lucide lucide-gift"
  xmlns="http://www.w3.org/2000/svg"
  width="24"
  height="24"
  viewBox="0 0 24 24"
  fill="none"
  stroke="currentColor"
  stroke-width="2"
  stroke-linecap="round"
  stroke-linejoin="round"
>
  <path d="M12 7v14" />
  <path d="M20 11v8a2 2 0 0 1-2 2H6a2 2 0 0 1-2-2v-8" />
  <path d="M7.5 7a1 1 0 0 1 0-5A4.8 8 0 0 1 12 7a4.8 8 0 0 1 4.5-5 1 1 0 0 1 0 5" />
  <rect x="3" y="7" width="18" height="4" rx="1" />
</svg>
`;var Z=`<!-- @license lucide-static v1.62.0 - ISC -->
<svg
  class="lucide lucide-heart"
  xmlns="http://www.w3.org/2000/svg"
  width="24"
  height="24"
  viewBox="0 0 24 24"
  fill="none"
  stroke="currentColor"
  stroke-width="2"
  stroke-linecap="round"
  stroke-linejoin="round"
>
  <path d="M2 9.5a5.5 5.5 0 0 1 9.591-3.676.56.56 0 0 0 .818 0A5.49 5.49 0 0 1 22 9.5c0 2.29-1.5 4-3 5.5l-5.492 5.313a2 2 0 0 1-3 .019L5 15c-1.5-1.5-3-3.2-3-5.5" />
</svg>
`;var ee=`<!-- @license lucide-static v1.62.0 - ISC -->
<svg
  class="lucide lucide-message-circle"
  xmlns="http://www.w3.org/2000/svg"
  width="24"
  height="24"
  viewBox="0 0 24 24"
  fill="none"
  stroke="currentColor"
  stroke-width="2"
  stroke-linecap="round"
  stroke-linejoin="round"
>
  <path d="M2.992 16.342a2 2 0 0 1 .094 1.167l-1.065 3.29a1 1 0 0 0 1.236 1.168l3.413-.998a2 2 0 0 1 1.099.092 10 10 0 1 0-4.777-4.719" />
</svg>
`;var te=`<!-- @license lucide-static v1.62.0 - ISC -->
<svg
  class="lucide lucide-message-circle-question-mark"
  xmlns="http://www.w3.org/2000/svg"
  width="24"
  height="24"
  viewBox="0 0 24 24"
  fill="none"
  stroke="currentColor"
  stroke-width="2"
  stroke-linecap="round"
  stroke-linejoin="round"
>
  <path d="M2.992 16.342a2 2 0 0 1 .094 1.167l-1.065 3.29a1 1 0 0 0 1.236 1.168l3.413-.998a2 2 0 0 1 1.099.092 10 10 0 1 0-4.777-4.719" />
  <path d="M9.09 9a3 3 0 0 1 5.83 1c0 2-3 3-3 3" />
  <path d="M12 17h.01" />
</svg>
`;var ne=`<!-- @license lucide-static v1.62.0 - ISC -->
<svg
  class="lucide lucide-share-2"
  xmlns="http://www.w3.org/2000/svg"
  width="24"
  height="24"
  viewBox="0 0 24 24"
  fill="none"
  stroke="currentColor"
  stroke-width="2"
  stroke-linecap="round"
  stroke-linejoin="round"
>
  <circle cx="18" cy="5" r="3" />
  <circle cx="6" cy="12" r="3" />
  <circle cx="18" cy="19" r="3" />
  <line x1="8.59" x2="15.42" y1="13.51" y2="17.49" />
  <line x1="15.41" x2="8.59" y1="6.51" y2="10.49" />
</svg>
`;var ie=`<!-- @license lucide-static v1.62.0 - ISC -->
<svg
  class="lucide lucide-shield-check"
  xmlns="http://www.w3.org/2000/svg"
  width="24"
  height="24"
  viewBox="0 0 24 24"
  fill="none"
  stroke="currentColor"
  stroke-width="2"
  stroke-linecap="round"
  stroke-linejoin="round"
>
  <path d="M20 13c0 5-3.5 7.5-7.66 8.95a1 1 0 0 1-.67-.01C7.5 20.5 4 18 4 13V6a1 1 0 0 1 1-1c2 0 4.5-1.2 6.24-2.72a1.17 1.17 0 0 1 1.52 0C14.51 3.81 17 5 19 5a1 1 0 0 1 1 1z" />
  <path d="m9 12 2 2 4-4" />
</svg>
`;var se=`<!-- @license lucide-static v1.62.0 - ISC -->
<svg
  class="lucide lucide-star"
  xmlns="http://www.w3.org/2000/svg"
  width="24"
  height="24"
  viewBox="0 0 24 24"
  fill="none"
  stroke="currentColor"
  stroke-width="2"
  stroke-linecap="round"
  stroke-linejoin="round"
>
  <path d="M11.525 2.295a.53.53 0 0 1 .95 0l2.31 4.679a2.123 2.123 0 0 0 1.595 1.16l5.166.756a.53.53 0 0 1 .294.904l-3.736 3.638a2.123 2.123 0 0 0-.611 1.878l.882 5.14a.53.53 0 0 1-.771.56l-4.618-2.428a2.122 2.122 0 0 0-1.973 0L6.396 21.01a.53.53 0 0 1-.77-.56l.881-5.139a2.122 2.122 0 0 0-.611-1.879L2.16 9.795a.53.53 0 0 1 .294-.906l5.165-.755a2.122 2.122 0 0 0 1.597-1.16z" />
</svg>
`;var re=`<!-- @license lucide-static v1.62.0 - ISC -->
<svg
  class="lucide lucide-trending-up"
  xmlns="http://www.w3.org/2000/svg"
  width="24"
  height="24"
  viewBox="0 0 24 24"
  fill="none"
  stroke="currentColor"
  stroke-width="2"
  stroke-linecap="round"
  stroke-linejoin="round"
>
  <path d="M16 7h6v6" />
  <path d="m22 7-8.5 8.5-5-5L2 17" />
</svg>
`;var ae=`<!-- @license lucide-static v1.62.0 - ISC -->
<svg
  class="lucide lucide-trophy"
  xmlns="http://www.w3.org/2000/svg"
  width="24"
  height="24"
  viewBox="0 0 24 24"
  fill="none"
  stroke="currentColor"
  stroke-width="2"
  stroke-linecap="round"
  stroke-linejoin="round"
>
  <path d="M10 14.66V17a1 1 0 0 1-1 1 2 2 0 0 0-2 2v2" />
  <path d="M14 14.66V17a1 1 0 0 0 1 1 2 2 0 0 1 2 2v2" />
  <path d="M17.916 10H19.5A2.5 2.5 0 0 0 22 7.5V5a1 1 0 0 0-1-1h-3" />
  <path d="M4 22h16" />
  <path d="M6 9a6 6 0 0 0 12 0V3a1 1 0 0 0-1-1H7a1 1 0 0 0-1 1z" />
  <path d="M6.084 10H4.5A2.5 2.5 0 0 1 2 7.5V5a1 1 0 0 1 1-1h3" />
</svg>
`;var oe=`<!-- @license lucide-static v1.62.0 - ISC -->
<svg
  class="lucide lucide-user-plus"
  xmlns="http://www.w3.org/2000/svg"
  width="24"
  height="24"
  viewBox="0 0 24 24"
  fill="none"
  stroke="currentColor"
  stroke-width="2"
  stroke-linecap="round"
  stroke-linejoin="round"
>
  <path d="M16 21v-2a4 4 0 0 0-4-4H6a4 4 0 0 0-4 4v2" />
  <circle cx="9" cy="7" r="4" />
  <line x1="19" x2="19" y1="8" y2="14" />
  <line x1="22" x2="16" y1="11" y2="11" />
</svg>
`;var le=`<!-- @license lucide-static v1.62.0 - ISC -->
<svg
  class="lucide lucide-hand"
  xmlns="http://www.w3.org/2000/svg"
  width="24"
  height="24"
  viewBox="0 0 24 24"
  fill="none"
  stroke="currentColor"
  stroke-width="2"
  stroke-linecap="round"
  stroke-linejoin="round"
>
  <path d="M18 11V6a2 2 0 0 0-2-2a2 2 0 0 0-2 2" />
  <path d="M14 10V4a2 2 0 0 0-2-2a2 2 0 0 0-2 2v2" />
  <path d="M10 10.5V6a2 2 0 0 0-2-2a2 2 0 0 0-2 2v8" />
  <path d="M18 8a2 2 0 1 1 4 0v6a8 8 0 0 1-8 8h-2c-2.8 0-4.5-.86-5.99-2.34l-3.6-3.6a2 2 0 0 1 2.83-2.82L7 15" />
</svg>
`;var Be={clock:W,crown:Y,eye:Q,gem:X,gift:J,heart:Z,message:ee,question:te,share:ne,shield:ie,star:se,trending:re,trophy:ae,userPlus:oe,wave:le},de=new Map;function T(n){let e=de.get(n);if(!e){let t=document.importNode(new DOMParser().parseFromString(Be[n],"image/svg+xml").documentElement,!0);t.setAttribute("class","icon"),t.setAttribute("aria-hidden","true"),t.removeAttribute("width"),t.removeAttribute("height"),de.set(n,e=t)}return e.cloneNode(!0)}var Pe=3e3,ze=1500,Ne=400,Fe={gift:"gift",follow:"userPlus",share:"share",subscribe:"star",like:"heart",join:"wave",question:"question"},ce=class{constructor(e){this.stage=e;this.root=o("div","alerts");this.slot=new y}setup(e){if(this.options=e,!this.card||!this.frame?.alert)return;let t=this.draw(this.frame.alert);t.root.classList.add("still"),this.card.root.replaceWith(t.root),this.card=t,this.time(this.frame)}show(e){this.step(this.slot.settle(e.now))}alert(e){this.step(this.slot.take(e))}clear(){this.step(this.slot.settle(void 0))}step(e){switch(e.do){case"show":return this.begin(e.frame);case"update":return this.update(e.frame);case"keep":this.update(e.frame),e.drawn&&this.stage.say({type:"drawn",id:e.frame.id});return;case"done":return this.stage.say({type:"drawn",id:e.id,done:!0});case"hide":return this.hide();case"nothing":}}begin(e){let t=e.alert;!t||!this.options||(this.hide(),this.card=this.draw(t),this.root.append(this.card.root),this.time(e),(e.shown_ms??0)<ze?this.stage.sounds.play(t.sound,t.volume):this.card.root.classList.add("still"),D().then(()=>{this.slot.drawn(e.id)&&this.stage.say({type:"drawn",id:e.id})}))}update(e){let{card:t}=this;if(!t||!e.alert)return;let i=t.count.textContent;this.fill(t,e.alert);let s=performance.now();t.count.textContent!==i&&s-t.jumped>Ne&&!this.stage.calm&&(t.jumped=s,t.count.animate([{transform:"scale(1.35)"},{transform:"scale(1)"}],{duration:this.stage.speed,easing:"cubic-bezier(.2,1.4,.4,1)"})),this.time(e)}time(e){this.frame=e;let{card:t}=this,i=e.left_ms??0,s=i+(e.shown_ms??0);if(clearTimeout(this.timer),this.timer=setTimeout(()=>{this.slot.expire(),this.hide()},i+Pe),!t||!this.options?.bar)return;for(let a of t.bar.getAnimations())a.cancel();let r=s>0?i/s:0;t.bar.animate([{transform:`scaleX(${r})`},{transform:"scaleX(0)"}],{duration:Math.max(1,i),fill:"forwards"})}hide(){clearTimeout(this.timer),this.card&&x(this.card.root,this.stage.speed),this.card=this.frame=void 0}draw(e){let t={root:o("section",`alert plate on-${e.on}`),title:o("h1","alert-title"),text:o("p","alert-text"),count:o("b","alert-count"),worth:o("span","diamonds"),bar:o("i",""),jumped:0},{texts:i}=this.stage,s=o("div","alert-words",t.title,o("div","alert-under",t.text,t.worth));t.root.append(this.art(e),s,t.count),this.options?.bar&&t.root.append(o("div","alert-bar",t.bar));let r=e.test?i.t("stage.mark.test"):e.rehearsal?i.t("stage.mark.rehearsal"):"";r&&t.root.append(o("span","mark",r)),t.root.classList.toggle("rehearsal",r!==""),e.animation&&(t.root.dataset.animation=e.animation);let a=c(e.accent);return a&&(t.root.style.setProperty("--accent",a),t.root.style.setProperty("--accent-ink",q(a))),this.fill(t,e),t}fill(e,t){let{texts:i}=this.stage;w(e.title,t.title),w(e.text,t.text??"");let s=(l,d)=>`${t.title} ${t.text}`.includes(l+String(d)),{count:r=0,diamonds:a=0}=t;w(e.count,r>1&&!s("×",r)&&!s("x",r)?"×"+i.number(r):""),w(e.worth,a>0&&!s("",a)?i.number(a):"")}art(e){let t=o("div","alert-art",T(Fe[e.on]??"gift")),i=this.options?.gift_pictures?g("gift-picture",e.gift?.image_url):[];return i.length>0?t.append(...i):this.options?.avatars&&!this.stage.faceless&&e.user&&t.append(b(e.user)),t}};var Ke=["studio","broadcast","candy","neon","paper","bare"],Ge=["sans","rounded","condensed","serif","mono"],De=["none","fade","slide","rise","pop","flip"],Ue=["left","center","right"],We=["top","middle","bottom"];function Yt(n){let e=new URLSearchParams(n),t={},i=(s,r)=>{r!==void 0&&(t[s]=r)};return i("scale",_(e.get("scale"),25,400)),i("preset",m(e.get("theme"),Ke)),i("language",m(e.get("lang")??e.get("ln"),["en","vi","zh","ja"])),i("align",m(e.get("align"),Ue)),i("anchor",m(e.get("position"),We)),i("font",m(e.get("font"),Ge)),i("animation",m(e.get("animation"),De)),i("radius",_(e.get("radius"),0,80)),i("accent",C(e.get("accent"))),i("text",C(e.get("textcolor"))),i("plate",C(e.get("cardbg"))),{look:t,loudness:(_(e.get("volume"),0,200)??100)/100,chroma:C(e.get("chroma")),faceless:e.has("hideavatar")&&e.get("hideavatar")!=="false"}}function m(n,e){return e.find(t=>t===n)}function _(n,e,t){if(n===null||!/^\d{1,4}$/.test(n))return;let i=Number(n);return i>=e&&i<=t?i:void 0}function C(n){let e=/^#?([0-9a-f]{3}|[0-9a-f]{6})$/i.exec(n??"");if(!e)return;let t=e[1].toLowerCase();return"#"+(t.length===3?[...t].map(i=>i+i).join(""):t)}function ge(n,e){let t=n.data.user,i=(s,r)=>({tone:"people",icon:s,user:t,parts:[r]});switch(n.event_type){case"comment":return{tone:"chat",icon:"message",user:t,parts:B(n.data),lang:f(n.data.comment,n.data.language),...n.data.reply_to?{to:v(n.data.reply_to)}:{},...n.data.stickers?.length?{stickers:n.data.stickers}:{}};case"question":return{tone:"question",icon:"question",user:t,parts:[n.data.question],lang:f(n.data.question)};case"gift":{let s=n.data.repeat_count+(n.data.already_booked??0),r=n.data.gift.name||e.t("stage.line.gift.unknown");return{tone:"gift",icon:"gift",user:t,parts:e.parts("stage.line.gift",{Gift:{text:r,as:"gift"}}),gift:n.data.gift,count:s,diamonds:s*n.data.gift.diamond_count}}case"follow":return i("userPlus",e.t("stage.line.follow"));case"share":return i("share",e.t("stage.line.share"));case"join":return i("wave",e.t("stage.line.join"));case"subscribe":return n.data.gifted?i("star",e.t("stage.line.subscribe.gifted",{Count:n.data.gifted})):(n.data.months??0)>1?i("star",e.t("stage.line.subscribe.months",{Count:n.data.months})):i("star",e.t("stage.line.subscribe"))}}function ue(n,e){let t=[],i=s=>n?.roles?.includes(s)??!1;return i("host")&&t.push({icon:"crown",kind:"host",text:e.t("stage.role.host")}),i("moderator")&&t.push({icon:"shield",kind:"moderator",text:e.t("stage.role.moderator")}),n?.top_gifter&&t.push({icon:"trophy",kind:"top",text:String(n.top_gifter)}),i("subscriber")&&t.push({icon:"star",kind:"subscriber",text:""}),n?.team_level&&t.push({icon:"heart",kind:"team",text:String(n.team_level)}),n?.gifter_level&&t.push({icon:"gem",kind:"gifter",text:String(n.gifter_level)}),t}function V(n){return n.origin==="simulated"||n.origin==="replay"}function L(n){return`${n.session_id}-${n.seq}`}var Ye=80,Qe=250,Xe=3,Je=500,he=class{constructor(e){this.stage=e;this.root=o("div","chat");this.list=o("ol","lines");this.lines=new Map;this.waiting=[];this.changed=-1/0;this.pace=1/0;this.tint=0;this.root.append(this.list);let t=new ResizeObserver(()=>this.trim(this.options?.max_lines??0));t.observe(this.list),t.observe(this.root)}setup(e){this.options=e,G(this.root,{up:e.newest_first});let t=[...this.lines.values()].map(i=>i.event);this.clear(),this.put(t,!0)}show(e){this.waiting=[];let t=new Set(e.events.map(L));for(let[r,a]of[...this.lines])t.has(r)||this.drop(r,a,!0);[...this.lines.keys()].every((r,a)=>r===L(e.events[a]))||this.clear(),this.put(e.events,!0)}events(e){for(let i of e)i.event_type==="delete"?this.remove(i):this.waiting.push(i);let t=this.options?.max_lines??0;this.waiting.length>t&&this.waiting.splice(0,this.waiting.length-t),this.flush??=setTimeout(()=>{this.flush=void 0;let i=performance.now();this.pace=i-this.changed,this.changed=i,this.put(this.waiting.splice(0),!1)},Math.max(Ye,this.changed+Qe-performance.now()))}clear(){this.waiting=[],this.lines.clear(),this.list.replaceChildren()}remove(e){this.waiting=this.waiting.filter(t=>!O(e,t));for(let[t,i]of[...this.lines])O(e,i.event)&&this.drop(t,i,!1)}put(e,t){let i=this.options;if(!i)return;let s=[...this.lines.values()].at(-1)?.root,r=s&&this.place(s),a=t||this.offset()!==0,l=[];for(let d of e){let u=L(d),R=this.lines.has(u)?void 0:ge(d,this.stage.texts);if(!R)continue;let M=this.draw(d,R,i);a&&M.classList.add("still"),this.lines.set(u,{event:d,root:M,gone:this.time(d,t,i.fade_after)}),l.push(M)}l.length!==0&&(i.newest_first?this.list.prepend(...[...l].reverse()):this.list.append(...l),this.trim(i.max_lines),!t&&s?.isConnected&&this.slide(r-this.place(s),l.length>1),this.sweep())}time(e,t,i){if(i===0)return 1/0;let s=this.stage.clock.now();return(t?Math.min(s,Date.parse(e.data.timestamp)||s):s)+i*1e3}trim(e){this.shorten(this.lines.size-e),this.shorten(this.beyond())}shorten(e){for(let[t,i]of[...this.lines].slice(0,Math.max(0,Math.min(e,this.lines.size-1))))this.drop(t,i,!0)}beyond(){if(this.list.childElementCount>this.lines.size)return 0;let e=this.root.clientHeight,t=this.list.offsetHeight-e;if(t<=0)return 0;let i=[...this.lines.values()].map(r=>r.root),s=i.findIndex(r=>this.options?.newest_first?r.offsetTop+r.offsetHeight<=e:r.offsetTop>=t);return s===-1?i.length:s}drop(e,t,i){this.lines.delete(e),i?t.root.remove():x(t.root,this.stage.speed)}place(e){return this.list.offsetTop+e.offsetTop}offset(){return this.sliding?this.sliding.from*(1-(this.sliding.animation.effect?.getComputedTiming().progress??1)):0}slide(e,t){if(this.stage.calm||e===0)return;let{speed:i}=this.stage,s=this.offset()+e,r=t&&this.pace<2*i?Math.max(i,1.6*this.pace):i;this.sliding?.animation.cancel();let a=this.list.animate([{transform:`translateY(${s}px)`},{transform:"translateY(0)"}],{duration:r,easing:"cubic-bezier(.2,.7,.2,1)"});this.sliding={animation:a,from:s}}sweep(){this.sweeper!==void 0||this.options?.fade_after===0||(this.sweeper=setTimeout(()=>{this.sweeper=void 0;let e=this.stage.clock.now();for(let[t,i]of[...this.lines])i.gone<=e&&this.drop(t,i,!1);this.lines.size>0&&this.sweep()},Je))}draw(e,t,i){let{texts:s}=this.stage,r=o("div","body");i.badges&&r.append(...ue(t.user,s).map(l=>o("span",`badge badge-${l.kind}`,T(l.icon),l.text))),r.append(F(t.user)),t.to&&r.append(j("span","to",`@${t.to}`)),r.append(N("text",t.parts,t.lang)),r.append(...(t.stickers??[]).flatMap(l=>g("sticker",l))),t.gift&&r.append(...g("gift-picture",t.gift.image_url),...K(t,s)),V(e)&&r.append(o("span","mark",s.t("stage.mark.rehearsal")));let a=o("li",`line plate tone-${t.tone} tint-${this.tint++%Xe} is-${e.event_type}`);for(let l of t.user?.roles??[])a.classList.add(`role-${l}`);return V(e)&&a.classList.add("rehearsal"),i.avatars&&!this.stage.faceless&&a.append(b(t.user)),a.append(r),a}};var me=class{constructor(e=Date.now){this.here=e;this.ahead=0}set(e){this.ahead=e-this.here()}hear(e){this.ahead=Math.max(this.ahead,e-this.here())}now(){return this.here()+this.ahead}};function Ze(n,e){setTimeout(()=>Ze(n,e),1005-n.now()%1e3),e(n.now())}function an(n,e=!1){let t=Math.max(0,e?Math.ceil(n/1e3):Math.floor(n/1e3)),i=r=>String(r).padStart(2,"0"),s=Math.floor(t/60)%60;return t<3600?`${s}:${i(t%60)}`:`${Math.floor(t/3600)}:${i(s)}:${i(t%60)}`}var pe=class{constructor(e,t,i){this.loudness=e;this.inOBS=t;this.words=i;this.muted=!1;t||(addEventListener("pointermove",()=>this.offer()),addEventListener("pointerdown",()=>this.unlock()))}play(e,t){let i=et[e],s=this.gain(t);if(!i||s===0||(this.ctx??=new AudioContext,this.ctx.resume(),this.ctx.state!=="running"&&!this.inOBS))return;let r=this.ctx.createGain();r.gain.value=s*.6,r.connect(this.ctx.destination),i(this.ctx,r,this.ctx.currentTime+.02)}gain(e){return this.muted?0:Math.min(1,(e/100*this.loudness)**2)}unlock(){this.ctx??=new AudioContext,this.ctx.resume(),this.hint?.remove()}offer(){if(this.muted||this.ctx?.state==="running"||this.hint?.isConnected||(this.ctx??=new AudioContext,this.ctx.state==="running"))return;this.hint=o("button","sound-hint",this.words()),document.body.append(this.hint);let e=this.hint;setTimeout(()=>e.remove(),5e3)}},et={chime:(n,e,t)=>[659.3,987.8,1318.5].forEach((i,s)=>p(n,e,{at:t+s*.11,f:i,long:.9,loud:.5})),bell:(n,e,t)=>[1,2.76,5.4,8.93].forEach((i,s)=>p(n,e,{at:t,f:523.3*i,long:1.8/(s+1),loud:.5/(s+1)})),coin:(n,e,t)=>{p(n,e,{at:t,f:987.8,long:.09,loud:.3,wave:"square"}),p(n,e,{at:t+.08,f:1318.5,long:.5,loud:.3,wave:"square"})},pop:(n,e,t)=>p(n,e,{at:t,f:620,to:180,long:.16,loud:.9}),whoosh:(n,e,t)=>tt(n,e,t),fanfare:(n,e,t)=>{let i=[[523.3,0,.18],[523.3,.16,.14],[523.3,.3,.14],[698.5,.44,.42],[880,.84,.2],[1046.5,1.02,.9]],s=n.createBiquadFilter();s.frequency.value=2600,s.connect(e);for(let[r,a,l]of i)for(let d of[-6,6])p(n,s,{at:t+a,f:r,long:l,loud:.24,wave:"sawtooth",detune:d})}};function p(n,e,t){let i=n.createOscillator(),s=n.createGain();i.type=t.wave??"sine",i.frequency.setValueAtTime(t.f,t.at),t.to&&i.frequency.exponentialRampToValueAtTime(t.to,t.at+t.long),i.detune.value=t.detune??0,s.gain.setValueAtTime(0,t.at),s.gain.linearRampToValueAtTime(t.loud,t.at+.008),s.gain.exponentialRampToValueAtTime(5e-4,t.at+t.long),i.connect(s).connect(e),i.start(t.at),i.stop(t.at+t.long+.05)}function tt(n,e,t){let s=n.createBuffer(1,Math.ceil(n.sampleRate*.55),n.sampleRate),r=s.getChannelData(0);for(let u=0;u<r.length;u++)r[u]=Math.random()*2-1;let a=n.createBufferSource();a.buffer=s;let l=n.createBiquadFilter();l.type="bandpass",l.Q.value=1.4,l.frequency.setValueAtTime(260,t),l.frequency.exponentialRampToValueAtTime(3200,t+.55*.6),l.frequency.exponentialRampToValueAtTime(500,t+.55);let d=n.createGain();d.gain.setValueAtTime(0,t),d.gain.linearRampToValueAtTime(.9,t+.55*.45),d.gain.linearRampToValueAtTime(0,t+.55),a.connect(l).connect(d).connect(e),a.start(t)}var fe={"stage.alert.text.follow":"New follower","stage.alert.text.gift":"{gift}","stage.alert.text.join":"Welcome","stage.alert.text.like":"Thank you all","stage.alert.text.question":"{text}","stage.alert.text.share":"Shared the LIVE","stage.alert.text.subscribe":"Subscriber, month {months}","stage.alert.title.follow":"{nickname}","stage.alert.title.gift":"{nickname}","stage.alert.title.join":"{nickname}","stage.alert.title.like":"{likes} likes","stage.alert.title.question":"{nickname}","stage.alert.title.share":"{nickname}","stage.alert.title.subscribe":"{nickname}","stage.counter.comments":"comments","stage.counter.diamonds":"diamonds","stage.counter.follows":"new followers","stage.counter.gifts":"gifts","stage.counter.likes":"likes","stage.counter.peak":"peak","stage.counter.shares":"shares","stage.counter.viewers":"watching","stage.goal.diamonds":"Diamonds","stage.goal.follows":"New followers","stage.goal.gift":"Gifts","stage.goal.likes":"Likes","stage.goal.reached":"Reached","stage.goal.shares":"Shares","stage.kind.alerts":"Alerts","stage.kind.chat":"Chat","stage.kind.counter":"Counter","stage.kind.goal":"Goal","stage.kind.host":"AI host","stage.kind.leaderboard":"Leaderboard","stage.kind.program":"Program","stage.kind.ticker":"Ticker","stage.kind.timer":"Timer","stage.leaders.all":"Top gifters of all time","stage.leaders.day":"Top gifters today","stage.leaders.none":"No gifts yet","stage.leaders.session":"Top gifters","stage.leaders.week":"Top gifters this week","stage.line.follow":"is a new follower","stage.line.gift":"sent {{.Gift}}","stage.line.gift.unknown":"a gift","stage.line.join":"is here","stage.line.share":"shared the LIVE","stage.line.subscribe":"subscribed","stage.line.subscribe.gifted":{one:"gave away {{.Count}} subscription",other:"gave away {{.Count}} subscriptions"},"stage.line.subscribe.months":{one:"has subscribed for {{.Count}} month",other:"has subscribed for {{.Count}} months"},"stage.mark.rehearsal":"Rehearsal","stage.mark.test":"Test","stage.program.chatting":"Talk","stage.program.countdown":"Starts in","stage.program.drawing":"Drawing","stage.program.gaming":"Gaming","stage.program.other":"Program","stage.program.singing":"Singing","stage.role.host":"Host","stage.role.moderator":"Mod","stage.sample.program":"Your program","stage.sound.hint":"Click for sound","stage.test":"{{.Kind}} · {{.Size}} · this overlay works","stage.test.name":"Test viewer","stage.test.text":"What is your favourite song?","stage.timer.over":"Time is up","stage.timer.seconds":"{{.Count}} s"};var ve={"stage.alert.text.follow":"新しいフォロワー","stage.alert.text.gift":"{gift}","stage.alert.text.join":"ようこそ","stage.alert.text.like":"みなさんありがとう","stage.alert.text.question":"{text}","stage.alert.text.share":"LIVE をシェア","stage.alert.text.subscribe":"サブスク {months} か月目","stage.alert.title.follow":"{nickname}","stage.alert.title.gift":"{nickname}","stage.alert.title.join":"{nickname}","stage.alert.title.like":"いいね {likes}","stage.alert.title.question":"{nickname}","stage.alert.title.share":"{nickname}","stage.alert.title.subscribe":"{nickname}","stage.counter.comments":"コメント","stage.counter.diamonds":"ダイヤ","stage.counter.follows":"新フォロワー","stage.counter.gifts":"ギフト","stage.counter.likes":"いいね","stage.counter.peak":"最高","stage.counter.shares":"シェア","stage.counter.viewers":"視聴中","stage.goal.diamonds":"ダイヤ","stage.goal.follows":"新しいフォロワー","stage.goal.gift":"ギフト","stage.goal.likes":"いいね","stage.goal.reached":"達成","stage.goal.shares":"シェア","stage.kind.alerts":"アラート","stage.kind.chat":"チャット","stage.kind.counter":"カウンター","stage.kind.goal":"目標","stage.kind.host":"AI ホスト","stage.kind.leaderboard":"ランキング","stage.kind.program":"プログラム","stage.kind.ticker":"ティッカー","stage.kind.timer":"タイマー","stage.leaders.all":"歴代ギフトランキング","stage.leaders.day":"今日のギフトランキング","stage.leaders.none":"ギフトはまだありません","stage.leaders.session":"ギフトランキング","stage.leaders.week":"今週のギフトランキング","stage.line.follow":"がフォローしました","stage.line.gift":"が{{.Gift}}を贈りました","stage.line.gift.unknown":"ギフト","stage.line.join":"が来ました","stage.line.share":"が LIVE をシェアしました","stage.line.subscribe":"がサブスクしました","stage.line.subscribe.gifted":{other:"がサブスクを {{.Count}} 件贈りました"},"stage.line.subscribe.months":{other:"はサブスク {{.Count}} か月目です"},"stage.mark.rehearsal":"リハーサル","stage.mark.test":"テスト","stage.program.chatting":"雑談","stage.program.countdown":"開始まで","stage.program.drawing":"お絵かき","stage.program.gaming":"ゲーム","stage.program.other":"プログラム","stage.program.singing":"歌","stage.role.host":"配信者","stage.role.moderator":"モデレーター","stage.sample.program":"あなたのプログラム","stage.sound.hint":"クリックで音を出す","stage.test":"{{.Kind}} · {{.Size}} · 表示できています","stage.test.name":"テスト視聴者","stage.test.text":"好きな歌は何ですか？","stage.timer.over":"終了","stage.timer.seconds":"{{.Count}} 秒"};var we={"stage.alert.text.follow":"Người theo dõi mới","stage.alert.text.gift":"{gift}","stage.alert.text.join":"Chào mừng","stage.alert.text.like":"Cảm ơn mọi người","stage.alert.text.question":"{text}","stage.alert.text.share":"Đã chia sẻ buổi LIVE","stage.alert.text.subscribe":"Người đăng ký, tháng thứ {months}","stage.alert.title.follow":"{nickname}","stage.alert.title.gift":"{nickname}","stage.alert.title.join":"{nickname}","stage.alert.title.like":"{likes} lượt thích","stage.alert.title.question":"{nickname}","stage.alert.title.share":"{nickname}","stage.alert.title.subscribe":"{nickname}","stage.counter.comments":"bình luận","stage.counter.diamonds":"kim cương","stage.counter.follows":"người theo dõi mới","stage.counter.gifts":"quà","stage.counter.likes":"lượt thích","stage.counter.peak":"cao nhất","stage.counter.shares":"lượt chia sẻ","stage.counter.viewers":"đang xem","stage.goal.diamonds":"Kim cương","stage.goal.follows":"Người theo dõi mới","stage.goal.gift":"Quà","stage.goal.likes":"Lượt thích","stage.goal.reached":"Đã đạt","stage.goal.shares":"Lượt chia sẻ","stage.kind.alerts":"Thông báo","stage.kind.chat":"Chat","stage.kind.counter":"Bộ đếm","stage.kind.goal":"Mục tiêu","stage.kind.host":"MC ảo","stage.kind.leaderboard":"Bảng xếp hạng","stage.kind.program":"Tiết mục","stage.kind.ticker":"Dòng tin","stage.kind.timer":"Đồng hồ","stage.leaders.all":"Tặng quà nhiều nhất từ trước đến nay","stage.leaders.day":"Tặng quà nhiều nhất hôm nay","stage.leaders.none":"Chưa có quà","stage.leaders.session":"Tặng quà nhiều nhất","stage.leaders.week":"Tặng quà nhiều nhất tuần này","stage.line.follow":"vừa theo dõi","stage.line.gift":"đã tặng {{.Gift}}","stage.line.gift.unknown":"một món quà","stage.line.join":"đã vào xem","stage.line.share":"đã chia sẻ LIVE","stage.line.subscribe":"đã đăng ký","stage.line.subscribe.gifted":{other:"đã tặng {{.Count}} lượt đăng ký"},"stage.line.subscribe.months":{other:"đã đăng ký {{.Count}} tháng"},"stage.mark.rehearsal":"Diễn tập","stage.mark.test":"Thử","stage.program.chatting":"Trò chuyện","stage.program.countdown":"Bắt đầu sau","stage.program.drawing":"Vẽ","stage.program.gaming":"Chơi game","stage.program.other":"Tiết mục","stage.program.singing":"Ca hát","stage.role.host":"Chủ phòng","stage.role.moderator":"Mod","stage.sample.program":"Tiết mục của bạn","stage.sound.hint":"Bấm để bật tiếng","stage.test":"{{.Kind}} · {{.Size}} · lớp phủ này hoạt động","stage.test.name":"Khán giả thử","stage.test.text":"Bài hát yêu thích của bạn là gì?","stage.timer.over":"Hết giờ","stage.timer.seconds":"{{.Count}} giây"};var ke={"stage.alert.text.follow":"新关注","stage.alert.text.gift":"{gift}","stage.alert.text.join":"欢迎","stage.alert.text.like":"谢谢大家","stage.alert.text.question":"{text}","stage.alert.text.share":"分享了直播","stage.alert.text.subscribe":"订阅第 {months} 个月","stage.alert.title.follow":"{nickname}","stage.alert.title.gift":"{nickname}","stage.alert.title.join":"{nickname}","stage.alert.title.like":"{likes} 个赞","stage.alert.title.question":"{nickname}","stage.alert.title.share":"{nickname}","stage.alert.title.subscribe":"{nickname}","stage.counter.comments":"评论","stage.counter.diamonds":"钻石","stage.counter.follows":"新粉丝","stage.counter.gifts":"礼物","stage.counter.likes":"点赞","stage.counter.peak":"峰值","stage.counter.shares":"分享","stage.counter.viewers":"在看","stage.goal.diamonds":"钻石","stage.goal.follows":"新关注","stage.goal.gift":"礼物","stage.goal.likes":"点赞","stage.goal.reached":"已达成","stage.goal.shares":"分享","stage.kind.alerts":"提醒","stage.kind.chat":"聊天","stage.kind.counter":"计数","stage.kind.goal":"目标","stage.kind.host":"AI 主持人","stage.kind.leaderboard":"排行榜","stage.kind.program":"节目","stage.kind.ticker":"滚动条","stage.kind.timer":"计时","stage.leaders.all":"总送礼榜","stage.leaders.day":"今日送礼榜","stage.leaders.none":"还没有礼物","stage.leaders.session":"送礼榜","stage.leaders.week":"本周送礼榜","stage.line.follow":"关注了主播","stage.line.gift":"送出 {{.Gift}}","stage.line.gift.unknown":"一份礼物","stage.line.join":"来了","stage.line.share":"分享了直播","stage.line.subscribe":"成为订阅者","stage.line.subscribe.gifted":{other:"送出 {{.Count}} 份订阅"},"stage.line.subscribe.months":{other:"已订阅 {{.Count}} 个月"},"stage.mark.rehearsal":"彩排","stage.mark.test":"测试","stage.program.chatting":"聊天","stage.program.countdown":"距开始","stage.program.drawing":"画画","stage.program.gaming":"游戏","stage.program.other":"节目","stage.program.singing":"唱歌","stage.role.host":"主播","stage.role.moderator":"房管","stage.sample.program":"你的节目","stage.sound.hint":"点击开启声音","stage.test":"{{.Kind}} · {{.Size}} · 此叠加层正常","stage.test.name":"测试观众","stage.test.text":"你最喜欢的歌是什么？","stage.timer.over":"时间到","stage.timer.seconds":"{{.Count}} 秒"};var be={en:fe,ja:ve,vi:we,zh:ke},nt={zh:"zh-Hans"},$;function kn(n){let e=n&&n in be?n:"en";return $?.lang!==e&&($={lang:e,texts:new z(e,be[e])}),$.texts}function bn(n){return nt[n.lang]??n.lang}export{o as a,w as b,j as c,N as d,g as e,b as f,F as g,K as h,G as i,x as j,D as k,T as l,c as m,dt as n,ct as o,ce as p,Yt as q,ge as r,V as s,L as t,he as u,me as v,Ze as w,an as x,pe as y,kn as z,bn as A};
