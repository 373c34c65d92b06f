var e=["reviewer","moderator","operator","owner"];function r(o){return e.indexOf(document.body.dataset.role??"")>=e.indexOf(o)}export{r as a};
