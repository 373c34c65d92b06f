import{a as m,b as h,d as D,e as N}from"/static/chunk.XBK77XC4.js";import{a as u}from"/static/chunk.P4WOTX4I.js";import{a as x,b as _}from"/static/chunk.L7STLF55.js";import{a,c as l,r as b,s as c}from"/static/chunk.4A6BZXTG.js";import{a as I,n as F}from"/static/chunk.HEJNHQDJ.js";import{a as U,b as C}from"/static/chunk.QNXFMONK.js";var T=["comment","gift","like","join","follow","share","viewers","question","subscribe","program","live_pause","live_resume"],$=class{constructor(i,t){this.events=t;this.wrong="";this.name=i.name,this.drafts=i.steps.map(({data:e,...s})=>({...s,text:JSON.stringify(e??{},null,1)}))}view(i){return a`<form class="form editor" @submit=${t=>this.save(t,i)}>
      <div class="field"><label for="sim-name">${i.t("sim.name")}</label>
        <input id="sim-name" type="text" required maxlength="80" autocomplete="off" dir="auto" .value=${this.name}
          @input=${t=>{this.name=t.target.value}}></div>
      <ol class="steps">${this.drafts.map((t,e)=>this.step(t,e,i))}</ol>
      <button type="button" class="btn small" @click=${()=>this.add()}>${c("plus")} ${i.t("sim.step.add")}</button>
      ${this.wrong?a`<p class="wrong" role="alert">${c("triangle-alert")} ${this.wrong}</p>`:""}
      <div class="acts">
        <button class="btn primary">${c("save")} ${i.t("sim.save")}</button>
        <button type="button" class="btn quiet" @click=${()=>this.events.done(void 0)}>${i.t("sim.cancel")}</button>
      </div>
    </form>`}step(i,t,e){let s=T.includes(i.event_type)?T:[i.event_type,...T],r=(o,d,p)=>a`<label>${e.t(d)} <input type="number" inputmode="numeric" min=${p} .value=${String(i[o]??p)}
        @change=${j=>{i[o]=Math.max(p,Math.trunc(j.target.valueAsNumber)||p)}}></label>`;return a`<li>
      <fieldset><legend>${e.t("sim.step",{Number:t+1})}</legend>
        <label>${e.t("sim.step.type")} <select @change=${o=>{i.event_type=o.target.value,this.events.changed()}}>
          ${s.map(o=>a`<option value=${o} ?selected=${o===i.event_type}>${o}</option>`)}</select></label>
        ${r("delay_ms","sim.step.delay",0)} ${r("repeat","sim.step.repeat",1)} ${r("every_ms","sim.step.every",0)}
        ${i.event_type==="gift"?a`<label class="tick"><input type="checkbox" .checked=${i.streak??!1} @change=${o=>{i.streak=o.target.checked}}> ${e.t("sim.step.streak")}</label>`:r("crowd","sim.step.crowd",0)}
        <label class="whole">${e.t("sim.step.data")}
          <textarea rows="3" spellcheck="false" dir="ltr" .value=${i.text} @input=${o=>{i.text=o.target.value}}></textarea></label>
        <span class="acts">
          ${t>0?a`<button type="button" class="btn quiet small" @click=${()=>this.up(t)}>${e.t("sim.step.up")}</button>`:""}
          ${this.drafts.length>1?a`<button type="button" class="btn quiet small" @click=${()=>this.remove(t)}>${e.t("sim.step.remove")}</button>`:""}
        </span>
      </fieldset></li>`}add(){this.drafts.push({event_type:"comment",delay_ms:1e3,text:`{
 "comment": "…"
}`}),this.events.changed()}up(i){this.drafts.splice(i-1,2,this.drafts[i],this.drafts[i-1]),this.events.changed()}remove(i){this.drafts.splice(i,1),this.events.changed()}save(i,t){i.preventDefault();let e=[];this.wrong="";for(let[s,r]of this.drafts.entries()){let o=J(r.text);if(!o)return this.wrong=t.t("sim.step.wrong",{Number:s+1}),this.events.changed();e.push(B(r,o))}this.events.done({name:this.name,steps:e})}};function B({text:n,...i},t){let e={event_type:i.event_type,data:t};return i.delay_ms&&(e.delay_ms=i.delay_ms),(i.repeat??1)>1&&(e.repeat=i.repeat),i.every_ms&&(e.every_ms=i.every_ms),i.event_type==="gift"&&i.streak&&(e.streak=!0),i.crowd&&!e.streak&&(e.crowd=i.crowd),e}function J(n){try{let i=JSON.parse(n.trim()||"{}");return typeof i=="object"&&i!==null&&!Array.isArray(i)?i:void 0}catch{return}}var S=["gift","comment","like","follow","share","join","viewers"],E=["once","streak","burst"],f={kind:"gift",gift:null,own:!1,ownId:0,ownName:"",ownPrice:0,who:"",crowd:!1,text:"",count:1,viewers:500,how:"once",pace:300},q=1e4,R=6e4;function P(n){let i=[],t=(e,s,r,o)=>{(!Number.isInteger(s)||s<r||s>o)&&i.push(e)};return n.kind==="gift"&&n.own?(t("ownId",n.ownId,1,2**31-1),t("ownPrice",n.ownPrice,0,1e6),n.ownName.trim()||i.push("ownName")):n.kind==="gift"&&(n.gift?n.how==="streak"&&!n.gift.streakable&&i.push("how"):i.push("gift")),n.kind==="comment"&&!n.text.trim()&&i.push("text"),n.kind==="viewers"?t("viewers",n.viewers,0,1e7):t("count",n.count,1,q),L(n)&&t("pace",n.pace,0,R),i}function L(n){return n.kind==="gift"?n.how!=="once":n.kind!=="like"&&n.kind!=="viewers"&&n.count>1}function O(n,i=[]){let t={},e=Q(n.who,i);e&&n.kind!=="viewers"&&(t.user=e);let s={event_type:n.kind,data:t},r=()=>{n.count>1&&(s.repeat=n.count),n.count>1&&n.pace>0&&(s.every_ms=n.pace),n.crowd&&(s.crowd=n.count,delete t.user)};switch(n.kind){case"gift":t.gift=z(n),n.how==="once"?(t.repeat_count=n.count,n.crowd&&(s.crowd=1)):n.how==="burst"?r():Object.assign(s,{streak:!0,repeat:n.count,every_ms:n.pace});break;case"comment":t.comment=n.text.trim(),r();break;case"like":t.count=n.count;break;case"viewers":Object.assign(t,{viewers:n.viewers,total:n.viewers});break;default:r()}return s}function z(n){if(n.own){let d=n.how==="streak";return{id:n.ownId,name:n.ownName.trim(),diamond_count:n.ownPrice,streakable:d,type:d?1:2}}let{id:i,name:t,diamond_count:e,image_url:s,streakable:r,type:o}=n.gift;return{id:i,name:t,diamond_count:e,...s?{image_url:s}:{},streakable:r,type:o}}function Q(n,i){let t=n.trim().replace(/^@/,"");if(!t)return;let e=i.find(s=>s.unique_id===t||s.nickname===t);if(e){let{unique_id:s,nickname:r,user_id:o,profile_picture:d}=e;return{unique_id:s,nickname:r,...o?{user_id:o}:{},...d?{profile_picture:d}:{}}}return{unique_id:t,nickname:t}}var g=class{constructor(i=Date.now){this.now=i;this.steps=[]}add(i){let t=this.now(),e=this.last===void 0?0:Math.min(Math.max(0,t-this.last),6e5);this.steps.push(e>0?{...i,delay_ms:e}:i),this.last=t+V(i)}};function V(n){return Math.max(0,(n.repeat??1)-1)*(n.every_ms??0)+(n.streak?3e3:0)}var H="simulator";function G(n){try{let i=JSON.parse(n().getItem(H)??"{}"),t={...f};for(let[s,r]of Object.entries(f))s!=="gift"&&typeof i[s]==typeof r&&(t[s]=i[s]);X(i.gift)&&(t.gift=i.gift);let e=t;return S.includes(e.kind)||(e.kind=f.kind),E.includes(e.how)||(e.how=f.how),e}catch{return{...f}}}function X(n){let i=n;return typeof i=="object"&&i!==null&&typeof i.id=="number"&&typeof i.name=="string"&&typeof i.diamond_count=="number"}function A(n,i){try{n().setItem(H,JSON.stringify(i))}catch{}}function W(n){return Y[n]??"🎁"}var Y={5655:"🌹",7934:"💗",5269:"🎵",5487:"🫰",5658:"🌸",5879:"🍩",5660:"🫶",5585:"🎉",11046:"🌌",6369:"🦁"};var v=["send","scenarios","replay"],Z=5655,tt=200,M="#simulate",K=()=>localStorage,w=class extends b{constructor(){super(...arguments);this.started=!1;this.drawer=x();this.opener=x();this.shown=!1;this.tab="send";this.form=G(K);this.wrong=[];this.gifts=[];this.query="";this.people=[];this.scenarios=[];this.deleting=0;this.chosen=0;this.speed=1}begin(t,e){this.api=t,this.watch=e,u("operator")&&(this.started=!0,this.requestUpdate(),location.hash===M&&this.updateComplete.then(()=>this.open()))}connectedCallback(){super.connectedCallback(),C(this)}disconnectedCallback(){super.disconnectedCallback(),this.unfollow?.()}ready(){return this.started}open(){this.shown||(this.shown=!0,this.unfollow=this.watch.follow(()=>this.requestUpdate()),this.findGifts(),this.attempt(async()=>{this.scenarios=await this.api.scenarios()}),this.requestUpdate(),this.updateComplete.then(()=>{this.drawer.value.show(),this.drawer.value.querySelector("[role=tab][aria-selected=true]")?.focus()}))}close(){this.shown=!1,this.unfollow?.(),this.unfollow=void 0,this.drawer.value.close(),location.hash===M&&history.replaceState(null,"",location.pathname+location.search),this.requestUpdate(),this.opener.value.focus()}async attempt(t){try{return await t(),!0}catch(e){let s=e instanceof h?e.words(this.texts):this.texts.t("sim.offline");return this.said={text:this.texts.t("sim.failed",{Reason:s}),bad:!0},!1}finally{this.requestUpdate()}}async findGifts(){await this.attempt(async()=>{let t=this.query,e=await this.api.gifts(t);t===this.query&&(this.gifts=e,!this.form.gift&&!t&&(this.form.gift=e.find(s=>s.id===Z)??e[0]??null))})}async findPeople(){let t=this.watch.status?.session;return t&&await this.attempt(async()=>{this.people=await this.api.people(t.id)}),this.people}change(t){this.form={...this.form,...t},this.wrong=this.wrong.filter(e=>P(this.form).includes(e)),this.said=void 0,A(K,this.form),this.requestUpdate()}async send(t){t.preventDefault(),this.wrong=P(this.form);let e=this.watch.status?.session;if(this.wrong.length>0||!e){this.requestUpdate(),await this.updateComplete,this.querySelector("[aria-invalid=true]")?.focus();return}let s=O(this.form,this.people);await this.attempt(async()=>{await this.api.send(e.id,this.sentence(),s)})&&(this.recorder?.add(s),this.said={text:this.texts.t("sim.sent"),bad:!1},this.requestUpdate(),await this.watch.look())}sentence(){let t=this.form;if(t.kind==="gift")return`${t.own?t.ownName:t.gift?.name} × ${this.texts.number(t.count)}`;let e=this.texts.t(`sim.kind.${t.kind}`);return t.count>1&&t.kind!=="viewers"?`${e} × ${this.texts.number(t.count)}`:e}async rehearse(){await this.attempt(async()=>{await this.api.rehearse()})&&(location.hash=M,location.reload())}key(t){t.key==="Escape"&&!t.defaultPrevented&&(t.preventDefault(),this.close())}tabKey(t){let e={ArrowRight:1,ArrowLeft:-1}[t.key];e&&(t.preventDefault(),this.go(v[(v.indexOf(this.tab)+e+v.length)%v.length]),this.updateComplete.then(()=>this.querySelector("[role=tab][aria-selected=true]")?.focus()))}go(t){this.tab=t,this.said=void 0,t==="replay"&&this.attempt(async()=>{this.sessions=await this.api.sessions(),this.chosen||=this.sessions.find(e=>e.ended_at)?.id??this.sessions[0]?.id??0}),this.requestUpdate()}render(){let t=this.texts;return a`<button class="btn" ${_(this.opener)} aria-expanded=${this.shown} @click=${()=>this.shown?this.close():this.open()}>
        ${c("gift")} ${t.t("sim.open")}</button>
      <dialog class="drawer" ${_(this.drawer)} aria-labelledby="sim-title" @keydown=${e=>this.key(e)}>
        ${this.shown?this.inside():l}
      </dialog>`}inside(){let t=this.texts;return a`<header>
        <h2 id="sim-title">${t.t("sim.title")}</h2>
        <button class="btn quiet small" @click=${()=>this.close()}>${c("x")} ${t.t("sim.close")}</button>
      </header>
      <div class="tabs" role="tablist" aria-labelledby="sim-title" @keydown=${e=>this.tabKey(e)}>
        ${v.map(e=>a`<button role="tab" id=${`sim-tab-${e}`} aria-selected=${e===this.tab} aria-controls="sim-panel"
          tabindex=${e===this.tab?0:-1} @click=${()=>this.go(e)}>${t.t(`sim.tab.${e}`)}</button>`)}
      </div>
      <div class="panel-of" role="tabpanel" id="sim-panel" aria-labelledby=${`sim-tab-${this.tab}`}>
        ${this.tab==="replay"?this.replayTab():this.watch.status===void 0?l:this.watch.status.open?this.tab==="send"?this.sendTab():this.scenarioTab():this.nothingOpen()}
      </div>
      <p class=${this.said?.bad?"told wrong":"told"} role="status">${this.said?a`${c(this.said.bad?"triangle-alert":"check")} ${this.said.text}`:l}</p>`}nothingOpen(){let t=this.texts;return a`<div class="empty">
      ${c("flask-conical")}
      <h3>${t.t("sim.none.title")}</h3>
      <p>${t.t("sim.none.text")}</p>
      <button class="btn primary" @click=${()=>{this.rehearse()}}>${t.t("sim.rehearse")}</button>
    </div>`}into(){let{session:t,rehearsal:e}=this.watch.status;return this.texts.t(e?"sim.into.rehearsal":"sim.into.live",{ID:t.id})}sendTab(){let t=this.texts,e=this.form;return a`<form class="form" @submit=${s=>{this.send(s)}} novalidate>
      <div class="options" role="radiogroup" aria-label=${t.t("sim.kind")}>
        ${S.map(s=>a`<label class="pick"><input type="radio" name="sim-kind" value=${s} .checked=${s===e.kind}
          @change=${()=>this.change({kind:s})}><span>${t.t(`sim.kind.${s}`)}</span></label>`)}
      </div>
      ${e.kind==="gift"?this.giftFields():l}
      ${e.kind==="comment"?this.text("text","sim.text",e.text,s=>({text:s}),t.t("sim.text.example")):l}
      ${e.kind==="viewers"?this.number("viewers","sim.kind.viewers",e.viewers,s=>({viewers:s}),[0,1e7]):this.whoFields()}
      ${e.kind==="viewers"?l:a`<div class="pair-of">
        ${this.number("count","sim.count",e.count,s=>({count:s}),[1,q])}
        ${L(e)?this.number("pace","sim.pace",e.pace,s=>({pace:s}),[0,R]):l}
      </div>`}
      ${e.kind==="gift"?this.howField():l}
      <div class="at-hand"><button class="btn primary wide">${c("send")} ${e.kind==="gift"&&!e.own&&e.gift?t.t("sim.send.gift",{Count:e.count,Gift:e.gift.name}):t.t("sim.send")}</button></div>
      ${this.recordLine()}
      <p class="hint">${this.into()} ${t.t("sim.lead")}</p>
    </form>
    ${this.runList()}`}giftFields(){let t=this.texts,e=this.form;return e.own?a`<div class="trio">
          ${this.number("ownId","sim.gift.id",e.ownId,s=>({ownId:s}),[1,2**31-1])}
          ${this.text("ownName","sim.gift.name",e.ownName,s=>({ownName:s}))}
          ${this.number("ownPrice","sim.gift.price",e.ownPrice,s=>({ownPrice:s}),[0,1e6])}
        </div>
        <button type="button" class="link-button" @click=${()=>this.change({own:!1})}>${t.t("sim.gift.catalogue")}</button>`:a`<div class="field">
      <div class="over"><label for="sim-find">${t.t("sim.gift")}</label>
        <button type="button" class="link-button" @click=${()=>this.change({own:!0})}>${t.t("sim.gift.own")}</button></div>
      <input id="sim-find" type="search" autocomplete="off" placeholder=${t.t("sim.gift.search")} .value=${this.query} @input=${s=>this.search(s)}
        @keydown=${s=>{s.key==="Enter"&&s.preventDefault()}}>
      <div class="gifts" role="radiogroup" aria-label=${t.t("sim.gift")}>
        ${this.gifts.length===0&&this.query?a`<p class="soft">${t.t("sim.gift.none")}</p>`:l}
        ${this.gifts.map(s=>this.giftTile(s))}
      </div>
      ${this.reason("gift")}
    </div>`}giftTile(t){let e=this.texts;return a`<label class="gift-tile" title=${`${t.name} · ${e.t("num.diamonds_of",{Count:t.diamond_count})} · ${t.id}`}>
      <input type="radio" name="sim-gift" value=${t.id} .checked=${t.id===this.form.gift?.id} @change=${()=>this.choose(t)}>
      <span class="tile-in">${et(t)}<bdi lang=${I(t.name)??l}>${t.name}</bdi><i>${e.number(t.diamond_count)} ◆</i></span>
    </label>`}choose(t){this.change({gift:t,...t.streakable||this.form.how!=="streak"?{}:{how:"once"}})}search(t){this.query=t.target.value,clearTimeout(this.asking),this.asking=setTimeout(()=>{this.findGifts()},tt)}whoFields(){let t=this.texts,e=this.form;return a`<div class="field">
      <div class="over"><label for="sim-who">${t.t("sim.who")}</label>
        <button type="button" class="link-button" @click=${()=>{this.anybody()}}>${c("shuffle")} ${t.t("sim.who.random")}</button></div>
      <input id="sim-who" type="text" maxlength="100" autocomplete="off" dir="auto" list="sim-people" placeholder=${t.t("sim.who.placeholder")}
        .value=${e.crowd?"":e.who} ?disabled=${e.crowd} @focus=${()=>{this.findPeople()}}
        @input=${s=>this.change({who:s.target.value})}>
      <datalist id="sim-people">${this.people.map(s=>a`<option value=${s.nickname||s.unique_id}></option>`)}</datalist>
      ${e.kind==="like"||e.kind==="gift"&&e.how!=="burst"?l:a`<label class="tick"><input type="checkbox" .checked=${e.crowd}
        @change=${s=>this.change({crowd:s.target.checked})}> ${t.t("sim.who.crowd")}</label>`}
    </div>`}async anybody(){let t=await this.findPeople(),e=t[Math.floor(Math.random()*t.length)];e&&this.change({who:e.nickname||e.unique_id,crowd:!1})}howField(){let t=this.texts,e=this.form,s=e.own||(e.gift?.streakable??!1);return a`<div class="field">
      <div class="radios three" role="radiogroup" aria-label=${t.t("sim.how")}>
        ${E.map(r=>a`<label><input type="radio" name="sim-how" value=${r} .checked=${r===e.how} ?disabled=${r==="streak"&&!s}
          @change=${()=>this.change({how:r,...r==="burst"?{}:{crowd:!1}})}> ${t.t(`sim.how.${r}`)}</label>`)}
      </div>
      <p class="hint">${t.t(`sim.how.${e.how}.hint`)}</p>
      ${this.reason("how")}
    </div>`}recordLine(){let t=this.texts;if(!this.recorder)return a`<div class="record"><button type="button" class="btn small" title=${t.t("sim.record.hint")} @click=${()=>this.record()}>
        ${c("circle-dot")} ${t.t("sim.record")}</button></div>`;let e=this.recorder.steps.length;return a`<div class="record on"><span>${c("circle-dot")} ${e>0?t.t("sim.recorded",{Count:e}):t.t("sim.record.hint")}</span>
      ${e>0?a`<button type="button" class="btn small" @click=${()=>this.keep()}>${c("save")} ${t.t("sim.keep")}</button>`:l}
      <button type="button" class="btn quiet small" @click=${()=>this.record()}>${t.t("sim.record.stop")}</button></div>`}record(){this.recorder=this.recorder?void 0:new g,this.requestUpdate()}keep(){this.edit({id:0,name:"",shipped:!1,steps:this.recorder.steps}),this.recorder=void 0,this.go("scenarios")}runList(){let t=this.texts,{runs:e,session:s}=this.watch.status;if(e.length===0)return l;let r=e.filter(o=>o.state==="running");return a`<section class="runs" aria-label=${t.t("sim.runs")}>
      ${r.length>1?a`<button class="btn small" @click=${()=>{this.stop(s.id)}}>${c("square")} ${t.t("sim.stop_all")}</button>`:l}
      <ul class="sim-list">${e.slice(0,6).map(o=>this.runLine(s.id,o))}</ul>
    </section>`}runLine(t,e){let s=this.texts,r=s.t("sim.progress",{Done:e.done,Total:e.total});return a`<li class=${e.state}><span><bdi>${e.name||s.t("sim.run.running")}</bdi>
        <small class="soft">${s.t(`sim.run.${e.state}`)} · ${r}</small>
        ${e.state==="running"?a`<progress max=${e.total} value=${e.done} aria-label=${r}></progress>`:l}</span>
      ${e.state==="running"?a`<button class="btn small" @click=${()=>{this.stop(t,e.id)}}>${c("square")} ${s.t("sim.stop")}</button>`:l}</li>`}async stop(t,e){await this.attempt(()=>this.api.stop(t,e)),await this.watch.look()}scenarioTab(){let t=this.texts;if(this.editor)return this.editor.view(t);let{runs:e,session:s}=this.watch.status;return a`<ul class="sim-list roomy">${this.scenarios.map(r=>{let o=e.find(d=>d.scenario===r.id&&d.state==="running");return a`<li><span><bdi>${r.name}</bdi> <small class="soft">${o?t.t("sim.progress",{Done:o.done,Total:o.total}):t.t("sim.steps",{Count:r.steps.length})}</small>
          ${o?a`<progress max=${o.total} value=${o.done} aria-label=${t.t("sim.progress",{Done:o.done,Total:o.total})}></progress>`:l}</span>
        ${o?a`<button class="btn small" @click=${()=>{this.stop(s.id,o.id)}}>${c("square")} ${t.t("sim.stop")}</button>`:a`<button class="btn small" @click=${()=>{this.runScenario(s.id,r)}}>${c("play")} ${t.t("sim.run")}</button>`}
        <button class="btn quiet small" @click=${()=>this.edit(r)}>${c("pencil")} ${t.t("sim.edit")}</button>
        <button class=${this.deleting===r.id?"btn stop small":"btn quiet small"} @click=${()=>{this.forget(r)}}>
          ${c("trash-2")} ${t.t(this.deleting===r.id?"sim.delete.sure":"sim.delete")}</button></li>`})}</ul>
    <button class="btn small" @click=${()=>this.edit({id:0,name:"",shipped:!1,steps:[{event_type:"comment",data:{comment:t.t("sim.text.example")}}]})}>
      ${c("plus")} ${t.t("sim.new")}</button>
    <p class="hint">${this.into()}</p>`}async runScenario(t,e){await this.attempt(async()=>{await this.api.run(t,e.id)}),await this.watch.look()}edit(t){this.said=void 0,this.editor=new $(t,{changed:()=>this.requestUpdate(),done:e=>{this.edited(t,e)}}),this.requestUpdate(),this.updateComplete.then(()=>this.querySelector("#sim-name")?.focus())}async edited(t,e){(!e||await this.attempt(async()=>{await this.api.save(t.id||void 0,e),this.scenarios=await this.api.scenarios()}))&&(this.editor=void 0),this.requestUpdate()}async forget(t){if(this.deleting!==t.id)return this.deleting=t.id,this.requestUpdate();this.deleting=0,await this.attempt(async()=>{await this.api.remove(t.id),this.scenarios=await this.api.scenarios()})}replayTab(){let t=this.texts;return this.sessions?this.sessions.length===0?a`<div class="empty">${c("history")}<p>${t.t("sim.replay.none")}</p></div>`:a`<form class="form" @submit=${e=>{this.replay(e)}}>
      <p class="soft">${t.t("sim.replay.lead")}</p>
      <fieldset class="field past"><legend>${t.t("sim.replay.session")}</legend>
        ${this.sessions.map(e=>a`<label><input type="radio" name="sim-past" value=${e.id} .checked=${e.id===this.chosen} @change=${()=>this.chooseSession(e.id)}>
          <span><b>${t.moment(e.started_at)}</b> ${e.title?a`<bdi>${e.title}</bdi>`:l}
            <small class="soft">${e.origin==="replay"||e.origin==="simulated"?a`<span class="tag">${t.t(`feed.tag.${e.origin}`)}</span> `:l}${t.duration(Date.parse(e.ended_at??new Date().toISOString())-Date.parse(e.started_at))}
              · ${t.t("sim.replay.events",{Count:e.last_seq})}</small></span></label>`)}
      </fieldset>
      <div class="radios four" role="radiogroup" aria-label=${t.t("sim.replay.speed")}>
        ${m.map(e=>a`<label><input type="radio" name="sim-speed" value=${e} .checked=${e===this.speed} @change=${()=>{this.speed=e,this.requestUpdate()}}> ${t.t("sim.replay.times",{Speed:e})}</label>`)}
      </div>
      <button class="btn primary wide">${c("history")} ${t.t("sim.replay.start")}</button>
    </form>`:a``}chooseSession(t){this.chosen=t,this.requestUpdate()}async replay(t){t.preventDefault(),await this.attempt(async()=>{let e=await this.api.replay(this.chosen,this.speed);location.assign(`${location.pathname}?session=${e.id}`)})}text(t,e,s,r,o=""){return a`<div class="field"><label for=${`sim-${t}`}>${this.texts.t(e)}</label>
      <input id=${`sim-${t}`} type="text" maxlength="300" autocomplete="off" dir="auto" placeholder=${o} .value=${s}
        aria-invalid=${this.wrong.includes(t)?"true":l} aria-describedby=${this.wrong.includes(t)?`sim-${t}-error`:l}
        @input=${d=>this.change(r(d.target.value))}>${this.reason(t)}</div>`}number(t,e,s,r,[o,d]){return a`<div class="field"><label for=${`sim-${t}`}>${this.texts.t(e)}</label>
      <input id=${`sim-${t}`} type="number" inputmode="numeric" min=${o} max=${d} .value=${String(s)}
        aria-invalid=${this.wrong.includes(t)?"true":l} aria-describedby=${this.wrong.includes(t)?`sim-${t}-error`:l}
        @change=${p=>this.change(r(p.target.valueAsNumber))}>${this.reason(t,o,d)}</div>`}reason(t,e=0,s=0){if(!this.wrong.includes(t))return l;let r=this.texts,o=t==="how"?r.t("sim.error.streak",{Gift:this.form.gift?.name??""}):s>0?r.t("sim.error.number",{From:e,To:s}):r.t(t==="gift"?"sim.error.kind":"sim.error.text");return a`<p class="wrong" id=${`sim-${t}-error`}>${c("triangle-alert")} ${o}</p>`}};function et(n){return a`<span class="gift-picture" aria-hidden="true">${W(n.id)}${n.image_url?a`<img src=${U(n.image_url)} alt="" loading="lazy" data-optional>`:l}</span>`}var y=class extends b{constructor(){super(...arguments);this.unfollow=()=>{};this.problem="";this.session=Number(this.dataset.session);this.pinned=new URLSearchParams(location.search).has("session")}begin(t,e){this.api=t,this.watch=e,this.unfollow=e.follow(()=>{let s=e.status?.session;if(!this.pinned&&s&&s.id>this.session)return location.reload();this.requestUpdate()})}disconnectedCallback(){super.disconnectedCallback(),this.unfollow()}ready(){return this.watch?.status!==void 0}render(){let t=this.texts,{playback:e,open:s,session:r}=this.watch.status;return!s||r?.id!==this.session?a`<span class="says">${c("flask-conical")} ${t.t("sim.bar.over")}</span>`:e?a`<span class="says">${c("history")} ${t.t("sim.bar.replay",{ID:e.of,Speed:e.speed})}
        <progress max=${e.total} value=${e.played} aria-label=${t.t("sim.progress",{Done:e.played,Total:e.total})}></progress></span>
      ${u("operator")?a`<span class="acts">
        <select aria-label=${t.t("sim.replay.speed")} @change=${o=>{this.change({speed:Number(o.target.value)})}}>
          ${m.map(o=>a`<option value=${o} ?selected=${o===e.speed}>${t.t("sim.replay.times",{Speed:o})}</option>`)}
          ${m.includes(e.speed)?l:a`<option value=${e.speed} selected>${t.t("sim.replay.times",{Speed:e.speed})}</option>`}
        </select>
        <button class="btn small" @click=${()=>{this.change({paused:!e.paused})}}>
          ${c(e.paused?"play":"pause")} ${t.t(e.paused?"sim.bar.resume":"sim.bar.pause")}</button>
        ${this.endButton()}
      </span>`:l}${this.said()}`:a`<span class="says">${c("flask-conical")} ${t.t("sim.bar.rehearsal")}</span>${u("operator")?a`<span class="acts">${this.endButton()}</span>`:l}${this.said()}`}said(){return a`<span class="problem" role="status">${this.problem}</span>`}endButton(){return a`<button class="btn small" @click=${()=>{this.end()}}>${c("square")} ${this.texts.t("sim.bar.end")}</button>`}async change(t){await this.ask(()=>this.api.playback(this.session,t))}async end(){await this.ask(()=>this.api.end(this.session))}async ask(t){this.problem="";try{await t()}catch(e){let s=e instanceof h&&(e.code==="conflict"||e.code==="not_found"),r=e instanceof h?e.words(this.texts):this.texts.t("sim.offline");s||(this.problem=this.texts.t("program.failed_to",{Reason:r}))}await this.watch.look(),this.requestUpdate()}};customElements.define("gift-simulator",w);customElements.define("rehearsal-bar",y);var k=document.querySelector("gift-simulator");if(k){let n=await F(document.documentElement.dataset.language??"en"),i=new D(k.dataset.room),t=new N(i,new URLSearchParams(location.search).get("session")),e=document.querySelector("rehearsal-bar");e&&(e.texts=n,e.begin(i,t)),k.texts=n,k.begin(i,t)}
