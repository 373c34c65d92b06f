import{a as T,b as S}from"/static/chunk.UBSOMRMH.js";import{I as O,J as v,K as l,O as G,a,c}from"/static/chunk.J4II4K3F.js";import{a as L,b as M}from"/static/chunk.QNXFMONK.js";var _=["comment","gift","like","join","follow","share","viewers","question","subscribe","program","live_pause","live_resume"],b=class{constructor(s,t){this.events=t;this.wrong="";this.name=s.name,this.drafts=s.steps.map(({data:e,...i})=>({...i,text:JSON.stringify(e??{},null,1)}))}view(s){return a`<form class="form editor" @submit=${t=>this.save(t,s)}>
      <div class="field"><label for="sim-name">${s.t("sim.name")}</label>
        <input id="sim-name" type="text" required maxlength="80" autocomplete="off" dir="auto" .value=${this.name}
          @input=${t=>{this.name=t.target.value}}></div>
      <ol class="steps">${this.drafts.map((t,e)=>this.step(t,e,s))}</ol>
      <button type="button" class="btn small" @click=${()=>this.add()}>${l("plus")} ${s.t("sim.step.add")}</button>
      ${this.wrong?a`<p class="wrong" role="alert">${l("triangle-alert")} ${this.wrong}</p>`:""}
      <div class="acts">
        <button class="btn primary">${l("save")} ${s.t("sim.save")}</button>
        <button type="button" class="btn quiet" @click=${()=>this.events.done(void 0)}>${s.t("sim.cancel")}</button>
      </div>
    </form>`}step(s,t,e){let i=_.includes(s.event_type)?_:[s.event_type,..._],r=(o,p,u)=>a`<label>${e.t(p)} <input type="number" inputmode="numeric" min=${u} .value=${String(s[o]??u)}
        @change=${K=>{s[o]=Math.max(u,Math.trunc(K.target.valueAsNumber)||u)}}></label>`;return a`<li>
      <fieldset><legend>${e.t("sim.step",{Number:t+1})}</legend>
        <label>${e.t("sim.step.type")} <select @change=${o=>{s.event_type=o.target.value,this.events.changed()}}>
          ${i.map(o=>a`<option value=${o} ?selected=${o===s.event_type}>${o}</option>`)}</select></label>
        ${r("delay_ms","sim.step.delay",0)} ${r("repeat","sim.step.repeat",1)} ${r("every_ms","sim.step.every",0)}
        ${s.event_type==="gift"?a`<label class="tick"><input type="checkbox" .checked=${s.streak??!1} @change=${o=>{s.streak=o.target.checked}}> ${e.t("sim.step.streak")}</label>`:r("crowd","sim.step.crowd",0)}
        <label class="whole">${e.t("sim.step.data")}
          <textarea rows="3" spellcheck="false" dir="ltr" .value=${s.text} @input=${o=>{s.text=o.target.value}}></textarea></label>
        <span class="acts">
          ${t>0?a`<button type="button" class="btn quiet small" @click=${()=>this.up(t)}>${e.t("sim.step.up")}</button>`:""}
          ${this.drafts.length>1?a`<button type="button" class="btn quiet small" @click=${()=>this.remove(t)}>${e.t("sim.step.remove")}</button>`:""}
        </span>
      </fieldset></li>`}add(){this.drafts.push({event_type:"comment",delay_ms:1e3,text:`{
 "comment": "…"
}`}),this.events.changed()}up(s){this.drafts.splice(s-1,2,this.drafts[s],this.drafts[s-1]),this.events.changed()}remove(s){this.drafts.splice(s,1),this.events.changed()}save(s,t){s.preventDefault();let e=[];this.wrong="";for(let[i,r]of this.drafts.entries()){let o=J(r.text);if(!o)return this.wrong=t.t("sim.step.wrong",{Number:i+1}),this.events.changed();e.push(B(r,o))}this.events.done({name:this.name,steps:e})}};function B({text:n,...s},t){let e={event_type:s.event_type,data:t};return s.delay_ms&&(e.delay_ms=s.delay_ms),(s.repeat??1)>1&&(e.repeat=s.repeat),s.every_ms&&(e.every_ms=s.every_ms),s.event_type==="gift"&&s.streak&&(e.streak=!0),s.crowd&&!e.streak&&(e.crowd=s.crowd),e}function J(n){try{let s=JSON.parse(n.trim()||"{}");return typeof s=="object"&&s!==null&&!Array.isArray(s)?s:void 0}catch{return}}var m=class extends Error{};async function d(n,s,t){let e=await fetch(s,{method:n,headers:{"Accept-Language":document.documentElement.lang,...t===void 0?{}:{"Content-Type":"application/json"}},...t===void 0?{}:{body:JSON.stringify(t)}});if(e.ok)return e.status===204?void 0:await e.json();let i=await e.json().catch(()=>({}));throw new m(i.errors?.[0]?.message??i.detail??String(e.status))}var g=class{constructor(s){this.room=s}get path(){return`/api/rooms/${encodeURIComponent(this.room)}`}status(s){return d("GET",`${this.path}/simulator${s?`?session=${encodeURIComponent(s)}`:""}`)}rehearse(){return d("POST",`${this.path}/rehearsal`)}async gifts(s){return(await d("GET",`/api/gifts?limit=120&q=${encodeURIComponent(s)}`)).items}async people(s){return(await d("GET",`/api/sessions/${s}/viewers?sort=last&origin=all&limit=50`)).items.map(t=>t.user)}async sessions(){return(await d("GET",`/api/sessions?limit=50&room=${encodeURIComponent(this.room)}`)).items.filter(t=>t.last_seq>0)}async scenarios(){return(await d("GET","/api/scenarios?limit=1000")).items}save(s,t){return s?d("PUT",`/api/scenarios/${s}`,t):d("POST","/api/scenarios",t)}remove(s){return d("DELETE",`/api/scenarios/${s}`)}send(s,t,e){return d("POST",`/api/sessions/${s}/runs`,{name:t,steps:[e]})}run(s,t){return d("POST",`/api/sessions/${s}/scenarios/${t}/run`)}stop(s,t){return d("DELETE",`/api/sessions/${s}/runs${t?`/${t}`:""}`)}replay(s,t){return d("POST",`/api/sessions/${s}/replay`,{speed:t})}playback(s,t){return d("PATCH",`/api/sessions/${s}/playback`,t)}end(s){return d("POST",`/api/sessions/${s}/end`)}},z=1e3,Q=5e3,$=class{constructor(s,t){this.api=s;this.session=t;this.listeners=new Set;this.looking=0}follow(s){return this.listeners.add(s),this.look(),()=>{this.listeners.delete(s),this.listeners.size===0&&clearTimeout(this.timer)}}async look(){clearTimeout(this.timer);let s=++this.looking,t=await this.api.status(this.session).catch(()=>{});if(s!==this.looking||this.listeners.size===0)return;t&&(this.status=t);for(let i of this.listeners)i();let e=this.status?.runs.some(i=>i.state==="running")||this.status?.playback&&!this.status.playback.paused;this.timer=setTimeout(()=>{this.look()},e?z:Q)}};var E=["gift","comment","like","follow","share","join","viewers"],P=["once","streak","burst"],h={kind:"gift",gift:null,own:!1,ownId:0,ownName:"",ownPrice:0,who:"",crowd:!1,text:"",count:1,viewers:500,how:"once",pace:300},q=1e4,R=6e4;function I(n){let s=[],t=(e,i,r,o)=>{(!Number.isInteger(i)||i<r||i>o)&&s.push(e)};return n.kind==="gift"&&n.own?(t("ownId",n.ownId,1,2**31-1),t("ownPrice",n.ownPrice,0,1e6),n.ownName.trim()||s.push("ownName")):n.kind==="gift"&&(n.gift?n.how==="streak"&&!n.gift.streakable&&s.push("how"):s.push("gift")),n.kind==="comment"&&!n.text.trim()&&s.push("text"),n.kind==="viewers"?t("viewers",n.viewers,0,1e7):t("count",n.count,1,q),C(n)&&t("pace",n.pace,0,R),s}function C(n){return n.kind==="gift"?n.how!=="once":n.kind!=="like"&&n.kind!=="viewers"&&n.count>1}function D(n,s=[]){let t={},e=X(n.who,s);e&&n.kind!=="viewers"&&(t.user=e);let i={event_type:n.kind,data:t},r=()=>{n.count>1&&(i.repeat=n.count),n.count>1&&n.pace>0&&(i.every_ms=n.pace),n.crowd&&(i.crowd=n.count,delete t.user)};switch(n.kind){case"gift":t.gift=V(n),n.how==="once"?(t.repeat_count=n.count,n.crowd&&(i.crowd=1)):n.how==="burst"?r():Object.assign(i,{streak:!0,repeat:n.count,every_ms:n.pace});break;case"comment":t.comment=n.text.trim(),r();break;case"like":t.count=n.count;break;case"viewers":Object.assign(t,{viewers:n.viewers,total:n.viewers});break;default:r()}return i}function V(n){if(n.own){let p=n.how==="streak";return{id:n.ownId,name:n.ownName.trim(),diamond_count:n.ownPrice,streakable:p,type:p?1:2}}let{id:s,name:t,diamond_count:e,image_url:i,streakable:r,type:o}=n.gift;return{id:s,name:t,diamond_count:e,...i?{image_url:i}:{},streakable:r,type:o}}function X(n,s){let t=n.trim().replace(/^@/,"");if(!t)return;let e=s.find(i=>i.unique_id===t||i.nickname===t);if(e){let{unique_id:i,nickname:r,user_id:o,profile_picture:p}=e;return{unique_id:i,nickname:r,...o?{user_id:o}:{},...p?{profile_picture:p}:{}}}return{unique_id:t,nickname:t}}var w=class{constructor(s=Date.now){this.now=s;this.steps=[]}add(s){let t=this.now(),e=this.last===void 0?0:Math.min(Math.max(0,t-this.last),6e5);this.steps.push(e>0?{...s,delay_ms:e}:s),this.last=t+Y(s)}};function Y(n){return Math.max(0,(n.repeat??1)-1)*(n.every_ms??0)+(n.streak?3e3:0)}var F="simulator";function N(n){try{let s=JSON.parse(n().getItem(F)??"{}"),t={...h};for(let[i,r]of Object.entries(h))i!=="gift"&&typeof s[i]==typeof r&&(t[i]=s[i]);Z(s.gift)&&(t.gift=s.gift);let e=t;return E.includes(e.kind)||(e.kind=h.kind),P.includes(e.how)||(e.how=h.how),e}catch{return{...h}}}function Z(n){let s=n;return typeof s=="object"&&s!==null&&typeof s.id=="number"&&typeof s.name=="string"&&typeof s.diamond_count=="number"}function H(n,s){try{n().setItem(F,JSON.stringify(s))}catch{}}function A(n){return tt[n]??"🎁"}var tt={5655:"🌹",7934:"💗",5269:"🎵",5487:"🫰",5658:"🌸",5879:"🍩",5660:"🫶",5585:"🎉",11046:"🌌",6369:"🦁"};var f=["send","scenarios","replay"],et=[1,2,5,10],st=5655,it=200,U="#simulate",W=()=>localStorage,y=class extends v{constructor(){super(...arguments);this.started=!1;this.drawer=T();this.opener=T();this.shown=!1;this.tab="send";this.form=N(W);this.wrong=[];this.gifts=[];this.query="";this.people=[];this.scenarios=[];this.deleting=0;this.chosen=0;this.speed=1}begin(t,e){this.api=t,this.watch=e,this.started=!0,this.requestUpdate(),location.hash===U&&this.updateComplete.then(()=>this.open())}connectedCallback(){super.connectedCallback(),M(this)}disconnectedCallback(){super.disconnectedCallback(),this.unfollow?.()}ready(){return this.started}open(){this.shown||(this.shown=!0,this.unfollow=this.watch.follow(()=>this.requestUpdate()),this.findGifts(),this.attempt(async()=>{this.scenarios=await this.api.scenarios()}),this.requestUpdate(),this.updateComplete.then(()=>{this.drawer.value.show(),this.drawer.value.querySelector("[role=tab][aria-selected=true]")?.focus()}))}close(){this.shown=!1,this.unfollow?.(),this.unfollow=void 0,this.drawer.value.close(),location.hash===U&&history.replaceState(null,"",location.pathname+location.search),this.requestUpdate(),this.opener.value.focus()}async attempt(t){try{return await t(),!0}catch(e){let i=e instanceof m?e.message:this.texts.t("sim.offline");return this.said={text:this.texts.t("sim.failed",{Reason:i}),bad:!0},!1}finally{this.requestUpdate()}}async findGifts(){await this.attempt(async()=>{let t=this.query,e=await this.api.gifts(t);t===this.query&&(this.gifts=e,!this.form.gift&&!t&&(this.form.gift=e.find(i=>i.id===st)??e[0]??null))})}async findPeople(){let t=this.watch.status?.session;return t&&await this.attempt(async()=>{this.people=await this.api.people(t.id)}),this.people}change(t){this.form={...this.form,...t},this.wrong=this.wrong.filter(e=>I(this.form).includes(e)),this.said=void 0,H(W,this.form),this.requestUpdate()}async send(t){t.preventDefault(),this.wrong=I(this.form);let e=this.watch.status?.session;if(this.wrong.length>0||!e){this.requestUpdate(),await this.updateComplete,this.querySelector("[aria-invalid=true]")?.focus();return}let i=D(this.form,this.people);await this.attempt(async()=>{await this.api.send(e.id,this.sentence(),i)})&&(this.recorder?.add(i),this.said={text:this.texts.t("sim.sent"),bad:!1},this.requestUpdate(),await this.watch.look())}sentence(){let t=this.form;if(t.kind==="gift")return`${t.own?t.ownName:t.gift?.name} × ${this.texts.number(t.count)}`;let e=this.texts.t(`sim.kind.${t.kind}`);return t.count>1&&t.kind!=="viewers"?`${e} × ${this.texts.number(t.count)}`:e}async rehearse(){await this.attempt(async()=>{await this.api.rehearse()})&&(location.hash=U,location.reload())}key(t){t.key==="Escape"&&!t.defaultPrevented&&(t.preventDefault(),this.close())}tabKey(t){let e={ArrowRight:1,ArrowLeft:-1}[t.key];e&&(t.preventDefault(),this.go(f[(f.indexOf(this.tab)+e+f.length)%f.length]),this.updateComplete.then(()=>this.querySelector("[role=tab][aria-selected=true]")?.focus()))}go(t){this.tab=t,this.said=void 0,t==="replay"&&this.attempt(async()=>{this.sessions=await this.api.sessions(),this.chosen||=this.sessions.find(e=>e.ended_at)?.id??this.sessions[0]?.id??0}),this.requestUpdate()}render(){let t=this.texts;return a`<button class="btn" ${S(this.opener)} aria-expanded=${this.shown} @click=${()=>this.shown?this.close():this.open()}>
        ${l("gift")} ${t.t("sim.open")}</button>
      <dialog class="drawer" ${S(this.drawer)} aria-labelledby="sim-title" @keydown=${e=>this.key(e)}>
        ${this.shown?this.inside():c}
      </dialog>`}inside(){let t=this.texts;return a`<header>
        <h2 id="sim-title">${t.t("sim.title")}</h2>
        <button class="btn quiet small" @click=${()=>this.close()}>${l("x")} ${t.t("sim.close")}</button>
      </header>
      <div class="tabs" role="tablist" aria-labelledby="sim-title" @keydown=${e=>this.tabKey(e)}>
        ${f.map(e=>a`<button role="tab" id=${`sim-tab-${e}`} aria-selected=${e===this.tab} aria-controls="sim-panel"
          tabindex=${e===this.tab?0:-1} @click=${()=>this.go(e)}>${t.t(`sim.tab.${e}`)}</button>`)}
      </div>
      <div class="panel-of" role="tabpanel" id="sim-panel" aria-labelledby=${`sim-tab-${this.tab}`}>
        ${this.tab==="replay"?this.replayTab():this.watch.status===void 0?c:this.watch.status.open?this.tab==="send"?this.sendTab():this.scenarioTab():this.nothingOpen()}
      </div>
      <p class=${this.said?.bad?"told wrong":"told"} role="status">${this.said?a`${l(this.said.bad?"triangle-alert":"check")} ${this.said.text}`:c}</p>`}nothingOpen(){let t=this.texts;return a`<div class="empty">
      ${l("flask-conical")}
      <h3>${t.t("sim.none.title")}</h3>
      <p>${t.t("sim.none.text")}</p>
      <button class="btn primary" @click=${()=>{this.rehearse()}}>${t.t("sim.rehearse")}</button>
    </div>`}into(){let{session:t,rehearsal:e}=this.watch.status;return this.texts.t(e?"sim.into.rehearsal":"sim.into.live",{ID:t.id})}sendTab(){let t=this.texts,e=this.form;return a`<form class="form" @submit=${i=>{this.send(i)}} novalidate>
      <div class="options" role="radiogroup" aria-label=${t.t("sim.kind")}>
        ${E.map(i=>a`<label class="pick"><input type="radio" name="sim-kind" value=${i} .checked=${i===e.kind}
          @change=${()=>this.change({kind:i})}><span>${t.t(`sim.kind.${i}`)}</span></label>`)}
      </div>
      ${e.kind==="gift"?this.giftFields():c}
      ${e.kind==="comment"?this.text("text","sim.text",e.text,i=>({text:i}),t.t("sim.text.example")):c}
      ${e.kind==="viewers"?this.number("viewers","sim.kind.viewers",e.viewers,i=>({viewers:i}),[0,1e7]):this.whoFields()}
      ${e.kind==="viewers"?c:a`<div class="pair-of">
        ${this.number("count","sim.count",e.count,i=>({count:i}),[1,q])}
        ${C(e)?this.number("pace","sim.pace",e.pace,i=>({pace:i}),[0,R]):c}
      </div>`}
      ${e.kind==="gift"?this.howField():c}
      <div class="at-hand"><button class="btn primary wide">${l("send")} ${e.kind==="gift"&&!e.own&&e.gift?t.t("sim.send.gift",{Count:e.count,Gift:e.gift.name}):t.t("sim.send")}</button></div>
      ${this.recordLine()}
      <p class="hint">${this.into()} ${t.t("sim.lead")}</p>
    </form>
    ${this.runList()}`}giftFields(){let t=this.texts,e=this.form;return e.own?a`<div class="trio">
          ${this.number("ownId","sim.gift.id",e.ownId,i=>({ownId:i}),[1,2**31-1])}
          ${this.text("ownName","sim.gift.name",e.ownName,i=>({ownName:i}))}
          ${this.number("ownPrice","sim.gift.price",e.ownPrice,i=>({ownPrice:i}),[0,1e6])}
        </div>
        <button type="button" class="link-button" @click=${()=>this.change({own:!1})}>${t.t("sim.gift.catalogue")}</button>`:a`<div class="field">
      <div class="over"><label for="sim-find">${t.t("sim.gift")}</label>
        <button type="button" class="link-button" @click=${()=>this.change({own:!0})}>${t.t("sim.gift.own")}</button></div>
      <input id="sim-find" type="search" autocomplete="off" placeholder=${t.t("sim.gift.search")} .value=${this.query} @input=${i=>this.search(i)}
        @keydown=${i=>{i.key==="Enter"&&i.preventDefault()}}>
      <div class="gifts" role="radiogroup" aria-label=${t.t("sim.gift")}>
        ${this.gifts.length===0&&this.query?a`<p class="soft">${t.t("sim.gift.none")}</p>`:c}
        ${this.gifts.map(i=>this.giftTile(i))}
      </div>
      ${this.reason("gift")}
    </div>`}giftTile(t){let e=this.texts;return a`<label class="gift-tile" title=${`${t.name} · ${e.t("num.diamonds_of",{Count:t.diamond_count})} · ${t.id}`}>
      <input type="radio" name="sim-gift" value=${t.id} .checked=${t.id===this.form.gift?.id} @change=${()=>this.choose(t)}>
      <span class="tile-in">${nt(t)}<bdi lang=${O(t.name)??c}>${t.name}</bdi><i>${e.number(t.diamond_count)} ◆</i></span>
    </label>`}choose(t){this.change({gift:t,...t.streakable||this.form.how!=="streak"?{}:{how:"once"}})}search(t){this.query=t.target.value,clearTimeout(this.asking),this.asking=setTimeout(()=>{this.findGifts()},it)}whoFields(){let t=this.texts,e=this.form;return a`<div class="field">
      <div class="over"><label for="sim-who">${t.t("sim.who")}</label>
        <button type="button" class="link-button" @click=${()=>{this.anybody()}}>${l("shuffle")} ${t.t("sim.who.random")}</button></div>
      <input id="sim-who" type="text" maxlength="100" autocomplete="off" dir="auto" list="sim-people" placeholder=${t.t("sim.who.placeholder")}
        .value=${e.crowd?"":e.who} ?disabled=${e.crowd} @focus=${()=>{this.findPeople()}}
        @input=${i=>this.change({who:i.target.value})}>
      <datalist id="sim-people">${this.people.map(i=>a`<option value=${i.nickname||i.unique_id}></option>`)}</datalist>
      ${e.kind==="like"||e.kind==="gift"&&e.how!=="burst"?c:a`<label class="tick"><input type="checkbox" .checked=${e.crowd}
        @change=${i=>this.change({crowd:i.target.checked})}> ${t.t("sim.who.crowd")}</label>`}
    </div>`}async anybody(){let t=await this.findPeople(),e=t[Math.floor(Math.random()*t.length)];e&&this.change({who:e.nickname||e.unique_id,crowd:!1})}howField(){let t=this.texts,e=this.form,i=e.own||(e.gift?.streakable??!1);return a`<div class="field">
      <div class="radios three" role="radiogroup" aria-label=${t.t("sim.how")}>
        ${P.map(r=>a`<label><input type="radio" name="sim-how" value=${r} .checked=${r===e.how} ?disabled=${r==="streak"&&!i}
          @change=${()=>this.change({how:r,...r==="burst"?{}:{crowd:!1}})}> ${t.t(`sim.how.${r}`)}</label>`)}
      </div>
      <p class="hint">${t.t(`sim.how.${e.how}.hint`)}</p>
      ${this.reason("how")}
    </div>`}recordLine(){let t=this.texts;if(!this.recorder)return a`<div class="record"><button type="button" class="btn small" title=${t.t("sim.record.hint")} @click=${()=>this.record()}>
        ${l("circle-dot")} ${t.t("sim.record")}</button></div>`;let e=this.recorder.steps.length;return a`<div class="record on"><span>${l("circle-dot")} ${e>0?t.t("sim.recorded",{Count:e}):t.t("sim.record.hint")}</span>
      ${e>0?a`<button type="button" class="btn small" @click=${()=>this.keep()}>${l("save")} ${t.t("sim.keep")}</button>`:c}
      <button type="button" class="btn quiet small" @click=${()=>this.record()}>${t.t("sim.record.stop")}</button></div>`}record(){this.recorder=this.recorder?void 0:new w,this.requestUpdate()}keep(){this.edit({id:0,name:"",shipped:!1,steps:this.recorder.steps}),this.recorder=void 0,this.go("scenarios")}runList(){let t=this.texts,{runs:e,session:i}=this.watch.status;if(e.length===0)return c;let r=e.filter(o=>o.state==="running");return a`<section class="runs" aria-label=${t.t("sim.runs")}>
      ${r.length>1?a`<button class="btn small" @click=${()=>{this.stop(i.id)}}>${l("square")} ${t.t("sim.stop_all")}</button>`:c}
      <ul class="sim-list">${e.slice(0,6).map(o=>this.runLine(i.id,o))}</ul>
    </section>`}runLine(t,e){let i=this.texts,r=i.t("sim.progress",{Done:e.done,Total:e.total});return a`<li class=${e.state}><span><bdi>${e.name||i.t("sim.run.running")}</bdi>
        <small class="soft">${i.t(`sim.run.${e.state}`)} · ${r}</small>
        ${e.state==="running"?a`<progress max=${e.total} value=${e.done} aria-label=${r}></progress>`:c}</span>
      ${e.state==="running"?a`<button class="btn small" @click=${()=>{this.stop(t,e.id)}}>${l("square")} ${i.t("sim.stop")}</button>`:c}</li>`}async stop(t,e){await this.attempt(()=>this.api.stop(t,e)),await this.watch.look()}scenarioTab(){let t=this.texts;if(this.editor)return this.editor.view(t);let{runs:e,session:i}=this.watch.status;return a`<ul class="sim-list roomy">${this.scenarios.map(r=>{let o=e.find(p=>p.scenario===r.id&&p.state==="running");return a`<li><span><bdi>${r.name}</bdi> <small class="soft">${o?t.t("sim.progress",{Done:o.done,Total:o.total}):t.t("sim.steps",{Count:r.steps.length})}</small>
          ${o?a`<progress max=${o.total} value=${o.done} aria-label=${t.t("sim.progress",{Done:o.done,Total:o.total})}></progress>`:c}</span>
        ${o?a`<button class="btn small" @click=${()=>{this.stop(i.id,o.id)}}>${l("square")} ${t.t("sim.stop")}</button>`:a`<button class="btn small" @click=${()=>{this.runScenario(i.id,r)}}>${l("play")} ${t.t("sim.run")}</button>`}
        <button class="btn quiet small" @click=${()=>this.edit(r)}>${l("pencil")} ${t.t("sim.edit")}</button>
        <button class=${this.deleting===r.id?"btn stop small":"btn quiet small"} @click=${()=>{this.forget(r)}}>
          ${l("trash-2")} ${t.t(this.deleting===r.id?"sim.delete.sure":"sim.delete")}</button></li>`})}</ul>
    <button class="btn small" @click=${()=>this.edit({id:0,name:"",shipped:!1,steps:[{event_type:"comment",data:{comment:t.t("sim.text.example")}}]})}>
      ${l("plus")} ${t.t("sim.new")}</button>
    <p class="hint">${this.into()}</p>`}async runScenario(t,e){await this.attempt(async()=>{await this.api.run(t,e.id)}),await this.watch.look()}edit(t){this.said=void 0,this.editor=new b(t,{changed:()=>this.requestUpdate(),done:e=>{this.edited(t,e)}}),this.requestUpdate(),this.updateComplete.then(()=>this.querySelector("#sim-name")?.focus())}async edited(t,e){(!e||await this.attempt(async()=>{await this.api.save(t.id||void 0,e),this.scenarios=await this.api.scenarios()}))&&(this.editor=void 0),this.requestUpdate()}async forget(t){if(this.deleting!==t.id)return this.deleting=t.id,this.requestUpdate();this.deleting=0,await this.attempt(async()=>{await this.api.remove(t.id),this.scenarios=await this.api.scenarios()})}replayTab(){let t=this.texts;return this.sessions?this.sessions.length===0?a`<div class="empty">${l("history")}<p>${t.t("sim.replay.none")}</p></div>`:a`<form class="form" @submit=${e=>{this.replay(e)}}>
      <p class="soft">${t.t("sim.replay.lead")}</p>
      <fieldset class="field past"><legend>${t.t("sim.replay.session")}</legend>
        ${this.sessions.map(e=>a`<label><input type="radio" name="sim-past" value=${e.id} .checked=${e.id===this.chosen} @change=${()=>this.chooseSession(e.id)}>
          <span><b>${t.moment(e.started_at)}</b> ${e.title?a`<bdi>${e.title}</bdi>`:c}
            <small class="soft">${e.origin==="replay"||e.origin==="simulated"?a`<span class="tag">${t.t(`feed.tag.${e.origin}`)}</span> `:c}${t.duration(Date.parse(e.ended_at??new Date().toISOString())-Date.parse(e.started_at))}
              · ${t.t("sim.replay.events",{Count:e.last_seq})}</small></span></label>`)}
      </fieldset>
      <div class="radios four" role="radiogroup" aria-label=${t.t("sim.replay.speed")}>
        ${et.map(e=>a`<label><input type="radio" name="sim-speed" value=${e} .checked=${e===this.speed} @change=${()=>{this.speed=e,this.requestUpdate()}}> ${t.t("sim.replay.times",{Speed:e})}</label>`)}
      </div>
      <button class="btn primary wide">${l("history")} ${t.t("sim.replay.start")}</button>
    </form>`:a``}chooseSession(t){this.chosen=t,this.requestUpdate()}async replay(t){t.preventDefault(),await this.attempt(async()=>{let e=await this.api.replay(this.chosen,this.speed);location.assign(`${location.pathname}?session=${e.id}`)})}text(t,e,i,r,o=""){return a`<div class="field"><label for=${`sim-${t}`}>${this.texts.t(e)}</label>
      <input id=${`sim-${t}`} type="text" maxlength="300" autocomplete="off" dir="auto" placeholder=${o} .value=${i}
        aria-invalid=${this.wrong.includes(t)?"true":c} aria-describedby=${this.wrong.includes(t)?`sim-${t}-error`:c}
        @input=${p=>this.change(r(p.target.value))}>${this.reason(t)}</div>`}number(t,e,i,r,[o,p]){return a`<div class="field"><label for=${`sim-${t}`}>${this.texts.t(e)}</label>
      <input id=${`sim-${t}`} type="number" inputmode="numeric" min=${o} max=${p} .value=${String(i)}
        aria-invalid=${this.wrong.includes(t)?"true":c} aria-describedby=${this.wrong.includes(t)?`sim-${t}-error`:c}
        @change=${u=>this.change(r(u.target.valueAsNumber))}>${this.reason(t,o,p)}</div>`}reason(t,e=0,i=0){if(!this.wrong.includes(t))return c;let r=this.texts,o=t==="how"?r.t("sim.error.streak",{Gift:this.form.gift?.name??""}):i>0?r.t("sim.error.number",{From:e,To:i}):r.t(t==="gift"?"sim.error.kind":"sim.error.text");return a`<p class="wrong" id=${`sim-${t}-error`}>${l("triangle-alert")} ${o}</p>`}};function nt(n){return a`<span class="gift-picture" aria-hidden="true">${A(n.id)}${n.image_url?a`<img src=${L(n.image_url)} alt="" loading="lazy" data-optional>`:c}</span>`}var j=[1,2,5,10],k=class extends v{constructor(){super(...arguments);this.unfollow=()=>{};this.session=Number(this.dataset.session);this.pinned=new URLSearchParams(location.search).has("session")}begin(t,e){this.api=t,this.watch=e,this.unfollow=e.follow(()=>{let i=e.status?.session;if(!this.pinned&&i&&i.id>this.session)return location.reload();this.requestUpdate()})}disconnectedCallback(){super.disconnectedCallback(),this.unfollow()}ready(){return this.watch?.status!==void 0}render(){let t=this.texts,{playback:e,open:i,session:r}=this.watch.status;return!i||r?.id!==this.session?a`<span class="says">${l("flask-conical")} ${t.t("sim.bar.over")}</span>`:e?a`<span class="says">${l("history")} ${t.t("sim.bar.replay",{ID:e.of,Speed:e.speed})}
        <progress max=${e.total} value=${e.played} aria-label=${t.t("sim.progress",{Done:e.played,Total:e.total})}></progress></span>
      <span class="acts">
        <select aria-label=${t.t("sim.replay.speed")} @change=${o=>{this.change({speed:Number(o.target.value)})}}>
          ${j.map(o=>a`<option value=${o} ?selected=${o===e.speed}>${t.t("sim.replay.times",{Speed:o})}</option>`)}
          ${j.includes(e.speed)?c:a`<option value=${e.speed} selected>${t.t("sim.replay.times",{Speed:e.speed})}</option>`}
        </select>
        <button class="btn small" @click=${()=>{this.change({paused:!e.paused})}}>
          ${l(e.paused?"play":"pause")} ${t.t(e.paused?"sim.bar.resume":"sim.bar.pause")}</button>
        ${this.endButton()}
      </span>`:a`<span class="says">${l("flask-conical")} ${t.t("sim.bar.rehearsal")}</span><span class="acts">${this.endButton()}</span>`}endButton(){return a`<button class="btn small" @click=${()=>{this.end()}}>${l("square")} ${this.texts.t("sim.bar.end")}</button>`}async change(t){await this.api.playback(this.session,t).catch(()=>{}),await this.watch.look()}async end(){await this.api.end(this.session).catch(()=>{}),await this.watch.look()}};customElements.define("gift-simulator",y);customElements.define("rehearsal-bar",k);var x=document.querySelector("gift-simulator");if(x){let n=await G(document.documentElement.dataset.language??"en"),s=new g(x.dataset.room),t=new $(s,new URLSearchParams(location.search).get("session")),e=document.querySelector("rehearsal-bar");e&&(e.texts=n,e.begin(s,t)),x.texts=n,x.begin(s,t)}
